// Requests in general, and those about recordings.
#include "simulator/client.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/slow_source.h"

namespace tapedeck::simulator {

namespace {

constexpr std::size_t play_bytes_max = 1 * MiB;
constexpr std::size_t listed_at_once = 2;

/// Another try may end otherwise.
bool is_passing(Fault fault) {
  return fault == Fault::unavailable || fault == Fault::locked || fault == Fault::conflict ||
         fault == Fault::timed_out;
}

}  // namespace

// ---- requests ----------------------------------------------------------------------------------

Task<void> Client::rest() {
  auto& dice = world_.dice;
  bool is_long = dice() % 8 == 0;
  Millis most = is_long ? std::chrono::seconds(40) : std::chrono::seconds(2);
  Millis time{static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(most.count()))};
  co_await world_.stage.timeline().pass(nobody, time);
}

Task<Client::Answer> Client::try_once(Act act) {
  Answer answer;
  auto slot = world_.dice() % world_.stage.servers();
  ++world_.requests;
  try {
    co_await world_.stage.ask(slot, std::move(act));
  } catch (const Error& error) {
    answer.heard = is_passing(error.fault()) ? Heard::uncertain : Heard::refused;
    answer.error = error;
  }
  co_return answer;
}

Task<Client::Answer> Client::request(Act act) {
  Answer answer;
  for (int tried = 0; tried < world_.tries_max; ++tried) {
    if (tried > 0) co_await rest();
    answer = co_await try_once(act);
    answer.tries = tried + 1;
    if (answer.heard != Heard::uncertain) break;
  }
  co_return answer;
}

Heard Client::expect(const std::string& what, const Answer& answer,
                     std::initializer_list<Fault> explained) {
  if (answer.heard != Heard::refused) return answer.heard;
  const auto& account = world_.model.accounts[username_];
  auto fault = answer.error->fault();
  bool is_out = fault == Fault::unauthenticated || fault == Fault::forbidden;
  bool is_explained = std::find(explained.begin(), explained.end(), fault) != explained.end() ||
                      (is_out && account.may_be_closed) ||
                      (fault == Fault::over_quota && account.quota);
  if (!is_explained) {
    world_.model.find(fmt::format("{} was refused: {}", what, answer.error->what()));
  }
  return Heard::refused;
}

Task<Caller> Client::identify(Server& server) const {
  const auto& token = world_.model.accounts.at(username_).token;
  auto caller = co_await server.accounts.identify(token);
  co_return caller;
}

Held& Client::hold(const std::string& title, const std::string& bytes) {
  auto& held = world_.model.recordings[title];
  held.owner = username_;
  held.bytes = bytes;
  return held;
}

void Client::note_id(const std::string& title, const Recording& seen) {
  auto& held = world_.model.recordings.at(title);
  if (held.id && *held.id != seen.id) {
    world_.model.find(title + ": two clients were told two ids of one recording");
  }
  held.id = seen.id;
}

std::unique_ptr<ByteSource> Client::make_body(Server& server, std::string bytes,
                                              std::size_t slow_chunk) const {
  if (slow_chunk == 0) return std::make_unique<MemorySource>(std::move(bytes), 150);
  return std::make_unique<SlowSource>(std::move(bytes), slow_chunk, server.env);
}

// ---- recordings --------------------------------------------------------------------------------

Task<Heard> Client::create(Creating wanted) {
  auto& held = hold(wanted.title, wanted.bytes);
  held.hidden = wanted.hidden;
  held.may_become(Form::complete);
  if (!wanted.hidden) held.may_become(Form::live);
  std::unique_ptr<Created> created;
  auto on_durable = [&](ByteCount size) -> Task<void> {
    held.acked = std::max(held.acked, size);
    co_return;
  };
  auto act = [&](Server& server) -> Task<void> {
    auto caller = co_await identify(server);
    auto body = make_body(server, wanted.bytes, wanted.slow_chunk);
    Incoming incoming;
    incoming.body = body.get();
    if (wanted.slow_chunk == 0) incoming.bytes = wanted.bytes.size();
    incoming.idempotency_key = wanted.title;
    incoming.on_durable = on_durable;
    if (wanted.hidden) {
      auto digest = sha256_of(wanted.bytes);
      incoming.digests.emplace_back(DigestAlgorithm::sha256, view_of(digest));
    }
    Description description;
    description.title = wanted.title;
    created = co_await server.recordings.create(caller, description, incoming);
  };
  auto answer = co_await request(act);
  auto heard = expect("create " + wanted.title, answer);
  if (heard != Heard::done) co_return heard;
  note_id(wanted.title, created->recording);
  held.acked = wanted.bytes.size();
  held.becomes(Form::complete);
  auto wrong = misfit(held, &created->recording);
  if (!wrong.empty()) world_.model.find("the answer to create " + wanted.title + ": " + wrong);
  co_return heard;
}

Task<Heard> Client::change(std::string title, std::string note) {
  auto& held = world_.model.recordings.at(title);
  held.notes.insert(note);
  std::optional<Recording> changed;
  auto act = [&](Server& server) -> Task<void> {
    auto caller = co_await identify(server);
    RecordingPatch patch;
    patch.note = note;
    changed = co_await server.recordings.change(caller.account, *held.id, patch, std::nullopt);
  };
  auto answer = co_await request(act);
  auto heard = expect("change " + title, answer);
  if (heard != Heard::done) co_return heard;
  held.notes = {note};
  auto wrong = misfit(held, &*changed);
  if (!wrong.empty()) world_.model.find("the answer to change " + title + ": " + wrong);
  co_return heard;
}

Task<Heard> Client::turn(std::string title, Form form, Act act) {
  auto& held = world_.model.recordings.at(title);
  if (form == Form::trashed && held.may_be(Form::live)) held.may_become(Form::complete);
  held.may_become(form);
  auto answer = co_await request(std::move(act));
  bool was_done = answer.error && answer.error->fault() == Fault::not_found && form == Form::purged;
  if (was_done) answer = Answer();  // by an earlier try
  bool is_another = answer.error && answer.error->fault() == Fault::conflict;
  if (is_another) answer.heard = Heard::refused;
  auto heard = expect(std::string(name_of(form)) + " " + title, answer);
  if (heard == Heard::done) held.becomes(form);
  co_return heard;
}

Task<Heard> Client::trash(std::string title) {
  auto id = *world_.model.recordings.at(title).id;
  auto act = [&](Server& server) -> Task<void> {
    auto caller = co_await identify(server);
    auto trashed = co_await server.recordings.trash(caller.account, id);
    if (!trashed.trashed_at) world_.model.find(title + " is not in the trash");
  };
  co_return co_await turn(title, Form::trashed, act);
}

Task<Heard> Client::restore(std::string title) {
  auto id = *world_.model.recordings.at(title).id;
  auto act = [&](Server& server) -> Task<void> {
    auto caller = co_await identify(server);
    auto restored = co_await server.recordings.restore(caller.account, id);
    if (restored.trashed_at) world_.model.find(title + " is still in the trash");
  };
  co_return co_await turn(title, Form::complete, act);
}

Task<Heard> Client::purge(std::string title) {
  auto id = *world_.model.recordings.at(title).id;
  auto act = [&](Server& server) -> Task<void> {
    auto caller = co_await identify(server);
    co_await server.recordings.purge(caller.account, id);
  };
  co_return co_await turn(title, Form::purged, act);
}

Task<Heard> Client::play(std::string title) {
  auto& held = world_.model.recordings.at(title);
  auto acked = held.acked;
  std::string heard_bytes;
  auto act = [&](Server& server) -> Task<void> {
    auto caller = co_await identify(server);
    auto recording = co_await server.recordings.find(caller.account, *held.id);
    ByteRange all{0, recording.size};
    auto source = co_await server.recordings.open(recording, all);
    heard_bytes = co_await read_all(*source, play_bytes_max);
  };
  auto answer = co_await request(act);
  bool may_be_gone = held.may_be(Form::purged);
  auto heard = may_be_gone ? expect("play " + title, answer, {Fault::not_found})
                           : expect("play " + title, answer);
  if (heard != Heard::done) co_return heard;
  bool is_what_was_sent =
      heard_bytes.size() >= acked && held.bytes.substr(0, heard_bytes.size()) == heard_bytes;
  if (!is_what_was_sent) world_.model.find(title + " does not play what was sent");
  co_return heard;
}

/// The titles of those that nothing but this client could have removed, and did not.
std::set<std::string> Client::list_what_must_be_there() const {
  std::set<std::string> titles;
  for (const auto& [title, held] : world_.model.recordings) {
    bool is_listed = held.owner == username_ && !held.partial && held.is(Form::complete);
    if (is_listed) titles.insert(title);
  }
  return titles;
}

Task<Heard> Client::list() {
  std::vector<Recording> listed;
  auto act = [&](Server& server) -> Task<void> {
    listed.clear();
    auto caller = co_await identify(server);
    ListFilter all;
    std::optional<ListPosition> from;
    do {
      auto page = co_await server.recordings.list(caller.account, all, from, listed_at_once);
      std::move(page.recordings.begin(), page.recordings.end(), std::back_inserter(listed));
      from = page.next;
    } while (from);
  };
  auto missing = list_what_must_be_there();
  auto answer = co_await request(act);
  auto heard = expect("list", answer);
  for (const auto& recording : listed) {
    const auto& title = recording.description.title;
    auto held = world_.model.recordings.find(title);
    bool is_own = held != world_.model.recordings.end() && held->second.owner == username_;
    if (!is_own) world_.model.find(username_ + " sees what is another's: " + title);
    missing.erase(title);
  }
  if (heard != Heard::done) co_return heard;
  for (const auto& title : list_what_must_be_there()) {
    if (missing.contains(title)) world_.model.find("a list does not have " + title);
  }
  co_return heard;
}

}  // namespace tapedeck::simulator
