#include "bench/live/recorder.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace live {

namespace {

constexpr std::uint64_t payload_step = 4'099;  // prime: no two recorders begin alike for long

std::string path_of(std::string_view location) {
  auto scheme = location.find("://");
  if (scheme == location.npos) return std::string(location);
  return std::string(location.substr(location.find('/', scheme + 3)));
}

}  // namespace

Recorder::Recorder(const Plan& plan, load::Address address, std::string_view payload,
                   std::size_t number)
    : plan_(plan),
      payload_(payload),
      payload_at_(number * payload_step),
      connection_(std::move(address)) {
  connection_.show_bodies([this](std::string_view bytes) { compare(bytes); });
}

std::string Recorder::head(std::string_view method, std::string_view path,
                           std::string_view fields) const {
  std::string text(method);
  text.append(" ").append(path).append(" HTTP/1.1\r\nHost: bench\r\nTus-Resumable: 1.0.0\r\n");
  if (!plan_.authorization.empty()) text.append(plan_.authorization).append("\r\n");
  return text.append(fields).append("\r\n");
}

void Recorder::begin_upload() {
  doing_ = Doing::creating;
  load::Outgoing request;
  request.head = head("POST", plan_.path, "Upload-Defer-Length: 1\r\nContent-Length: 0\r\n");
  connection_.begin(std::move(request));
}

void Recorder::begin_append() {
  wanted_ = offset_ + plan_.append_bytes;
  begin_append_at_offset();
}

void Recorder::begin_append_at_offset() {
  doing_ = Doing::appending;
  std::string fields = "Content-Type: application/offset+octet-stream\r\nUpload-Offset: ";
  fields += std::to_string(offset_) + "\r\n";
  auto end = plan_.append_bytes * plan_.appends;  // known only now, as with a real recorder
  if (wanted_ == end) fields += "Upload-Length: " + std::to_string(end) + "\r\n";
  load::Outgoing request;
  request.body_bytes = wanted_ - offset_;
  fields += "Content-Length: " + std::to_string(request.body_bytes) + "\r\n";
  request.head = head("PATCH", url_, fields);
  request.payload = payload_;
  request.payload_at = payload_at_ + offset_;
  connection_.begin(std::move(request));
}

void Recorder::ask_offset() {
  doing_ = Doing::asking;
  load::Outgoing request;
  request.head = head("HEAD", url_, "");
  request.is_head = true;
  connection_.begin(std::move(request));
}

void Recorder::begin_compare() {
  doing_ = Doing::comparing;
  compared_bytes_ = 0;
  differs_ = false;
  load::Outgoing request;
  auto range = "Range: bytes=0-" + std::to_string(offset_ - 1) + "\r\n";
  request.head = head("GET", audio_url_, range);
  connection_.begin(std::move(request));
}

void Recorder::compare(std::string_view bytes) {
  if (doing_ != Doing::comparing || connection_.status() / 100 != 2) return;
  while (!bytes.empty()) {
    auto at = (payload_at_ + compared_bytes_) % payload_.size();
    auto expected = payload_.substr(at, bytes.size());
    differs_ = differs_ || !bytes.starts_with(expected);
    compared_bytes_ += expected.size();
    bytes.remove_prefix(expected.size());
  }
}

Recorder::Progress Recorder::go_on() {
  switch (connection_.go_on()) {
    case load::Connection::Progress::waiting:
      return Progress::waiting;
    case load::Connection::Progress::answered:
      return finish();
    case load::Connection::Progress::broken:
      break;
  }
  return recover();
}

Recorder::Progress Recorder::finish() {
  switch (doing_) {
    case Doing::creating:
      return finish_create();
    case Doing::appending:
    case Doing::asking:
      return note_offset();
    default:
      doing_ = Doing::nothing;
      return Progress::compared;
  }
}

Recorder::Progress Recorder::finish_create() {
  doing_ = Doing::nothing;
  if (connection_.status() != 201) return Progress::failed;
  url_ = path_of(connection_.answer_field("Location"));
  audio_url_ = plan_.audio_path;
  auto at = audio_url_.find("{id}");
  if (at != audio_url_.npos) audio_url_.replace(at, 4, connection_.answer_field("Recording-Id"));
  if (audio_url_.empty()) audio_url_ = url_;
  return Progress::begun;
}

Recorder::Progress Recorder::note_offset() {
  std::string offset(connection_.answer_field("Upload-Offset"));
  if (connection_.status() / 100 != 2 || offset.empty()) return recover();
  offset_ = std::max<std::uint64_t>(offset_, std::strtoull(offset.c_str(), nullptr, 10));
  if (offset_ < wanted_) {  // the answer to a question: part of it, or nothing, had arrived
    begin_append_at_offset();
    return go_on();
  }
  doing_ = Doing::nothing;
  return Progress::acknowledged;
}

Recorder::Progress Recorder::recover() {
  bool goes_on = doing_ == Doing::appending || doing_ == Doing::asking;
  if (goes_on) {
    connection_.open();
    ask_offset();
  } else {
    doing_ = Doing::nothing;
  }
  return Progress::failed;
}

}  // namespace live
