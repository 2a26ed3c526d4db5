// Recordings that grow.
#include <algorithm>

#include <fmt/format.h>

#include "simulator/client.h"

namespace tapedeck::simulator {

void Client::note_offset(const std::string& title, ByteCount acked, ByteCount offset) {
  auto& held = world_.model.recordings.at(title);
  if (offset < acked) {
    world_.model.find(fmt::format("{}: the offset went back from {} to {}", title, acked, offset));
  }
  if (offset > held.bytes.size()) world_.model.find(title + ": the offset is beyond what was sent");
  held.acked = std::max(held.acked, offset);
}

Task<Heard> Client::open(const Sending& wanted) {
  auto& held = hold(wanted.title, wanted.bytes);
  held.partial = wanted.partial;
  held.may_become(Form::live);
  std::optional<OpenUpload> opened;
  auto act = [&](Server& server) -> Task<void> {
    auto caller = co_await identify(server);
    NewUpload upload;
    upload.description.title = wanted.title;
    upload.idempotency_key = wanted.title;
    upload.partial = wanted.partial;
    if (wanted.announces_length) upload.length = wanted.bytes.size();
    opened = co_await server.uploads.open(caller, upload);
  };
  auto answer = co_await request(act);
  auto heard = expect("open " + wanted.title, answer);
  if (heard != Heard::done) co_return heard;
  note_id(wanted.title, opened->recording);
  secrets_[wanted.title] = opened->secret;
  held.forms.erase(Form::absent);
  co_return heard;
}

/// Asks how far it is, then sends from there to `end`.
Task<Heard> Client::append(const Sending& wanted, std::size_t end, ByteCount& offset) {
  auto& held = world_.model.recordings.at(wanted.title);
  const auto& secret = secrets_.at(wanted.title);
  const auto& token = world_.model.accounts.at(username_).token;
  bool is_last = end == wanted.bytes.size();
  if (is_last) held.may_become(Form::complete);
  auto acked = held.acked;
  auto on_durable = [&](ByteCount size) -> Task<void> {
    held.acked = std::max(held.acked, size);
    co_return;
  };
  auto act = [&](Server& server) -> Task<void> {
    acked = held.acked;
    auto found = co_await server.uploads.settle(secret, token);
    note_offset(wanted.title, acked, found.recording.size);
    offset = found.recording.size;
    if (offset >= end && (!is_last || !may_grow(found.recording))) co_return;
    auto from = std::min<std::size_t>(offset, end);
    auto body = make_body(server, wanted.bytes.substr(from, end - from), wanted.slow_chunk);
    NewAppend append;
    append.from = offset;
    append.body = body.get();
    append.completes = is_last;
    append.on_durable = on_durable;
    auto appended = co_await server.uploads.append(secret, token, append);
    offset = appended.recording.size;
  };
  auto answer = co_await request(act);
  auto heard = expect("append to " + wanted.title, answer);
  if (answer.error && answer.error->offset) note_offset(wanted.title, acked, *answer.error->offset);
  if (heard != Heard::done) co_return heard;
  note_offset(wanted.title, acked, offset);
  if (is_last) held.becomes(Form::complete);
  co_return heard;
}

Task<Heard> Client::send(Sending wanted) {
  auto heard = co_await open(wanted);
  if (heard != Heard::done) co_return heard;
  co_return co_await send_on(wanted, 1);
}

Task<Heard> Client::send_on(Sending wanted, std::size_t first_piece) {
  auto heard = Heard::done;
  auto pieces = wanted.given_up_after > 0 ? wanted.given_up_after : wanted.pieces;
  ByteCount offset = 0;
  for (auto piece = first_piece; piece <= pieces; ++piece) {
    auto end = wanted.bytes.size() * piece / wanted.pieces;
    heard = co_await append(wanted, end, offset);
    if (heard != Heard::done) co_return heard;
  }
  co_return heard;
}

Task<Heard> Client::terminate(std::string title) {
  auto& held = world_.model.recordings.at(title);
  const auto& secret = secrets_.at(title);
  bool goes = held.partial || held.acked == 0;
  // It is completed and trashed on its way out.
  held.may_become(Form::complete);
  held.may_become(Form::trashed);
  auto act = [&](Server& server) -> Task<void> {
    co_await server.uploads.terminate(secret, std::nullopt);
  };
  if (goes) {
    auto heard = co_await turn(title, Form::purged, act);
    // A repeat that finds it in the trash, by the first try, leaves it to the Sweeper.
    held.may_become(Form::trashed);
    co_return heard;
  }
  auto answer = co_await request(act);
  bool was_done = answer.error && answer.error->fault() == Fault::not_found;
  if (was_done) answer.heard = Heard::done;
  auto heard = expect("terminate " + title, answer);
  if (heard == Heard::done) {
    // A repeat that finds it complete, by the first try, leaves it there.
    held.becomes(Form::trashed);
    if (answer.tries > 1) held.may_become(Form::complete);
  }
  co_return heard;
}

Task<Heard> Client::concatenate(std::string title, std::vector<std::string> parts) {
  std::string bytes;
  std::vector<std::string> secrets;
  for (const auto& part : parts) {
    bytes += world_.model.recordings.at(part).bytes;
    secrets.push_back(secrets_.at(part));
  }
  auto& held = hold(title, bytes);
  held.hidden = true;
  held.may_become(Form::complete);
  std::optional<OpenUpload> made;
  auto act = [&](Server& server) -> Task<void> {
    auto caller = co_await identify(server);
    NewUpload wanted;
    wanted.description.title = title;
    wanted.idempotency_key = title;
    made = co_await server.uploads.concatenate(caller, wanted, secrets);
  };
  auto answer = co_await request(act);
  auto heard = expect("concatenate " + title, answer);
  if (heard != Heard::done) co_return heard;
  note_id(title, made->recording);
  held.acked = bytes.size();
  held.becomes(Form::complete);
  co_return heard;
}

}  // namespace tapedeck::simulator
