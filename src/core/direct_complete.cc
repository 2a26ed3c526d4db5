// Completing a direct upload: DirectUploads continued. docs/data.md, "Bytes that come directly".
#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "base/error.h"
#include "core/direct_uploads.h"
#include "core/purge.h"
#include "core/sniff.h"

namespace tapedeck {

namespace {

constexpr int attempts_max = 10;  // another server completes it at the same time

Error lost() {
  return {Fault::not_found,
          "The store has nothing of this upload any more (it took too long, or it was ended): "
          "begin a new one."};
}

Error other_digest() {
  return {Fault::digest_mismatch,
          "The bytes that arrived do not have the digest that was sent for the whole: nothing of "
          "them is kept, begin a new upload."};
}

Error other_length(ByteCount length) {
  return {Fault::digest_mismatch,
          fmt::format("The parts are not the announced {} bytes: nothing of them is kept, begin a "
                      "new upload.",
                      length)};
}

Error not_all(int missing, int count) {
  return {Fault::invalid,
          fmt::format("Name each of the parts 1 to {} once, with the ETag that the store answered; "
                      "{} is missing, or there is another one.",
                      count, missing)};
}

/// All of them in order. Throws unless they can be all.
std::vector<DirectPart> arrange(std::vector<DirectPart> parts, int count) {
  auto by_number = [](const DirectPart& a, const DirectPart& b) { return a.number < b.number; };
  std::stable_sort(parts.begin(), parts.end(), by_number);
  int expected = 1;
  for (const auto& part : parts) {
    if (part.number != expected) break;
    ++expected;
  }
  bool is_all = expected == count + 1 && parts.size() == static_cast<std::size_t>(count);
  if (!is_all) throw not_all(expected, count);
  return parts;
}

/// A repeat of a completion, or another one: the truth, and nothing is changed.
void compare(const Recording& recording, const Completion& completion) {
  if (!completion.sha256 || !recording.sha256 || *completion.sha256 == *recording.sha256) return;
  throw Error(Fault::digest_mismatch, "The recording is complete, but with another digest.");
}

}  // namespace

struct DirectUploads::Check {
  const Completion& completion;
  const Turns::Turn& turn;
  Time until;
  OpenUpload open;
  DirectProgress progress;
};

Task<DirectProgress> DirectUploads::complete(std::string_view secret,
                                             std::optional<std::string_view> bearer,
                                             const Completion& completion) {
  auto open = co_await find(secret, bearer);
  auto turn = co_await live_.take_turn(open.recording.id, nullptr);
  Check check{completion, *turn, env_.now() + options_.check_time_max, {}, {}};
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    check.open = co_await find(secret, bearer);
    auto settled = co_await step(check);
    if (settled) co_return std::move(check.progress);
  }
  throw Error(Fault::conflict, "Another request completes this upload right now: ask again.");
}

/// Goes on from what the catalog says now. False: that changed meanwhile.
Task<bool> DirectUploads::step(Check& check) {
  auto& recording = check.open.recording;
  auto& progress = check.progress;
  if (recording.direct.empty()) {
    compare(recording, check.completion);
    progress = {recording, true, recording.size};
    co_return true;
  }
  auto state = parse_direct(recording.direct);
  if (!state.read) {
    auto assembled = co_await assemble(check, state);
    if (!assembled) co_return false;
  }
  auto is_end = co_await read_back(check, state);
  if (!is_end) {
    auto saved = co_await change_direct(catalog_, recording, print_direct(state), env_.now());
    progress = {recording, false, state.read->seen()};
    co_return saved;
  }
  const auto& wanted = check.completion.sha256;
  if (wanted && *wanted != state.read->finish()) {
    auto ended = co_await end(check, state);
    if (!ended) co_return false;
    throw other_digest();
  }
  co_return co_await name(check, state);
}

/// One blob out of the parts.
Task<bool> DirectUploads::assemble(Check& check, DirectState& state) {
  auto& recording = check.open.recording;
  MUST(recording.length);
  auto length = *recording.length;
  auto parts = check.completion.parts;  // without them it may be done all the same, by a lost call
  if (!parts.empty()) parts = arrange(std::move(parts), count_parts(state, length));
  auto blob = direct_blob(recording, state);
  auto outcome = co_await blobs_.finish_direct(blob, parts, length);
  if (outcome == FinishDirect::wrong_parts) {
    if (parts.empty()) throw not_all(1, count_parts(state, length));
    throw Error(Fault::conflict,
                "The store does not have these parts: ask which it has, put the others again, "
                "then complete the upload.");
  }
  if (outcome == FinishDirect::done) {
    state.read = Sha256();
    co_return co_await change_direct(catalog_, recording, print_direct(state), env_.now());
  }
  auto ended = co_await end(check, state);
  if (!ended) co_return false;
  if (outcome == FinishDirect::gone) throw lost();
  throw other_length(length);
}

/// As far as time allows, at least some of it. True: all of it. A blob that is gone ends it.
Task<bool> DirectUploads::read_back(Check& check, DirectState& state) {
  try {
    co_return co_await read_on(check, state);
  } catch (const Error& error) {
    if (error.fault() != Fault::not_found) throw;
  }
  auto ended = co_await end(check, state);
  if (ended) throw lost();
  throw Error(Fault::conflict, "This upload was completed or ended meanwhile: ask again.");
}

Task<bool> DirectUploads::read_on(Check& check, DirectState& state) {
  const auto& recording = check.open.recording;
  ByteRange range{state.read->seen(), *recording.length};
  auto blob = direct_blob(recording, state);
  auto source = co_await blobs_.open(blob.key, range);
  for (;;) {
    auto bytes = co_await source->read();
    if (bytes.empty()) break;
    state.read->update(bytes);
    bool is_over = env_.now() >= check.until || check.turn.superseded();
    if (is_over) break;
  }
  co_return state.read->seen() == *recording.length;
}

/// From here on the bytes are the recording's.
Task<bool> DirectUploads::name(Check& check, const DirectState& state) {
  auto& recording = check.open.recording;
  auto blob = direct_blob(recording, state);
  auto append = move_direct(recording, "", env_.now());
  auto first_bytes = co_await read_first_bytes(blob, *recording.length);
  append.sniffed_type = sniff_audio(first_bytes);
  auto digest = state.read->finish();
  append.segments.push_back({state.piece, 0, *recording.length, digest});
  append.hash_state = state.read->save();
  append.ending = Append::Ending{digest, RecordingState::ready, false};
  auto result = co_await catalog_.advance(append);
  if (result.outcome != Advance::done) co_return false;
  auto found = co_await catalog_.find_recording(recording.account, recording.id);
  if (!found) throw lost();
  check.progress = {std::move(*found), true, *recording.length};
  co_return true;
}

Task<std::string> DirectUploads::read_first_bytes(const DirectBlob& blob, ByteCount length) {
  ByteRange range{0, std::min<ByteCount>(length, sniff_bytes)};
  auto source = co_await blobs_.open(blob.key, range);
  co_return co_await read_all(*source, sniff_bytes);
}

/// Nothing of it is kept. One that can be begun again stays, without bytes; nobody can ask for
/// another one.
Task<bool> DirectUploads::end(Check& check, const DirectState& state) {
  auto& recording = check.open.recording;
  auto ended = co_await end_direct(catalog_, blobs_, recording, env_.now());
  if (!ended) co_return false;
  if (!state.keyed) co_await remove_recording(catalog_, blobs_, recording, env_.now());
  co_await catalog_.remove_upload(check.open.upload.secret_hash);
  co_return true;
}

}  // namespace tapedeck
