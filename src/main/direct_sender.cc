#include "main/direct_sender.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "base/encoding.h"
#include "base/together.h"
#include "main/file_range_source.h"

namespace tapedeck {

namespace {

constexpr std::size_t parts_at_once = 4;
constexpr int gone_max = 3;
constexpr Millis complete_again{1'000};

double draw_luck(Env& env) {
  std::array<unsigned char, 1> byte{};
  env.fill_random(byte);
  return byte[0] / 255.0;
}

/// The server takes it, but not this way, or not any more.
bool is_for_the_other_way(const Error& error) {
  return error.fault() == Fault::invalid || error.fault() == Fault::conflict;
}

}  // namespace

DirectSender::DirectSender(const ServerDoor& door, UploadDescription description,
                           const Outgoing& file, Patience::Options patience, SenderEvents events)
    : file_(file),
      events_(std::move(events)),
      description_(std::move(description)),
      upload_(door),
      patience_(patience) {}

Task<std::optional<Sent>> DirectSender::run() {
  for (;;) {
    std::optional<Error> failure;
    try {
      auto next = co_await step();
      if (next == Step::done) co_return sent_;
      if (next == Step::other_way) co_return std::nullopt;
    } catch (const Error& error) {
      failure = error;
    }
    if (failure) co_await recover(*failure);
  }
}

Task<DirectSender::Step> DirectSender::step() {
  if (!is_asked_) co_return co_await ask();
  if (!upload_.is_open()) co_return co_await create();
  if (!is_listed_) {
    auto from = static_cast<int>(stored_.size()) + 1;
    page_ = co_await upload_.list_parts(from);
    is_listed_ = true;
  }
  if (page_.is_assembled) co_return co_await complete();
  co_await send_page();
  if (is_listed_) co_return co_await complete();
  co_return Step::on;
}

Task<DirectSender::Step> DirectSender::ask() {
  auto from = co_await upload_.find_wanted();
  is_asked_ = true;
  co_return from&& file_.size >= *from ? Step::on : Step::other_way;
}

Task<DirectSender::Step> DirectSender::create() {
  try {
    page_ = co_await upload_.create(description_, file_.size);
  } catch (const Error& error) {
    if (!is_for_the_other_way(error)) throw;
    co_return Step::other_way;
  }
  stored_.clear();
  safe_ = moving_ = 0;
  is_listed_ = true;
  ByteCount there = page_.is_assembled ? file_.size : 0;
  for (const auto& part : page_.parts) there += part.etag.empty() ? 0 : part.range.size();
  ByteRange rest{there, file_.size};
  if (events_.on_begun) events_.on_begun(upload_.recording_id(), rest);
  sent_.is_replayed = page_.is_assembled && sent_.sent_bytes == 0;
  co_return Step::on;
}

// ---- parts -------------------------------------------------------------------------------------

/// All of the page is in the store then; the next page, if there is one, is to be listed.
Task<void> DirectSender::send_page() {
  for (const auto& part : page_.parts) {
    if (!part.etag.empty()) note_part(part);
  }
  co_await send_parts();
  stored_.insert(stored_.end(), page_.parts.begin(), page_.parts.end());
  is_listed_ = !page_.next;
}

Task<void> DirectSender::send_parts() {
  std::size_t next = 0;
  bool failed = false;
  std::vector<Task<void>> workers;
  for (std::size_t i = 0; i < parts_at_once; ++i) workers.push_back(work(next, failed));
  co_await run_together(std::move(workers));
}

/// Takes one part after the other, until one fails.
Task<void> DirectSender::work(std::size_t& next, bool& failed) {
  std::map<std::string, std::unique_ptr<http::Client>> stores;  // mostly one
  while (!failed && next < page_.parts.size()) {
    auto& part = page_.parts[next++];
    if (!part.etag.empty()) continue;
    auto url = split_url(part.url);
    auto& store = stores[url.name];
    if (!store) store = std::make_unique<http::Client>(url.origin, http::ClientOptions());
    try {
      co_await send_part(*store, part, url.target);
    } catch (const Error&) {
      failed = true;
      throw;
    }
  }
}

Task<void> DirectSender::send_part(http::Client& store, PartToSend& part,
                                   const std::string& target) {
  Sha256 hash;  // the whole is compared at the end
  auto at = part.range.begin;
  auto pass = [&](ByteCount end) {
    moving_ += end - at;
    sent_.sent_bytes += end - at;
    at = end;
    show_progress();
  };
  FileRangeSource body(file_.descriptor, part.range, hash, pass);
  try {
    part.etag = co_await put_part(store, target, body, part.range.size());
  } catch (const Error&) {
    moving_ -= at - part.range.begin;
    throw;
  }
  moving_ -= part.range.size();
  note_part(part);
}

/// The store has it: what failed before does not count any more.
void DirectSender::note_part(const PartToSend& part) {
  safe_ += part.range.size();
  gone_ = 0;
  patience_.reset();
  show_progress();
  if (events_.on_safe) events_.on_safe(safe_);
}

void DirectSender::show_progress() {
  if (events_.on_sent) events_.on_sent(safe_ + moving_);
}

// ---- the end -----------------------------------------------------------------------------------

Task<DirectSender::Step> DirectSender::complete() {
  auto recording = co_await upload_.complete(stored_, *file_.whole);
  patience_.reset();
  if (!recording) {
    page_.is_assembled = true;  // nothing is to be sent again
    co_await env_.sleep(complete_again);
    co_return Step::on;
  }
  sent_.recording = std::move(*recording);
  auto stored = find_string(sent_.recording, "sha256");
  sent_.is_checked = stored == to_hex(view_of(*file_.whole));
  co_return Step::done;
}

// ---- breaks ------------------------------------------------------------------------------------

Task<void> DirectSender::recover(const Error& error) {
  if (error.fault() == Fault::precondition_failed) co_await take_back(error);
  bool is_gone = error.fault() == Fault::not_found || error.fault() == Fault::gone;
  bool is_closed = error.fault() == Fault::key_reused && !upload_.is_open();
  if (is_closed || (is_gone && upload_.is_open())) {
    begin_another(is_closed);
    co_return;
  }
  // The store has other parts than it said, or another request completes the upload.
  bool is_elsewhere = error.fault() == Fault::conflict && upload_.is_open();
  if (!is_elsewhere && !may_pass(error)) throw Error(error);
  co_await wait(error);
}

Task<void> DirectSender::wait(const Error& error) {
  auto now = Patience::Clock::now();
  if (patience_.is_spent(now)) throw Error(error);
  auto pause = patience_.next_wait(now, error.retry_after, draw_luck(env_));
  if (events_.on_wait) events_.on_wait(pause, error.what());
  co_await env_.sleep(pause);
  is_listed_ = false;
  stored_.clear();
  safe_ = moving_ = 0;
}

/// The file is not what it was.
Task<void> DirectSender::take_back(const Error& error) {
  try {
    if (upload_.is_open()) co_await upload_.terminate();
  } catch (const Error&) {
    // Then the server removes it a day later; what is to be said is the same.
  }
  throw Error(error);
}

/// As Sender's: a new URL for the recording first; when that is of no use either, another
/// recording.
void DirectSender::begin_another(bool is_closed) {
  if (++gone_ > gone_max) {
    throw Error(Fault::unavailable,
                "The server ends each upload that is begun. Is there another server behind the "
                "address?");
  }
  upload_.forget();
  if (gone_ > 1 || is_closed) description_.client_id += "+";
}

}  // namespace tapedeck
