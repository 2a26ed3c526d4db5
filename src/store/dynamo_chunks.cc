// Segments that no longer fit into a recording's item.
#include <algorithm>

#include "store/dynamo_keys.h"
#include "store/dynamo_store.h"
#include "store/facts.h"
#include "store/segment_codec.h"

namespace tapedeck {

namespace {

constexpr int reads_max = 5;
constexpr const char* last_of = "~";  // sorts after all that keys are made of

/// Of the chunks of a generation, and of the batch that its last append brought.
std::string plain_prefix(const DynamoRecording& row) {
  return row.generation + "#";
}
std::string batch_prefix(const DynamoRecording& row) {
  return row.generation + "~" + row.batch + "#";
}

std::string chunks_of(const DynamoRecording& row) {
  return chunks_key(row.recording.account, row.recording.id);
}

}  // namespace

Task<void> DynamoStore::put_chunk(const DynamoRecording& row, const std::string& prefix,
                                  const std::vector<Segment>& segments) {
  auto begin = sortable(segments.front().begin);
  auto end = sortable(segments.back().end);
  DynamoItem item(DynamoKey{chunks_of(row), prefix + begin + "#" + end});
  item.set_bytes("segments", encode_segments(segments));
  co_await client_.put(item);
}

/// The batch is committed with the row: its chunks are facts, and any order of writing them will
/// do.
Task<void> DynamoStore::publish_batch(const DynamoRecording& row) {
  auto prefix = batch_prefix(row);
  DynamoQuery query{chunks_of(row), prefix, prefix + last_of};
  auto items = co_await client_.query_all(query);
  auto plain = plain_prefix(row);
  for (const auto& item : items) {
    auto segments = decode_segments(item.bytes("segments"));
    co_await put_chunk(row, plain, segments);
  }
}

Task<void> DynamoStore::put_chunks(const DynamoRecording& row,
                                   const std::vector<std::vector<Segment>>& chunks) {
  auto plain = plain_prefix(row);
  for (const auto& chunk : chunks) co_await put_chunk(row, plain, chunk);
}

Task<void> DynamoStore::add_to_tail(DynamoRecording& row, const std::vector<Segment>& added) {
  auto& tail = row.recording.tail;
  if (tail.size() + added.size() <= appended_segments_max) {
    tail.insert(tail.end(), added.begin(), added.end());
    co_return;
  }
  if (!row.batch.empty()) co_await publish_batch(row);
  row.batch.clear();
  if (!tail.empty()) {
    auto plain = plain_prefix(row);
    co_await put_chunk(row, plain, tail);
  }
  auto spill = add_segments({}, added);
  if (!spill.chunks.empty()) row.batch = make_nonce();
  auto prefix = batch_prefix(row);
  for (const auto& chunk : spill.chunks) co_await put_chunk(row, prefix, chunk);
  tail = std::move(spill.tail);
}

/// Adds the segments of the chunks that follow each other from `at` on, and moves it.
Task<void> DynamoStore::read_chunks(const DynamoRecording& row, std::size_t max,
                                    std::vector<Segment>& found, ByteCount& at) {
  auto begin = at;
  auto add = [&](const DynamoItem& item) {
    for (const auto& segment : decode_segments(item.bytes("segments"))) {
      // Chunks may overlap, and then say the same.
      bool is_next =
          found.empty() ? segment.begin <= begin && begin < segment.end : segment.begin == at;
      if (!is_next || found.size() == max) continue;
      found.push_back(segment);
      at = segment.end;
    }
  };
  auto plain = plain_prefix(row);
  // `begin` lies in the last one that begins at or before it.
  DynamoQuery before{chunks_of(row), plain, plain + sortable(begin) + "#" + last_of};
  before.backwards = true;
  before.max = 1;
  auto first = co_await client_.query(before);
  for (const auto& item : first.items) add(item);
  DynamoQuery rest{chunks_of(row), plain + sortable(begin), plain + last_of};
  if (!first.items.empty()) rest.from = first.items.front().key().sk;
  do {
    auto page = co_await client_.query(rest);
    for (const auto& item : page.items) add(item);
    rest.after = page.next;
  } while (!rest.after.empty() && found.size() < max);
  if (row.batch.empty() || found.size() == max) co_return;
  auto prefix = batch_prefix(row);
  DynamoQuery batch{chunks_of(row), prefix, prefix + last_of};
  auto items = co_await client_.query_all(batch);
  for (const auto& item : items) add(item);
}

Task<std::vector<Segment>> DynamoStore::list_segments(AccountId account, RecordingId id,
                                                      ByteCount from, std::size_t max) {
  for (int reads = 0; reads < reads_max; ++reads) {
    std::vector<Segment> found;
    auto row = co_await find_recording(account, id);
    if (!row || from >= row->recording.size || max == 0) co_return found;
    const auto& tail = row->recording.tail;
    auto tail_begin = tail.empty() ? row->recording.size : tail.front().begin;
    auto at = from;
    if (from < tail_begin) co_await read_chunks(*row, max, found, at);
    if (found.size() < max && at < tail_begin) continue;  // joined meanwhile: read again
    // An append that was not committed may have left the tail as a chunk, too.
    for (const auto& segment : tail) {
      if (segment.end > at && found.size() < max) found.push_back(segment);
    }
    co_return found;
  }
  throw Error(Fault::unavailable, "recording " + id.text() + ": segments are missing");
}

Task<void> DynamoStore::erase_chunks(const DynamoRecording& row, std::string to) {
  DynamoQuery query{chunks_of(row), "0", std::move(to)};
  do {
    auto page = co_await client_.query(query);
    for (const auto& item : page.items) {
      auto key = item.key();
      co_await client_.erase(key);
    }
    query.after = page.next;
  } while (!query.after.empty());
}

Task<void> DynamoStore::erase_chunks_through(const DynamoRecording& row) {
  auto to = row.generation + last_of + last_of;
  co_await erase_chunks(row, to);
}

Task<void> DynamoStore::erase_chunks_before(const DynamoRecording& row) {
  auto to = row.generation;  // its own keys are longer, so they come after it
  co_await erase_chunks(row, to);
}

}  // namespace tapedeck
