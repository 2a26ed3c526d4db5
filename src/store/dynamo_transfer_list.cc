// Reading all facts: the accounts by their roll, then everything else by a scan.
#include <map>

#include "store/dynamo_keys.h"
#include "store/dynamo_transfer.h"

namespace tapedeck {

namespace {

constexpr std::size_t page_accounts = 100;
constexpr std::size_t page_items = 300;
constexpr int reads_max = 8;
constexpr std::size_t all_segments = ~std::size_t{0};

// Positions: of the roll, or of the scan.
constexpr char in_roll = 'a';
constexpr char in_scan = 's';

Fact invitation_in(const DynamoItem& item, const Sha256Digest& secret_hash) {
  return Invitation{secret_hash, item.flag("admin"), item.time("created_at"),
                    item.time("expires_at")};
}

Fact due_in(const DynamoItem& item) {
  auto about = item.item("about");
  return Due{item.time("at"), static_cast<DueKind>(about.count("kind")),
             about.id<AccountId>("account"), about.id<RecordingId>("recording")};
}

Fact claim_in(const DynamoItem& item) {
  auto owner = claim_in_key(item.key());
  return ClaimFact{owner.first, owner.second, item.id<RecordingId>("recording"),
                   item.time("created_at")};
}

/// Whether these are all bytes of the recording as it was read.
bool are_of(const std::vector<Segment>& segments, const Recording& recording) {
  auto end = segments.empty() ? 0 : segments.back().end;
  return end == recording.size;
}

}  // namespace

Task<FactPage> DynamoTransfer::list_facts(const std::string& after) {
  bool is_scan = !after.empty() && after.front() == in_scan;
  auto position = after.empty() ? std::string() : after.substr(1);
  FactPage page;
  if (is_scan) {
    page = co_await list_rest(position);
  } else {
    page = co_await list_accounts(position);
  }
  co_return page;
}

Task<FactPage> DynamoTransfer::list_accounts(const std::string& after) {
  DynamoQuery roll{roll_pk, "0", "~"};
  roll.max = page_accounts;
  roll.after = after;
  auto listed = co_await client_.query(roll);
  std::vector<DynamoKey> keys;
  for (const auto& entry : listed.items) {
    auto id = AccountId::parse(entry.key().sk);
    if (!id) throw Error(Fault::unavailable, "the catalog is damaged: the roll has no id");
    keys.push_back(account_key(*id));
  }
  auto items = co_await client_.find_all(keys);
  FactPage page;
  for (const auto& item : items) {
    auto row = read_account(item);
    if (!row || row->leaving) continue;
    row->account.used_bytes = 0;
    page.facts.emplace_back(AccountFact{std::move(row->account), std::move(row->identity)});
  }
  page.next = listed.next.empty() ? std::string(1, in_scan) : in_roll + listed.next;
  co_return page;
}

Task<FactPage> DynamoTransfer::list_rest(const std::string& after) {
  auto scanned = co_await client_.scan(after, page_items);
  FactPage page;
  for (const auto& item : scanned.items) {
    auto fact = co_await find_fact(item);
    if (fact) page.facts.push_back(std::move(*fact));
  }
  if (!scanned.next.empty()) page.next = in_scan + scanned.next;
  co_return page;
}

/// Nothing for what is a part of another fact, or used up.
Task<std::optional<Fact>> DynamoTransfer::find_fact(const DynamoItem& item) {
  auto key = item.key();
  if (key.pk.starts_with("A#") && key.sk.starts_with("R#")) {
    auto fact = co_await find_recording_fact(item);
    co_return fact;
  }
  if (item.flag("gone")) co_return std::nullopt;
  if (key.sk == "T") co_return read_token(item);
  if (key.sk == "U") co_return read_upload(hash_in_key(key), item);
  if (key.sk == "C") co_return claim_in(item);
  if (key.sk == "K") co_return SecretFact{key.pk.substr(2), item.bytes("value")};
  if (key.pk.starts_with("D#due#")) co_return due_in(item);
  if (key.sk != "I") co_return std::nullopt;
  auto used_up = co_await is_used_up(item);
  if (used_up) co_return std::nullopt;
  co_return invitation_in(item, hash_in_key(key));
}

Task<bool> DynamoTransfer::is_used_up(const DynamoItem& invitation) {
  if (!invitation.has("taken_by")) co_return false;
  auto taker = invitation.id<AccountId>("taken_by");
  auto account = co_await store_.find_account(taker);
  co_return account.has_value();
}

/// Its chunks are other items: those that fit to it are read, or it is read again.
Task<std::optional<Fact>> DynamoTransfer::find_recording_fact(const DynamoItem& item) {
  std::optional<DynamoRecording> row = read_recording(item);
  for (int reads = 0; reads < reads_max; ++reads) {
    if (!row) co_return std::nullopt;
    auto& recording = row->recording;
    if (row->gone) {
      // Without a place in the feed it only keeps late writes away.
      if (recording.partial) co_return std::nullopt;
      co_return TombstoneFact{recording.account, recording.id, recording.changed_at};
    }
    RecordingFact fact{recording, recording.tail};
    fact.recording.tail.clear();
    fact.recording.direct.clear();
    auto is_in_tail =
        recording.size == 0 || (!recording.tail.empty() && recording.tail.front().begin == 0);
    if (!is_in_tail) {
      fact.segments =
          co_await store_.list_segments(recording.account, recording.id, 0, all_segments);
    }
    if (are_of(fact.segments, recording)) co_return fact;
    auto account = recording.account;
    auto id = recording.id;
    row = co_await store_.find_row(account, id);
  }
  throw Error(Fault::unavailable, "a recording changes faster than it can be read");
}

}  // namespace tapedeck
