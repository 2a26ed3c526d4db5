#include "core/direct_state.h"

#include <algorithm>

#include "base/check.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/json.h"

namespace tapedeck {

namespace {

Error damaged() {
  return {Fault::unavailable, "the catalog is damaged: a recording's `direct` cannot be read"};
}

DirectState read_state(const json::object& object) {
  DirectState state;
  auto piece = Ulid::parse(find_string(object, "piece").value_or(""));
  auto part_bytes = find_integer(object, "part_bytes").value_or(0);
  if (!piece || part_bytes <= 0) throw damaged();
  state.piece = *piece;
  state.upload = find_string(object, "store").value_or("");
  state.part_bytes = static_cast<ByteCount>(part_bytes);
  state.keyed = find_bool(object, "keyed").value_or(false);
  auto read = find_string(object, "read");
  if (!read) return state;
  auto saved = parse_base64(*read);
  if (saved) state.read = Sha256::restore(*saved);
  if (!state.read) throw damaged();
  return state;
}

}  // namespace

std::string print_direct(const DirectState& state) {
  json::object object{
      {"piece", state.piece.text()}, {"store", state.upload}, {"part_bytes", state.part_bytes}};
  if (state.keyed) object["keyed"] = true;
  if (state.read) object["read"] = to_base64(state.read->save());
  return json::serialize(object);
}

DirectState parse_direct(std::string_view stored) {
  try {
    return read_state(parse_json_object(stored));
  } catch (const Error&) {
    throw damaged();  // not the client's fault, as parse_json has it
  }
}

int count_parts(const DirectState& state, ByteCount bytes) {
  return static_cast<int>((bytes + state.part_bytes - 1) / state.part_bytes);
}

ByteRange range_of_part(const DirectState& state, ByteCount bytes, int number) {
  MUST(number >= 1 && number <= count_parts(state, bytes));
  auto begin = static_cast<ByteCount>(number - 1) * state.part_bytes;
  return {begin, std::min(begin + state.part_bytes, bytes)};
}

Append move_direct(const Recording& recording, const std::string& next, Time now) {
  Append append;
  append.account = recording.account;
  append.recording = recording.id;
  append.from = recording.size;
  append.hash_state = recording.hash_state;
  append.now = now;
  append.direct = recording.direct;
  append.next_direct = next;
  return append;
}

Task<bool> change_direct(Catalog& catalog, Recording& recording, const std::string& next,
                         Time now) {
  auto append = move_direct(recording, next, now);
  auto result = co_await catalog.advance(append);
  if (result.outcome != Advance::done) co_return false;
  recording.direct = next;
  co_return true;
}

/// The fact first: a blob that an append has made the recording's meanwhile must not be erased.
Task<bool> end_direct(Catalog& catalog, Blobs& blobs, Recording& recording, Time now) {
  auto state = parse_direct(recording.direct);
  auto changed = co_await change_direct(catalog, recording, "", now);
  if (!changed) co_return false;
  auto blob = direct_blob(recording, state);
  co_await erase_direct(blobs, blob);
  co_return true;
}

Task<void> erase_direct(Blobs& blobs, const DirectBlob& blob) {
  try {
    co_await blobs.abort_direct(blob);
    co_await blobs.erase(blob.key);
  } catch (const Error&) {
    // Garbage, like all that no fact names.
  }
}

}  // namespace tapedeck
