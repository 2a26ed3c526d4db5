#include "core/join.h"

#include <algorithm>

#include "base/error.h"
#include "core/purge.h"
#include "core/segment_source.h"

namespace tapedeck {

namespace {

bool is_worth_joining(const Recording& recording, std::size_t segments, const Joining& joining) {
  if (recording.state == RecordingState::recording || segments < 2) return false;
  return recording.size / segments < joining.segment_bytes_min;
}

std::vector<BlobKey> keys_of(const Recording& recording, const std::vector<Segment>& segments) {
  std::vector<BlobKey> keys;
  for (const auto& segment : segments) keys.push_back(blob_key(recording, segment));
  return keys;
}

}  // namespace

Task<bool> join_recording(Catalog& catalog, Blobs& blobs, Env& env, const Recording& recording,
                          const Joining& joining) {
  auto old_keys = co_await list_blob_keys(catalog, recording);
  if (!is_worth_joining(recording, old_keys.size(), joining)) co_return false;
  std::vector<Segment> joined;
  Checksums sums;
  for (ByteCount at = 0; at < recording.size;) {
    ByteRange range{at, std::min(at + joining.segment_bytes_max, recording.size)};
    auto source = co_await open_segments(catalog, blobs, recording, range);
    Segment segment{Ulid::make(env), range.begin, range.end, {}};
    sums.begin_segment();
    auto key = blob_key(recording, segment);
    auto bytes = co_await blobs.put(key, *source, sums);
    if (bytes != range.size()) throw Error(Fault::unavailable, "a joined blob has another size");
    segment.sha256 = sums.segment();
    joined.push_back(segment);
    at = range.end;
  }
  auto new_keys = keys_of(recording, joined);
  if (recording.sha256 && *recording.sha256 != sums.whole().finish()) {
    co_await erase_blobs(blobs, new_keys);
    throw Error(Fault::unavailable, "recording " + recording.id.text() +
                                        " has other bytes than were stored; run `tapedeck verify`");
  }
  auto done =
      co_await catalog.join_segments(recording.account, recording.id, recording.size, joined);
  co_await erase_blobs(blobs, done ? old_keys : new_keys);
  co_return done;
}

}  // namespace tapedeck
