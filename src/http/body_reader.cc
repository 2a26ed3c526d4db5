#include "http/body_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace tapedeck::http {

namespace {

/// Of one body at a stretch.
constexpr ByteCount turn_bytes_max = 512 * KiB;
constexpr ByteCount room_bytes_min = 16 * KiB;  // smaller pieces cost more than the copy of them

class RequestBody final : public ByteSource {
 public:
  explicit RequestBody(BodyReader& reader) : reader_(&reader) {}
  Task<ByteView> read() override { return reader_->read(); }
  Task<bool> wait(std::chrono::milliseconds at_most) override { return reader_->wait(at_most); }
  std::optional<ByteCount> announced() const override { return reader_->left_bytes(); }
  void lend(std::span<char> room) override { reader_->lend(room); }
  std::function<void()> make_alarm() override { return reader_->make_alarm(); }

 private:
  BodyReader* reader_;
};
}  // namespace

void BodyReader::begin(const RequestHead& head) {
  framing_ = head.framing;
  chunks_ = ChunkDecoder(bench_->door.options.limits);
  input_ = backlog_->view();
  from_backlog_ = true;
  received_ = 0;
  complete_ = framing_.empty();
  expects_continue_ = continue_wanted_ = head.expects_continue;
  continued_ = false;
  failure_.reset();
  piece_ = {};
  received_at_ = Clock::now();
  ringing_.reset();
  rung_ = false;
}

std::unique_ptr<ByteSource> BodyReader::make_source() {
  return std::make_unique<RequestBody>(*this);
}

Task<ByteView> BodyReader::read() {
  auto found = false;
  while (!found) found = co_await find_piece(Clock::time_point::max());
  co_return std::exchange(piece_, {});
}

Task<bool> BodyReader::wait(std::chrono::milliseconds at_most) {
  co_return co_await find_piece(Clock::now() + at_most);
}

/// True when piece_ is the next piece, or empty at the end; false when there was none in time.
Task<bool> BodyReader::find_piece(Clock::time_point until) {
  for (;;) {
    if (!piece_.empty()) co_return true;
    if (failure_) throw Error(*failure_);
    if (complete_) {
      if (input_.empty()) drop_delivered();  // the answer may take a while
      co_return true;
    }
    piece_ = decode();
    if (!piece_.empty() || complete_) co_return true;
    if (continue_wanted_) co_await send_continue();
    auto filled = co_await fill(until);
    if (!filled) co_return false;
  }
}

/// The alarm may ring when the connection is long gone: then there is nothing to wake up.
std::function<void()> BodyReader::make_alarm() {
  if (!ringing_) ringing_ = std::make_shared<BodyReader*>(this);
  std::weak_ptr<BodyReader*> weak = ringing_;
  return [&context = bench_->context, weak] {
    asio::post(context, [weak] {
      if (auto reader = weak.lock()) (*reader)->ring();
    });
  };
}

void BodyReader::ring() {
  rung_ = true;
  if (waiting_) wire_->interrupt();
}

/// The next piece of what has arrived.
ByteView BodyReader::decode() {
  ByteView piece;
  if (framing_.chunked) {
    try {
      piece = chunks_.decode(input_);
    } catch (const Error& error) {
      failure_ = error;
      throw;
    }
    complete_ = chunks_.done();
  } else {
    piece = input_.substr(0, std::min<ByteCount>(framing_.bytes - received_, input_.size()));
    input_.remove_prefix(piece.size());
    complete_ = received_ + piece.size() == framing_.bytes;
  }
  received_ += piece.size();
  return piece;
}

std::string BodyReader::progress() const {
  if (framing_.chunked) return fmt::format("{} bytes came", received_);
  return fmt::format("{} of {} bytes came", received_, framing_.bytes);
}

void BodyReader::fail(Fault fault, std::string detail) {
  lease_.release();
  input_ = {};
  failure_ = Error(fault, std::move(detail));
  throw Error(*failure_);
}

/// Everything that was given has been used: frees its memory before what may take a while.
void BodyReader::drop_delivered() {
  // While what was given was worked on, the client could not know that we waited for it.
  if (from_backlog_ || in_room_ || lease_.data() != nullptr) received_at_ = Clock::now();
  if (from_backlog_) backlog_->consume(backlog_->view().size());
  from_backlog_ = in_room_ = false;
  lease_.release();
  input_ = {};
}

bool BodyReader::must_end() const {
  return bench_->stop == Stop::all_bodies ||
         (bench_->stop == Stop::live_bodies && framing_.chunked);
}

void BodyReader::check_step(Step step) {
  if (step.kind == Step::Kind::ended || step.kind == Step::Kind::broken) {
    fail(wire_->broken_off() ? Fault::unavailable : Fault::invalid,
         "The body was cut short: " + progress() + ".");
  }
}

/// The reader's own memory where that will do, and a lease else.
std::span<char> BodyReader::find_room() {
  auto left = framing_.bytes - received_;
  in_room_ = !framing_.chunked && !room_.empty() &&
             room_.size() >= std::min<ByteCount>(left, room_bytes_min);
  if (in_room_) return room_;
  lease_ = bench_->buffers.lease();
  return {lease_.data(), lease_.size()};
}

/// More input; false when there was none in time, or the alarm rang.
Task<bool> BodyReader::fill(Clock::time_point until) {
  drop_delivered();
  if (turn_bytes_ >= turn_bytes_max) {  // a fast client: the others of the thread come first
    turn_bytes_ = 0;
    co_await asio::post(bench_->context, use_task);
  }
  const auto& limits = bench_->door.options.limits;
  for (;;) {
    if (bench_->stop == Stop::all_bodies) {
      fail(Fault::unavailable, "The server stops: " + progress() + ".");
    }
    auto room = find_room();
    // Not past the end of a body of known length, so that the next request stays in the socket.
    auto left = framing_.chunked ? room.size() : framing_.bytes - received_;
    auto step = wire_->receive(room.data(), std::min<ByteCount>(left, room.size()));
    check_step(step);
    if (step.kind == Step::Kind::done) {
      input_ = ByteView(room.data(), step.bytes);
      turn_bytes_ += step.bytes;
      received_at_ = Clock::now();
      co_return true;
    }
    lease_.release();
    in_room_ = false;
    if (must_end()) fail(Fault::unavailable, "The server stops: " + progress() + ".");
    auto idle_until = received_at_ + limits.body_idle_time;
    auto waited = co_await wait_for_wire(std::min(until, idle_until));
    if (std::exchange(rung_, false)) co_return false;
    if (waited != Waited::timed_out) continue;
    if (until <= idle_until) co_return false;
    fail(Fault::timed_out, "The body was too slow: " + progress() + ".");
  }
}

Task<Waited> BodyReader::wait_for_wire(Clock::time_point until) {
  if (rung_) co_return Waited::interrupted;
  waiting_ = true;
  turn_bytes_ = 0;
  auto waited = co_await wire_->wait(until);
  waiting_ = false;
  co_return waited;
}

Task<void> BodyReader::send_continue() {
  continue_wanted_ = false;
  ByteView text = "HTTP/1.1 100 Continue\r\n\r\n";
  const auto& limits = bench_->door.options.limits;
  while (!text.empty()) {
    std::array<ByteView, 1> parts{text};
    auto step = wire_->send(parts, false);
    check_step(step);
    text.remove_prefix(step.bytes);
    if (step.kind == Step::Kind::done) continue;
    auto until = Clock::now() + limits.send_idle_time;
    auto waited = co_await wire_->wait(until);
    if (waited != Waited::ready) fail(Fault::timed_out, "The client takes no 100 Continue.");
  }
  continued_ = true;
  wire_->want_to_receive();
}

Task<bool> BodyReader::drain(ByteCount bytes_max) {
  if (ambiguous()) co_return false;
  auto left = left_bytes();
  if (left && *left > bytes_max) co_return false;
  auto start = received_;
  try {
    while (!complete_ || !piece_.empty()) {
      auto piece = co_await read();
      if (piece.empty()) break;
      if (received_ - start > bytes_max) co_return false;
    }
  } catch (const Error&) {
    co_return false;
  }
  co_return complete_ && !failed();
}

void BodyReader::finish() {
  if (from_backlog_) {
    backlog_->consume(backlog_->view().size() - input_.size());
  } else if (!input_.empty()) {
    backlog_->append(input_);
  }
  input_ = {};
  piece_ = {};
  from_backlog_ = in_room_ = false;
  lease_.release();
  ringing_.reset();
}

std::optional<ByteCount> BodyReader::left_bytes() const {
  if (framing_.chunked && !complete_) return std::nullopt;
  return complete_ ? 0 : framing_.bytes - received_;
}

}  // namespace tapedeck::http
