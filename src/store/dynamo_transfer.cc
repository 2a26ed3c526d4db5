#include "store/dynamo_transfer.h"

#include "store/dynamo_keys.h"
#include "store/facts.h"

namespace tapedeck {

namespace {

DynamoHold hold_of(const DynamoRecording& row) {
  DynamoHold hold;
  hold.recording = row.recording.id;
  hold.counted = row.taken();
  hold.founding = row.hold;
  hold.live = row.recording.state == RecordingState::recording;
  hold.maker = row.recording.maker;
  return hold;
}

}  // namespace

DynamoTransfer::DynamoTransfer(DynamoClient& client, Env& env)
    : client_(client), env_(env), agenda_(client, env), store_(client, agenda_, env) {}

Task<void> DynamoTransfer::put_fact(const Fact& fact, bool is_new) {
  auto task = std::visit([&](const auto& value) { return put(value, is_new); }, fact);
  co_await std::move(task);
}

Task<void> DynamoTransfer::put(const SecretFact& fact, bool) {
  DynamoItem item(secret_key(fact.name));
  item.set_bytes("value", fact.value);
  co_await client_.put(item);
}

// ---- accounts and their rights -----------------------------------------------------------------

Task<void> DynamoTransfer::claim_name(const DynamoKey& key, const AccountFact& fact) {
  auto id = fact.account.id;
  auto found = co_await client_.find(key);
  if (found && found->id<AccountId>("account") != id) {
    auto owner = co_await store_.find_account(found->id<AccountId>("account"));
    if (owner) {
      throw Error(Fault::conflict, "account " + id.text() + ": its name or identity is another's");
    }
  }
  DynamoItem item(key);
  item.set_text("account", id.text());
  item.set_text("rev", store_.make_nonce());
  co_await client_.put(item);
}

Task<void> DynamoTransfer::put(const AccountFact& fact, bool) {
  DynamoAccount row{fact.account};
  row.account.used_bytes = 0;
  row.identity = fact.identity;
  auto name = name_key(fact.account.username);
  co_await claim_name(name, fact);
  if (fact.identity) {
    auto identity = identity_key(fact.identity->key());
    co_await claim_name(identity, fact);
  }
  DynamoItem on_the_roll(roll_key(fact.account.id));
  co_await client_.put(on_the_roll);
  auto item = to_item(row);
  co_await client_.put(item);
}

Task<void> DynamoTransfer::release_name(const DynamoKey& key, AccountId account) {
  DynamoExpression if_ours{"#account = :account"};
  if_ours.values.set_text("account", account.text());
  auto erased = co_await client_.erase_if(key, if_ours);
  static_cast<void>(erased);  // refused: it is somebody else's
}

Task<void> DynamoTransfer::erase_account(AccountId id) {
  auto row = co_await store_.find_account(id);
  auto listed = roll_key(id);
  co_await client_.erase(listed);
  if (!row) co_return;
  auto name = name_key(row->account.username);
  co_await release_name(name, id);
  if (row->identity) {
    auto identity = identity_key(row->identity->key());
    co_await release_name(identity, id);
  }
  auto key = account_key(id);
  co_await client_.erase(key);
}

Task<void> DynamoTransfer::put(const Invitation& fact, bool) {
  auto key = invitation_key(fact.secret_hash);
  co_await agenda_.add(Agenda::invitations, key, fact.expires_at);
  DynamoItem item(key);
  item.set_flag("admin", fact.admin);
  item.set_time("created_at", fact.created_at);
  item.set_time("expires_at", fact.expires_at);
  co_await client_.put(item);
}

Task<void> DynamoTransfer::put(const Token& fact, bool) {
  DynamoItem entry(token_entry_key(fact.account, fact.id));
  entry.set_digest("secret_hash", fact.secret_hash);
  co_await client_.put(entry);
  auto item = to_item(fact);
  auto key = item.key();
  if (fact.expires_at) co_await agenda_.add(Agenda::tokens, key, *fact.expires_at);
  co_await client_.put(item);
}

Task<void> DynamoTransfer::erase_token(const Sha256Digest& secret_hash) {
  auto key = token_key(secret_hash);
  auto found = co_await client_.find(key);
  if (!found) co_return;
  auto token = read_token(*found);
  auto entry = token_entry_key(token.account, token.id);
  co_await client_.erase(entry);
  co_await client_.erase(key);
}

// ---- recordings --------------------------------------------------------------------------------

Task<void> DynamoTransfer::put(const Due& fact, bool) {
  auto entry = entry_of(fact);
  co_await agenda_.add(Agenda::due, entry);
}

Task<void> DynamoTransfer::put(const RecordingFact& fact, bool is_new) {
  DynamoRecording row;
  row.recording = fact.recording;
  std::optional<DynamoRecording> before;
  if (!is_new) before = co_await store_.find_row(fact.recording.account, fact.recording.id);
  row.generation = store_.make_generation(before ? before->generation : "");
  row.rev = store_.make_nonce();
  if (row.is_open()) row.hold = store_.make_nonce();  // recount() makes the other side of it
  auto spill = add_segments({}, fact.segments);
  co_await store_.put_chunks(row, spill.chunks);
  row.recording.tail = std::move(spill.tail);
  auto item = to_item(row);
  co_await client_.put(item);
  if (before) co_await store_.erase_chunks_before(row);
}

Task<void> DynamoTransfer::put(const TombstoneFact& fact, bool is_new) {
  DynamoRecording row;
  row.recording.account = fact.account;
  row.recording.id = fact.recording;
  row.recording.changed_at = fact.changed_at;
  row.gone = true;
  row.rev = store_.make_nonce();
  row.generation = store_.make_generation("");
  auto key = recording_key(fact.account, fact.recording);
  co_await agenda_.add(Agenda::tombstones, key, fact.changed_at);
  auto item = to_item(row);
  co_await client_.put(item);
  if (!is_new) co_await store_.erase_chunks_through(row);
}

Task<void> DynamoTransfer::erase_recording(AccountId account, RecordingId id) {
  auto row = co_await store_.find_row(account, id);
  if (!row) co_return;
  auto key = recording_key(account, id);
  co_await client_.erase(key);
  if (!row->generation.empty()) co_await store_.erase_chunks_through(*row);
}

Task<void> DynamoTransfer::put(const ClaimFact& fact, bool) {
  auto key = claim_key(fact.account, fact.key);
  co_await agenda_.add(Agenda::claims, key, fact.created_at);
  DynamoItem item(key);
  item.set_text("recording", fact.recording.text());
  item.set_time("created_at", fact.created_at);
  co_await client_.put(item);
}

Task<void> DynamoTransfer::put(const Upload& fact, bool) {
  auto key = upload_key(fact.secret_hash);
  co_await agenda_.add(Agenda::uploads, key, fact.created_at);
  auto item = to_item(fact);
  co_await client_.put(item);
}

Task<void> DynamoTransfer::erase_fact(const FactKey& key) {
  using Kind = FactKey::Kind;
  DynamoKey item_key;
  switch (key.kind) {
    case Kind::account:
      co_await erase_account(*key.account);
      co_return;
    case Kind::token:
      co_await erase_token(key.hash);
      co_return;
    case Kind::recording:
      co_await erase_recording(*key.account, key.recording);
      co_return;
    case Kind::due: {
      auto entry = entry_of(Due{key.at, key.due, *key.account, key.recording});
      co_await agenda_.remove(Agenda::due, entry);
      co_return;
    }
    case Kind::secret:
      item_key = secret_key(key.name);
      break;
    case Kind::invitation:
      item_key = invitation_key(key.hash);
      break;
    case Kind::claim:
      item_key = claim_key(*key.account, key.hash);
      break;
    case Kind::upload:
      item_key = upload_key(key.hash);
      break;
  }
  co_await client_.erase(item_key);
}

/// An open recording has a hold in its account all the while; the others are in `taken`.
Task<void> DynamoTransfer::recount(AccountId id) {
  auto row = co_await store_.find_account(id);
  if (!row) co_return;
  row->account.used_bytes = 0;
  row->holds.clear();
  DynamoQuery recordings{account_key(id).pk, "R#", "R#~"};
  do {
    auto page = co_await client_.query(recordings);
    for (const auto& item : page.items) {
      auto held = read_recording(item);
      row->account.used_bytes += held.taken();
      if (!held.is_open()) continue;
      auto hold = hold_of(held);
      hold.touch = store_.make_nonce();
      hold.since = env_.now();
      row->holds.push_back(std::move(hold));
    }
    recordings.after = page.next;
  } while (!recordings.after.empty());
  auto item = to_item(*row);
  co_await client_.put(item);
}

}  // namespace tapedeck
