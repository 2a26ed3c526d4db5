#include "core/follower.h"

#include "core/segment_source.h"

namespace tapedeck {

std::unique_ptr<ByteSource> Live::follow(const Recording& recording, ByteCount from) {
  return std::make_unique<Follower>(*this, recording.account, recording.id, from);
}

Task<ByteView> Follower::read() {
  auto is_open = co_await open_next();
  if (!is_open) co_return ByteView();
  auto bytes = co_await source_->read();
  at_ += bytes.size();
  co_return bytes;
}

Task<std::optional<FileSlice>> Follower::take_file() {
  auto is_open = co_await open_next();
  if (!is_open) co_return std::nullopt;
  auto slice = co_await source_->take_file();
  if (slice) at_ += slice->range.size();
  co_return slice;
}

Task<bool> Follower::wait(std::chrono::milliseconds at_most) {
  auto ahead = co_await look();
  if (ahead != Ahead::nothing_yet) co_return true;
  co_await live_.growth_.wait(id_.value, at_most);
  ahead = co_await look();
  co_return ahead != Ahead::nothing_yet;
}

/// Waits until there is a next byte; false: there never will be.
Task<bool> Follower::open_next() {
  for (;;) {
    auto ahead = co_await look();
    if (ahead != Ahead::nothing_yet) co_return ahead == Ahead::more;
    co_await live_.growth_.wait(id_.value, live_.options_.growth_looked_every);
  }
}

/// Opens what lies ahead, if anything does.
Task<Follower::Ahead> Follower::look() {
  if (source_ && at_ < end_) co_return Ahead::more;
  source_.reset();
  auto recording = co_await live_.catalog_.find_recording(account_, id_);
  if (!recording || recording->trashed_at) {
    throw Error(Fault::not_found, "This recording was deleted meanwhile.");
  }
  if (recording->size > at_) {
    ByteRange more{at_, recording->size};
    source_ = co_await open_segments(live_.catalog_, live_.blobs_, *recording, more);
    end_ = recording->size;
    co_return Ahead::more;
  }
  bool may_follow = recording->state == RecordingState::recording;
  co_return may_follow ? Ahead::nothing_yet : Ahead::the_end;
}

}  // namespace tapedeck
