#include "simulator/inspection.h"

#include <set>

#include <fmt/format.h>

#include "core/purge.h"
#include "store/dynamo_rows.h"

namespace tapedeck::simulator {

namespace {

constexpr std::size_t page_max = 1'000;
constexpr std::size_t bytes_max = 1 * MiB;

}  // namespace

Task<void> Inspection::look() {
  co_await look_at_accounts();
  for (const auto& account : accounts_) {
    co_await look_at_recordings(account);
    co_await look_at_feed(account);
    judge_quota(account);
  }
  judge_titles();
  co_await look_as_another();
  co_await look_at_tokens();
}

// ---- accounts ----------------------------------------------------------------------------------

Task<void> Inspection::look_at_accounts() {
  auto page = co_await server_.catalog.list_accounts(std::nullopt, page_max);
  accounts_ = std::move(page.accounts);
  std::map<std::string, const Account*> by_name;
  for (const auto& account : accounts_) {
    if (!by_name.emplace(account.username, &account).second) find("two of " + account.username);
    if (!world_.model.accounts.contains(account.username)) find("who is " + account.username);
  }
  for (const auto& [username, held] : world_.model.accounts) {
    auto found = by_name.find(username);
    judge_account(username, found == by_name.end() ? nullptr : found->second);
  }
}

void Inspection::judge_account(const std::string& username, const Account* account) {
  const auto& held = world_.model.accounts.at(username);
  bool is_closing = account != nullptr && account->state == AccountState::closing;
  if (account == nullptr && !held.may_be_absent && !held.may_be_closed) {
    find("the account " + username + " is gone");
  }
  if (is_closing && !held.may_be_closed) find("nobody closed the account " + username);
  if (account != nullptr && !is_closing && held.is_closed) find(username + " is not closed");
}

Task<bool> Inspection::works(std::string text) {
  try {
    co_await server_.accounts.identify(text);
    co_return true;
  } catch (const Error& error) {
    if (error.fault() != Fault::unauthenticated) throw;
  }
  co_return false;
}

Task<void> Inspection::look_at_tokens() {
  for (const auto& [username, held] : world_.model.accounts) {
    if (held.token.empty()) continue;
    auto works_now = co_await works(held.token);
    if (works_now && held.is_closed) find("a token of " + username + ", which is closed, works");
    if (!works_now && !held.may_be_closed) find("the session of " + username + " has ended");
  }
  for (const auto& [text, token] : world_.model.tokens) {
    const auto& owner = world_.model.accounts.at(token.owner);
    auto works_now = co_await works(text);
    bool must_not = token.validity == Validity::revoked || owner.is_closed;
    bool must = token.validity == Validity::valid && !owner.may_be_closed;
    if (works_now && must_not) find("a token that was revoked works");
    if (!works_now && must) find("a token does not work");
  }
}

// ---- recordings --------------------------------------------------------------------------------

Task<void> Inspection::look_at_recordings(const Account& account) {
  bool is_open = account.state == AccountState::active;
  for (int pass = 0; pass < 3; ++pass) {
    ListFilter filter;
    filter.partial = pass == 1;
    if (pass == 2) filter.state = ShownState::trashed;
    auto now = server_.env.now();
    auto page =
        co_await server_.catalog.list_recordings(account.id, filter, std::nullopt, page_max, now);
    for (const auto& listed : page.recordings) {
      auto row = co_await server_.catalog.find_recording(account.id, listed.id);
      const auto& title = listed.description.title;
      auto held = world_.model.recordings.find(title);
      if (!row) {
        find(title + " is listed, and is not there");
      } else if (held == world_.model.recordings.end() || held->second.owner != account.username) {
        find(account.username + " has what is not theirs: " + title);
      } else if (!seen_.emplace(title, *row).second) {
        find("two of " + title);
      } else if (is_open) {
        co_await read_bytes(*row, held->second);
      }
    }
  }
}

Task<void> Inspection::read_bytes(const Recording& recording, const Held& held) {
  const auto& title = recording.description.title;
  std::string bytes;
  try {
    ByteRange all{0, recording.size};
    auto source = co_await server_.recordings.open(recording, all);
    bytes = co_await read_all(*source, bytes_max);
  } catch (const Error& error) {
    find(title + " cannot be read: " + error.what());
    co_return;
  }
  bool is_what_was_sent = bytes.size() == recording.size && held.bytes.starts_with(bytes);
  if (!is_what_was_sent) find(title + " has other bytes than were sent");
}

void Inspection::judge_titles() const {
  std::set<std::string> closed;
  for (const auto& [username, held] : world_.model.accounts) {
    if (held.may_be_closed) closed.insert(username);
  }
  for (const auto& [title, held] : world_.model.recordings) {
    auto found = seen_.find(title);
    const auto* seen = found == seen_.end() ? nullptr : &found->second;
    if (closed.contains(held.owner)) continue;  // the Sweeper may be at work there
    auto wrong = misfit(held, seen);
    if (!wrong.empty()) world_.model.find(when_ + ": " + title + ": " + wrong);
  }
}

void Inspection::judge_quota(const Account& account) {
  ByteCount used = 0;
  ByteCount reserved = 0;
  for (const auto& [title, recording] : seen_) {
    if (recording.account != account.id) continue;
    used += recording.size;
    reserved += recording.reserved_bytes;
  }
  if (account.quota_bytes && used + reserved > *account.quota_bytes) {
    find(account.username + " holds more than its quota");
  }
  if (account.used_bytes == used && account.reserved_bytes == reserved) return;
  find(fmt::format("{} uses {} and reserves {} bytes, and {} and {} are counted", account.username,
                   used, reserved, account.used_bytes, account.reserved_bytes));
}

/// Everything that is there, as it is, and the tombstone of what is purged.
Task<void> Inspection::look_at_feed(const Account& account) {
  ChangePosition begin;
  auto page = co_await server_.catalog.list_changes(account.id, begin, page_max);
  std::map<RecordingId, Change> last;
  for (const auto& change : page.changes) last[change.id] = change;
  if (account.state != AccountState::active) co_return;
  for (const auto& [title, recording] : seen_) {
    if (recording.account != account.id || recording.partial) continue;
    auto found = last.find(recording.id);
    bool is_shown = found != last.end() && found->second.recording &&
                    found->second.recording->version == recording.version;
    if (!is_shown) find(title + " is not in the feed as it is");
    last.erase(recording.id);
  }
  for (const auto& [title, held] : world_.model.recordings) {
    if (held.owner != account.username || !held.id || held.partial) continue;
    bool is_told = last.contains(*held.id) && !last.at(*held.id).recording;
    if (held.is(Form::purged) && !is_told) find(title + " has no tombstone");
    last.erase(*held.id);
  }
  for (const auto& [id, change] : last) {
    if (change.recording) find("the feed shows what is not there: " + id.text());
  }
}

/// Somebody else's looks like none.
Task<void> Inspection::look_as_another() {
  for (const auto& [title, recording] : seen_) {
    for (const auto& account : accounts_) {
      if (account.id == recording.account) continue;
      auto found = co_await server_.catalog.find_recording(account.id, recording.id);
      if (found) find(account.username + " finds what is another's: " + title);
      co_return;  // one is enough
    }
  }
}

// ---- what is left behind -----------------------------------------------------------------------

Task<void> Inspection::look_for_garbage() {
  std::set<std::string> named;
  for (const auto& [title, recording] : seen_) {
    auto keys = co_await list_blob_keys(server_.catalog, recording);
    for (const auto& key : keys) named.insert("blobs/" + key.text());
  }
  for (const auto& [name, bytes] : world_.stage.s3().objects(bucket_name)) {
    if (!named.contains(name)) find("no recording names the object " + name);
  }
  look_at_holds();
  look_at_chunks();
}

/// Nothing is open any more: what an account counts is what it holds.
void Inspection::look_at_holds() {
  for (const auto& account : accounts_) {
    if (account.state == AccountState::closing) find(account.username + " is still closing");
    const auto* item = world_.stage.table().find({"A#" + account.id.text(), "A"});
    if (item == nullptr) continue;
    auto row = read_account(DynamoItem(*item));
    ByteCount held = 0;
    for (const auto& [title, recording] : seen_) {
      if (recording.account == account.id) held += recording.size + recording.reserved_bytes;
    }
    if (row && !row->holds.empty()) find(account.username + " has a hold of nothing");
    if (row && row->account.used_bytes != held) {
      find(fmt::format("{} counts {} bytes instead of {}", account.username,
                       row->account.used_bytes, held));
    }
  }
}

void Inspection::look_at_chunks() {
  std::set<std::string> there;
  for (const auto& [title, recording] : seen_) {
    there.insert("S#" + recording.account.text() + "#" + recording.id.text());
  }
  for (const auto& [pk, items] : world_.stage.table().partitions()) {
    bool is_left = pk.starts_with("S#") && !there.contains(pk);
    if (is_left) find("chunks of no recording: " + pk);
  }
}

void Inspection::look_for_leftovers() {
  for (const auto& [pk, items] : world_.stage.table().partitions()) {
    for (const auto& [sk, item] : items) {
      bool is_kept = pk.starts_with("A#")
                         ? !item.contains("gone")
                         : std::string_view("TNSKr").find(pk[0]) != std::string_view::npos;
      if (!is_kept && pk != "schema") find("it is still there: " + pk + " " + sk);
    }
  }
}

}  // namespace tapedeck::simulator
