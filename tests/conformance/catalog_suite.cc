#include "conformance/catalog_suite.h"

#include "base/check.h"

namespace tapedeck {

Account CatalogSuite::new_account(const std::string& username) {
  Account account;
  account.id = AccountId::make(env_);
  account.username = username;
  account.password_hash = "$argon2id$of " + username;
  account.created_at = at(0);
  return account;
}

Account CatalogSuite::add_account(const std::string& username, std::optional<ByteCount> quota) {
  auto account = new_account(username);
  account.quota_bytes = quota;
  NewAccount added{account, std::nullopt, std::nullopt};
  auto outcome = run_task(catalog().add_account(added));
  MUST(outcome == AddAccount::added);
  return account;
}

Recording CatalogSuite::new_recording(const Account& account, ByteCount size, Time recorded_at) {
  Recording recording;
  recording.id = RecordingId::make(env_);
  recording.account = account.id;
  recording.description.title = "Memo";
  recording.description.recorded_at = recorded_at;
  recording.state = RecordingState::ready;
  recording.created_at = recording.last_append_at = recording.changed_at = at(0);
  recording.size = size;
  recording.sha256 = sha256_of(recording.id.view());
  if (size > 0) recording.tail = {Segment{new_ulid(), 0, size, *recording.sha256}};
  return recording;
}

Recording CatalogSuite::new_live(const Account& account, ByteCount reserved_bytes) {
  auto recording = new_recording(account, 0);
  recording.state = RecordingState::recording;
  recording.sha256.reset();
  recording.reserved_bytes = reserved_bytes;
  recording.hash_state = Sha256().save();
  return recording;
}

Recording CatalogSuite::add(const Recording& recording) {
  auto result = run_task(catalog().add_recording(recording, std::nullopt));
  MUST(result.outcome == AddRecording::added);
  return recording;
}

Recording CatalogSuite::add_recovered(const Account& account, ByteCount bytes) {
  auto live = add(new_live(account));
  auto append = new_append(live, 0, bytes);
  append.ending = Append::Ending{sha256_of("recovered"), RecordingState::ready, true};
  auto result = run_task(catalog().advance(append));
  MUST(result.outcome == Advance::done);
  return find(live);
}

void CatalogSuite::trash_and_purge(const Recording& recording, Time now) {
  auto trashed = run_task(catalog().trash_recording(recording.account, recording.id, now, now));
  MUST(trashed);
  bool purged = run_task(catalog().purge_recording(recording.account, recording.id, now));
  MUST(purged);
}

Append CatalogSuite::new_append(const Recording& recording, ByteCount from, ByteCount bytes) {
  Append append;
  append.account = recording.account;
  append.recording = recording.id;
  append.from = from;
  auto piece = new_ulid();
  append.segments = {Segment{piece, from, from + bytes, sha256_of(piece.view())}};
  append.hash_state = "state after " + std::to_string(from + bytes);
  append.now = at(static_cast<std::int64_t>(from));
  return append;
}

Token CatalogSuite::new_token(const Account& account, const std::string& text, Time created_at) {
  Token token;
  token.id = TokenId::make(env_);
  token.account = account.id;
  token.kind = TokenKind::personal;
  token.secret_hash = sha256_of(text);
  token.name = text;
  token.scopes.add(Scope::read).add(Scope::capture);
  token.session_epoch = 3;
  token.created_at = token.last_used_at = created_at;
  return token;
}

Account CatalogSuite::account(AccountId id) {
  auto found = run_task(catalog().find_account(id));
  MUST(found);
  return *found;
}

Recording CatalogSuite::find(const Recording& recording) {
  auto found = run_task(catalog().find_recording(recording.account, recording.id));
  MUST(found);
  return *found;
}

bool CatalogSuite::exists(const Recording& recording) {
  return run_task(catalog().find_recording(recording.account, recording.id)).has_value();
}

ByteCount CatalogSuite::quota_taken(AccountId id) {
  auto found = account(id);
  return found.used_bytes + found.reserved_bytes;
}

}  // namespace tapedeck
