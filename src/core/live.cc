#include "core/live.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/appender.h"
#include "core/direct_state.h"

namespace tapedeck {

Error too_large(ByteCount bytes_max) {
  return {
      Fault::too_large,
      fmt::format("A recording may have at most {} bytes: record in shorter parts.", bytes_max)};
}

Error over_quota(ByteCount bytes_left) {
  Error error(Fault::over_quota,
              fmt::format("The account's quota has room for {} more bytes: delete recordings for "
                          "good, or ask the administrator for more.",
                          bytes_left));
  error.bytes_left = bytes_left;
  return error;
}

Error account_closed() {
  return {Fault::forbidden, "This account is closed or disabled."};
}

Error no_bytes() {
  return {Fault::invalid, "The recording has no bytes: send the audio as the request's body."};
}

Error key_reused() {
  return {Fault::key_reused,
          "This idempotency key (or client id) came with other bytes before: use a new one."};
}

void throw_refusal(const AddRecordingResult& result, std::uint32_t live_max) {
  switch (result.outcome) {
    case AddRecording::over_quota:
      throw over_quota(result.bytes_left);
    case AddRecording::too_many_live:
      throw Error(Fault::limited,
                  fmt::format("Too many recordings are live at once (an account may have {}): "
                              "finish one first.",
                              live_max));
    case AddRecording::id_taken:
      throw Error(Fault::conflict,
                  "Another request sends this recording right now: repeat this one to hear how "
                  "it ended.");
    case AddRecording::no_account:
    case AddRecording::added:
      break;
  }
  throw account_closed();
}

Live::Live(Catalog& catalog, Blobs& blobs, Env& env, Options options)
    : catalog_(catalog),
      blobs_(blobs),
      env_(env),
      options_(options),
      free_space_(options.free_bytes_trusted),
      turns_(env) {}

/// What the account could take is only a hint: the catalog counts again in the step that adds.
Task<std::optional<ByteCount>> Live::check_room(const Caller& caller,
                                                std::optional<ByteCount> bytes) {
  std::optional<ByteCount> quota;
  if (caller.has_quota) {
    auto account = co_await catalog_.find_account(caller.account);
    if (!account || account->state != AccountState::active) throw account_closed();
    if (account->quota_bytes) {
      auto taken = account->used_bytes + account->reserved_bytes;
      quota = *account->quota_bytes > taken ? *account->quota_bytes - taken : 0;
    }
  }
  if (quota && bytes.value_or(1) > *quota) throw over_quota(*quota);
  auto free = co_await free_space_.ask(blobs_, env_);
  if (free && *free < options_.free_bytes_min + bytes.value_or(0)) {
    throw Error(Fault::storage_full,
                "The server has no room for this recording: keep it and try again later.");
  }
  co_return quota;
}

Task<std::unique_ptr<Turns::Turn>> Live::take_turn(RecordingId id, ByteSource* body) {
  std::function<void()> alarm;
  if (body != nullptr) alarm = body->make_alarm();
  co_return co_await turns_.take(id, alarm, options_.turn_wait);
}

Task<void> Live::take_over(Recording& recording) {
  if (recording.direct.empty()) co_return;
  auto ended = co_await end_direct(catalog_, blobs_, recording, env_.now());
  if (ended) co_return;
  Error error(Fault::conflict, "This recording is being completed right now: ask how it ended.");
  error.offset = recording.size;
  throw error;
}

Task<void> Live::take(Recording& recording, bool exists, const Intake& intake,
                      const Turns::Turn& turn) {
  Appender appender(*this, recording, exists, intake, turn);
  co_await appender.run();
}

ByteCount Live::bytes_max(const TokenLimits& limits) const {
  return std::min(limits.recording_bytes_max.value_or(options_.recording_bytes_max),
                  options_.recording_bytes_max);
}

LiveLimits Live::live_limits(const TokenLimits& limits) const {
  return {options_.live_max, limits.live_max};
}

}  // namespace tapedeck
