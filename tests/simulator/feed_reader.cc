#include "simulator/feed_reader.h"

namespace tapedeck::simulator {

namespace {

constexpr std::size_t page_max = 3;  // small, so that a read may break off between two

}  // namespace

Task<void> FeedReader::read_to_the_end(Server& server, AccountId account) {
  for (bool more = true; more;) {
    auto page = co_await server.recordings.list_changes(account, position_, page_max);
    for (const auto& change : page.changes) copy_[change.id] = change;
    position_ = page.next;
    more = page.more;
  }
}

Task<void> FeedReader::read_from(Server& server) {
  const auto& token = world_.model.accounts.at(username_).token;
  auto caller = co_await server.accounts.identify(token);
  co_await read_to_the_end(server, caller.account);
}

Task<void> FeedReader::read() {
  auto slot = world_.dice() % world_.stage.servers();
  auto act = [this](Server& server) -> Task<void> { co_await read_from(server); };
  try {
    co_await world_.stage.ask(slot, act);
  } catch (const Error&) {
    co_return;
  }
}

Task<void> FeedReader::compare(Server& server) {
  auto account = co_await server.catalog.find_account_by_username(username_);
  if (!account || account->state != AccountState::active) co_return;
  co_await read_to_the_end(server, account->id);
  ChangePosition begin;
  auto all = co_await server.catalog.list_changes(account->id, begin, 10'000);
  for (const auto& change : all.changes) {
    auto found = copy_.find(change.id);
    bool is_gone = !change.recording;
    bool is_same = found != copy_.end() && !found->second.recording == is_gone &&
                   (is_gone || found->second.recording->version == change.recording->version);
    if (!is_same) {
      world_.model.find("who follows the feed of " + username_ + " misses " + change.id.text());
    }
    if (found != copy_.end()) copy_.erase(found);
  }
  for (const auto& [id, change] : copy_) {
    if (change.recording)
      world_.model.find("who follows the feed keeps what is gone: " + id.text());
  }
}

}  // namespace tapedeck::simulator
