#include "main/sender.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/encoding.h"
#include "main/file_range_source.h"

namespace tapedeck {

namespace {

// Small enough for proxies that limit a body (100 MB is a common limit), large enough that a
// round trip in between costs nothing.
constexpr ByteCount piece_bytes_max = 16 * MiB;
constexpr Millis growth_looked_every{50};
constexpr int gone_max = 3;

Error changed() {
  return {
      Fault::precondition_failed,
      "It changed while it was sent. Nothing of it is kept; send it again when it is finished."};
}

/// The clients of a server that comes back should not all come at once.
double draw_luck(Env& env) {
  std::array<unsigned char, 1> byte{};
  env.fill_random(byte);
  return byte[0] / 255.0;
}

}  // namespace

Sender::Sender(const ServerDoor& door, UploadDescription description, const Outgoing& file,
               Options options, SenderEvents events)
    : file_(file),
      options_(options),
      events_(std::move(events)),
      description_(std::move(description)),
      upload_(door),
      patience_(options.patience) {}

Task<Sent> Sender::run() {
  for (;;) {
    std::optional<Error> failure;
    try {
      auto is_done = co_await step();
      if (is_done) co_return sent_;
    } catch (const Error& error) {
      failure = error;
    }
    if (failure) co_await recover(*failure);
  }
}

/// The next thing to do; true when there is none.
Task<bool> Sender::step() {
  if (file_.whole && !was_whole_) {
    was_whole_ = true;
    patience_.reset();  // now it counts
  }
  if (is_delivered_) {
    co_await confirm();
    co_return true;
  }
  if (!upload_.is_open()) {
    co_await create();
  } else if (is_lost_) {
    co_await find_offset();
  } else {
    co_await append();
  }
  co_return false;
}

// ---- where we are ------------------------------------------------------------------------------

/// What the server says that it has is more than it had: nothing that failed before counts.
void Sender::note_offset() {
  auto offset = upload_.offset();
  if (offset > file_.size) {
    throw Error(Fault::conflict,
                fmt::format("The server has {} bytes of it already, and here are only {}: it is "
                            "not what was begun.",
                            offset, file_.size));
  }
  if (offset > safe_) patience_.reset();
  safe_ = offset;
  if (events_.on_safe) events_.on_safe(offset);
}

Task<void> Sender::create() {
  if (file_.size == 0) {  // nothing to keep yet
    co_await env_.sleep(growth_looked_every);
    co_return;
  }
  std::optional<ByteCount> length;
  if (!is_deferred()) length = file_.size;
  co_await upload_.create(description_, length);
  is_lost_ = false;
  note_offset();
  if (events_.on_begun) {
    ByteRange rest{upload_.offset(), file_.size};
    events_.on_begun(upload_.recording_id(), rest);
  }
  bool is_there = !is_deferred() && upload_.offset() == file_.size;
  if (!is_there) co_return;
  is_delivered_ = true;
  sent_.is_replayed = sent_.sent_bytes == 0;
}

Task<void> Sender::find_offset() {
  co_await upload_.find_offset();
  is_lost_ = false;
  note_offset();
}

// ---- bytes -------------------------------------------------------------------------------------

Task<void> Sender::append() {
  auto from = upload_.offset();
  auto piece = std::min(piece_bytes_max, upload_.append_bytes_max().value_or(piece_bytes_max));
  auto end = std::min(file_.size, from + piece);
  bool is_last = file_.whole && end == file_.size;
  bool is_due = Patience::Clock::now() - appended_at_ >= options_.append_every;
  bool is_full = end - from == piece;
  if (is_last || is_full || (is_due && end > from)) {
    co_await append_piece(end, is_last);
  } else {
    co_await env_.sleep(growth_looked_every);
  }
}

/// The last chunk of a file goes out only when all before it and it have the digest that the file
/// is known by: so a file that was written to meanwhile is never complete on the server.
Task<void> Sender::append_piece(ByteCount end, bool is_last) {
  auto from = upload_.offset();
  co_await hash_up_to(from);
  auto sent_to = from;
  auto pass = [&](ByteCount chunk_end) {
    if (is_last && chunk_end == end) check_unchanged();
    sent_.sent_bytes += chunk_end - sent_to;
    sent_to = chunk_end;
    if (events_.on_sent) events_.on_sent(chunk_end);
  };
  FileRangeSource body(file_.descriptor, {from, end}, hash_, pass);
  std::optional<ByteCount> length;
  if (is_last && is_deferred()) length = end;
  appended_at_ = Patience::Clock::now();
  co_await upload_.append(body, end - from, length);
  gone_ = 0;
  note_offset();
  is_delivered_ = is_last && upload_.offset() == end;
}

void Sender::check_unchanged() const {
  struct stat status{};
  bool has_size =
      fstat(file_.descriptor, &status) == 0 && static_cast<ByteCount>(status.st_size) == file_.size;
  if (!has_size || hash_.finish() != *file_.whole) throw changed();
}

/// What the server has already is read again only as far as it was not hashed before.
Task<void> Sender::hash_up_to(ByteCount from) {
  if (hash_.seen() > from) hash_ = safe_hash_.seen() <= from ? safe_hash_ : Sha256();
  auto ignore = [](ByteCount) {};
  FileRangeSource before(file_.descriptor, {hash_.seen(), from}, hash_, ignore);
  for (;;) {
    auto chunk = co_await before.read();
    if (chunk.empty()) break;
  }
  safe_hash_ = hash_;
}

/// The server's own words about what it has.
Task<void> Sender::confirm() {
  auto recording = co_await upload_.find_recording();
  if (!recording) {
    sent_.recording = {{"id", upload_.recording_id()}, {"size", file_.size}};
    co_return;
  }
  sent_.recording = std::move(*recording);
  auto stored = find_string(sent_.recording, "sha256");
  sent_.is_checked = stored == to_hex(view_of(*file_.whole));
  if (stored && !sent_.is_checked) {
    throw Error(Fault::digest_mismatch,
                "The server stored other bytes than were sent. Do not delete it here, and upload "
                "it again with --again.");
  }
}

// ---- breaks ------------------------------------------------------------------------------------

Task<void> Sender::recover(const Error& error) {
  bool is_gone = error.fault() == Fault::not_found || error.fault() == Fault::gone;
  bool is_elsewhere = error.fault() == Fault::conflict && error.offset && upload_.is_open();
  if (error.fault() == Fault::precondition_failed) co_await take_back(error);
  bool is_closed = error.fault() == Fault::key_reused && !upload_.is_open();
  if (is_closed || (is_gone && upload_.is_open() && !is_delivered_)) {
    begin_another(is_closed);
    co_return;
  }
  if (is_elsewhere) {
    upload_.set_offset(*error.offset);
    note_offset();
  } else if (!may_pass(error)) {
    throw Error(error);
  }
  auto now = Patience::Clock::now();
  if (file_.whole && patience_.is_spent(now)) throw Error(error);
  auto wait = patience_.next_wait(now, error.retry_after, draw_luck(env_));
  is_lost_ = upload_.is_open() && !is_elsewhere;
  if (events_.on_wait) events_.on_wait(wait, error.what());
  co_await env_.sleep(wait);
}

/// The upload's URL has ended. Beginning again under the client id finds the recording with a new
/// URL; when that one is of no use either, or is refused because of another length, the recording
/// may not grow any more (it was completed as it was, or is in the trash), and all of the file
/// goes into another one.
void Sender::begin_another(bool is_closed) {
  if (++gone_ > gone_max) {
    throw Error(Fault::unavailable,
                "The server ends each upload that is begun. Is there another server behind the "
                "address?");
  }
  upload_.forget();
  if (gone_ == 1 && !is_closed) return;
  description_.client_id += "+";
  safe_ = 0;
}

/// What is on the server is not the file any more.
Task<void> Sender::take_back(const Error& error) {
  try {
    if (upload_.is_open()) co_await upload_.terminate();
  } catch (const Error&) {
    // Then it stays as an interrupted recording; what is to be said is the same.
  }
  throw Error(error);
}

}  // namespace tapedeck
