#include "core/intake_body.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/sniff.h"

namespace tapedeck {

namespace {
/// How long a wait may last while nothing is to be put: only the end of a body's time is looked at.
constexpr Millis idle_wait = std::chrono::seconds(10);
}  // namespace

IntakeBody::IntakeBody(ByteSource& body, Env& env, Limits limits)
    : body_(body), env_(env), limits_(std::move(limits)), began_at_(env.now()) {}

void IntakeBody::begin_segment(ByteCount bytes_max, Millis time_max) {
  segment_bytes_ = 0;
  segment_bytes_max_ = bytes_max;
  segment_time_max_ = time_max;
}

bool IntakeBody::segment_is_full() const {
  if (segment_bytes_ >= segment_bytes_max_) return true;
  return segment_bytes_ > 0 && env_.now() - segment_began_at_ >= segment_time_max_;
}

Task<ByteView> IntakeBody::read() {
  if (segment_is_full()) co_return ByteView();
  if (pending_.empty() && !ended_) co_await fetch();
  auto chunk = pending_.substr(0, segment_bytes_max_ - segment_bytes_);
  pending_.remove_prefix(chunk.size());
  if (segment_bytes_ == 0) segment_began_at_ = env_.now();
  segment_bytes_ += chunk.size();
  co_return chunk;
}

std::optional<ByteCount> IntakeBody::announced() const {
  auto left = body_.announced();
  if (!left) return std::nullopt;
  return std::min(pending_.size() + *left, segment_bytes_max_ - segment_bytes_);
}

/// As much as is given at once: what would wait for the next segment must not be in there.
void IntakeBody::lend(std::span<char> room) {
  body_.lend(room.first(std::min(room.size(), segment_bytes_max_ - segment_bytes_)));
}

/// The next bytes, the end, or nothing when the segment's time is over.
Task<void> IntakeBody::fetch() {
  try {
    auto there_are = co_await wait_for_bytes();
    if (!there_are) co_return;
    auto bytes = co_await body_.read();
    take(bytes);
  } catch (const Error& error) {
    fail(error);
  }
}

Task<bool> IntakeBody::wait_for_bytes() {
  for (;;) {
    // Who has all that was announced needs only to see the end: nobody takes over from that.
    bool is_whole = count_ == limits_.announced;
    if (limits_.turn != nullptr && limits_.turn->superseded() && !is_whole) {
      throw Error(Fault::conflict, "A newer request goes on with this recording.");
    }
    auto now = env_.now();
    if (now - began_at_ > limits_.time_max) {
      throw Error(Fault::timed_out,
                  "The recording takes longer than is allowed: send it in shorter recordings.");
    }
    auto patience = idle_wait;
    if (segment_bytes_ > 0) patience = segment_began_at_ + segment_time_max_ - now;
    if (patience <= Millis(0)) co_return false;
    auto ready = co_await body_.wait(patience);
    if (ready) co_return true;
  }
}

void IntakeBody::take(ByteView bytes) {
  if (bytes.empty()) return end();
  auto fits = limits_.bytes_max - count_;
  if (limits_.announced) fits = std::min(fits, *limits_.announced - count_);
  if (bytes.size() > fits) {
    bool is_beyond = fits == limits_.bytes_max - count_;
    bytes = bytes.substr(0, fits);
    fail(is_beyond ? limits_.beyond
                   : Error(Fault::invalid, fmt::format("The body has more than the {} bytes "
                                                       "announced.",
                                                       *limits_.announced)));
  }
  bool goes_on = first_bytes_.size() == count_;  // not once they are full, or forgotten
  if (goes_on) first_bytes_.append(bytes.substr(0, sniff_bytes - first_bytes_.size()));
  count_ += bytes.size();
  pending_ = bytes;
}

void IntakeBody::end() {
  ended_ = true;
  if (!limits_.announced || count_ == *limits_.announced) return;
  fail(Error(Fault::invalid, fmt::format("The body had {} bytes instead of the {} announced.",
                                         count_, *limits_.announced)));
}

void IntakeBody::fail(Error error) {
  ended_ = true;
  failure_ = std::move(error);
}

}  // namespace tapedeck
