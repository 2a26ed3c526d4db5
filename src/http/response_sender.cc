#include "http/response_sender.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include <boost/asio/post.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/pool.h"

namespace tapedeck::http {

namespace {

/// A turn's worth of a body; other connections of the thread wait no longer than this takes.
constexpr std::size_t turn_bytes_max = 512 * KiB;

/// Removes what was sent. True when nothing is left.
bool consume(std::array<ByteView, 3>& parts, std::size_t sent) {
  auto left = false;
  for (auto& part : parts) {
    auto taken = std::min(sent, part.size());
    part.remove_prefix(taken);
    sent -= taken;
    left = left || !part.empty();
  }
  return !left;
}

/// What of it is in the page cache; -1 when nothing is.
ssize_t read_cached(int file, char* data, std::size_t size, off_t offset) {
  iovec vector{data, size};
  return ::preadv2(file, &vector, 1, offset, RWF_NOWAIT);
}

/// False: sendfile would wait for the disk. Files are read from front to back, so the last byte
/// tells of those before it. What it told a moment ago is believed without asking again.
bool is_cached(LatelySent& lately, FileSlice slice, std::size_t size) {
  slice.range.end = slice.range.begin + size;
  auto now = LatelySent::Clock::now();
  if (lately.contains(slice, now)) return true;
  char last = 0;
  auto at = static_cast<off_t>(slice.range.end - 1);
  auto cached = read_cached(slice.descriptor, &last, 1, at) >= 0;
  if (cached) lately.add(slice, now);
  return cached || errno != EAGAIN;
}

/// How long the head waits for the first byte of a body without a length, so that a failure to have
/// it can still be told. Then it goes out alone: its client should know that it is served.
constexpr std::chrono::milliseconds head_patience{100};

}  // namespace

/// The head of the response, if it is not out yet, begins the scratch.
void ResponseSender::put_head() {
  bench_->scratch.clear();
  if (head_ == nullptr) return;
  append_response_head(bench_->scratch, *head_, framing_, bench_->date());
  head_ = nullptr;
  request_body_->response_began();
}

Task<void> ResponseSender::send_head() {
  put_head();
  Parts parts{ByteView(bench_->scratch)};
  co_await write(parts, false);
}

/// The body, where all of it is in memory; empty when there is none to be sent.
std::optional<ByteView> ResponseSender::take_body(const Response& response) const {
  if (!framing_.body || !response.body) return ByteView();
  auto rest = framing_.length ? response.body->take_rest() : std::nullopt;
  if (!rest) return std::nullopt;
  if (rest->size() < *framing_.length) {
    bench_->door.log.warning("answer cut", {{"reason", "the body is shorter than was said"}});
  }
  return rest->substr(0, *framing_.length);
}

Task<ResponseSender::Sent> ResponseSender::send(Response& response, ResponseFraming framing) {
  head_ = &response;
  framing_ = framing;
  Sent sent;
  auto body = take_body(response);
  if (body) {
    put_head();
    Parts parts{ByteView(bench_->scratch), *body};
    auto is_out = write_now(parts, false);
    if (!is_out) is_out = co_await write(parts, false);
    if (is_out) sent.bytes = body->size();
    auto is_short = framing.body && response.body && sent.bytes < *framing.length;
    sent.complete = is_out && !is_short;
  } else {
    try {
      sent.complete = co_await send_body(response, framing, sent);
    } catch (const Error& error) {
      bench_->door.log.warning("answer cut", {{"reason", error.what()}});
      sent.complete = false;
    } catch (const std::exception& error) {
      bench_->door.log.error("answer cut", {{"reason", error.what()}});
      sent.complete = false;
    }
  }
  head_ = nullptr;
  co_return sent;
}

Task<bool> ResponseSender::send_body(Response& response, const ResponseFraming& framing,
                                     Sent& sent) {
  auto& body = *response.body;
  if (!framing.length) {
    auto is_there = co_await body.wait(head_patience);
    if (!is_there) co_await send_head();
  }
  ByteCount turn_bytes = 0;
  while (!framing.length || sent.bytes < *framing.length) {
    auto left = framing.length ? *framing.length - sent.bytes : ByteCount{1} << 62;
    auto slice = body.take_file_now();
    if (!slice) slice = co_await body.take_file();
    if (slice && slice->range.size() > 0) {
      slice->range.end = std::min(slice->range.end, slice->range.begin + left);
      auto whole = co_await send_slice(*slice, framing);
      if (!whole) co_return false;
      sent.bytes += slice->range.size();
      continue;
    }
    if (turn_bytes >= turn_bytes_max) {
      turn_bytes = 0;
      co_await asio::post(bench_->context, use_task);
    }
    auto piece = co_await body.read();
    if (piece.empty()) break;
    piece = piece.substr(0, std::min<ByteCount>(left, piece.size()));
    auto whole = co_await send_piece(piece, framing);
    if (!whole) co_return false;
    sent.bytes += piece.size();
    turn_bytes += piece.size();
  }
  if (framing.length && sent.bytes < *framing.length) {
    throw Error(Fault::internal,
                fmt::format("the body ended after {} of {} bytes", sent.bytes, *framing.length));
  }
  put_head();
  if (framing.chunked) bench_->scratch.append("0\r\n\r\n");
  if (bench_->scratch.empty()) co_return true;
  Parts parts{ByteView(bench_->scratch)};
  co_return co_await write(parts, false);
}

Task<bool> ResponseSender::send_piece(ByteView piece, const ResponseFraming& framing) {
  put_head();
  ByteView end;
  if (framing.chunked) {
    fmt::format_to(std::back_inserter(bench_->scratch), "{:x}\r\n", piece.size());
    end = "\r\n";
  }
  Parts parts{ByteView(bench_->scratch), piece, end};
  co_return co_await write(parts, false);
}

Task<bool> ResponseSender::send_slice(FileSlice slice, const ResponseFraming& framing) {
  put_head();
  if (framing.chunked) {
    fmt::format_to(std::back_inserter(bench_->scratch), "{:x}\r\n", slice.range.size());
  }
  if (!bench_->scratch.empty()) {
    Parts parts{ByteView(bench_->scratch)};
    auto begun = write_now(parts, true);
    if (!begun) begun = co_await write(parts, true);
    if (!begun) co_return false;
  }
  auto whole = true;
  if (send_file_now(slice)) {
    // The usual case: it is small, and fits the socket's buffer.
  } else if (wire_->is_secure()) {
    whole = co_await send_file_through_memory(slice);
  } else {
    whole = co_await send_file(slice);
  }
  if (!whole || !framing.chunked) co_return whole;
  Parts parts{ByteView("\r\n")};
  co_return co_await write(parts, false);
}

/// One step of send_file, if it can be done without waiting; takes what it sent off the slice. True
/// when nothing is left.
bool ResponseSender::send_file_now(FileSlice& slice) {
  if (wire_->is_secure() || slice.range.size() > turn_bytes_max) return false;
  auto size = static_cast<std::size_t>(slice.range.size());
  if (!is_cached(bench_->lately_sent, slice, size)) return false;
  auto step = wire_->send_file(slice.descriptor, slice.range.begin, size);
  slice.range.begin += step.bytes;
  return slice.range.size() == 0;
}

Task<bool> ResponseSender::send_file(FileSlice slice) {
  while (slice.range.size() > 0) {
    auto size = std::min<ByteCount>(slice.range.size(), turn_bytes_max);
    if (!is_cached(bench_->lately_sent, slice, size)) co_await load(slice, size);
    auto step = wire_->send_file(slice.descriptor, slice.range.begin, size);
    if (step.kind == Step::Kind::broken) co_return false;
    if (step.kind == Step::Kind::ended) {
      throw Error(Fault::internal, "a file is shorter than its slice");
    }
    if (step.kind == Step::Kind::blocked) {
      auto ready = co_await wait_to_send();
      if (!ready) co_return false;
      continue;
    }
    slice.range.begin += step.bytes;
    if (slice.range.size() > 0) co_await asio::post(bench_->context, use_task);
  }
  co_return true;
}

/// Into the page cache, by a thread that may block. It is read and dropped: of files that came in
/// by readahead(2), which makes single pages when it is called alone, fewer were sent in a second.
/// An error shows again when it is sent.
Task<void> ResponseSender::load(FileSlice slice, std::size_t size) {
  slice.range.end = slice.range.begin + size;
  auto read = [&] {
    std::array<char, 16 * KiB> dropped;
    while (slice.range.size() > 0) {
      auto most = std::min<ByteCount>(dropped.size(), slice.range.size());
      auto at = static_cast<off_t>(slice.range.begin);
      auto count = ::pread(slice.descriptor, dropped.data(), most, at);
      if (count <= 0) return;
      slice.range.begin += static_cast<ByteCount>(count);
    }
  };
  co_await on(bench_->door.file_pool, read);
}

Task<bool> ResponseSender::send_file_through_memory(FileSlice slice) {
  while (slice.range.size() > 0) {
    auto buffer = bench_->buffers.lease();
    auto size = co_await read_file(slice, buffer);
    Parts parts{ByteView(buffer.data(), size)};
    auto whole = co_await write(parts, false);
    if (!whole) co_return false;
    slice.range.begin += size;
    if (slice.range.size() > 0) co_await asio::post(bench_->context, use_task);
  }
  co_return true;
}

/// From the page cache at once; what is not there is read by a thread that may block.
Task<std::size_t> ResponseSender::read_file(FileSlice slice, BufferPool::Lease& buffer) {
  auto* data = buffer.data();
  auto size = std::min<ByteCount>(slice.range.size(), buffer.size());
  auto offset = static_cast<off_t>(slice.range.begin);
  auto count = read_cached(slice.descriptor, data, size, offset);
  if (count < 0) {
    auto read = [&] { return ::pread(slice.descriptor, data, size, offset); };
    count = co_await on(bench_->door.file_pool, read);
  }
  if (count <= 0) throw Error(Fault::internal, "a file is shorter than its slice");
  co_return static_cast<std::size_t>(count);
}

/// One step without waiting. True when all is sent.
bool ResponseSender::write_now(Parts& parts, bool more) {
  auto step = wire_->send(parts, more);
  return consume(parts, step.bytes);
}

Task<bool> ResponseSender::write(Parts parts, bool more) {
  if (write_now(parts, more)) co_return true;
  kept_.assign(parts[0]);  // the scratch belongs to whoever runs while we wait
  parts[0] = kept_;
  for (;;) {
    auto step = wire_->send(parts, more);
    if (step.kind == Step::Kind::broken || step.kind == Step::Kind::ended) co_return false;
    if (consume(parts, step.bytes)) co_return true;
    if (step.kind == Step::Kind::done) continue;
    auto ready = co_await wait_to_send();
    if (!ready) co_return false;
  }
}

Task<bool> ResponseSender::wait_to_send() {
  auto until = Wire::Clock::now() + bench_->door.options.limits.send_idle_time;
  auto waited = co_await wire_->wait(until);
  co_return waited == Waited::ready;
}

Task<bool> ResponseSender::send_informational(const Response& response) {
  bench_->scratch.clear();
  append_informational(bench_->scratch, response);
  Parts parts{ByteView(bench_->scratch)};
  auto sent = co_await write(parts, false);
  wire_->want_to_receive();
  co_return sent;
}

}  // namespace tapedeck::http
