#include "store/dynamo_keys.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.h"
#include "core/catalog.h"

namespace tapedeck {

namespace {

DynamoKey hashed(char kind, const Sha256Digest& digest) {
  return {fmt::format("{}#{}", kind, to_hex(view_of(digest))), std::string(1, kind)};
}

std::string account_pk(AccountId account) {
  return "A#" + account.text();
}

}  // namespace

DynamoKey account_key(AccountId account) {
  return {account_pk(account), "A"};
}

DynamoKey recording_key(AccountId account, RecordingId recording) {
  return {account_pk(account), "R#" + recording.text()};
}

DynamoKey token_entry_key(AccountId account, TokenId token) {
  return {account_pk(account), token_entry_prefix + token.text()};
}

std::string chunks_key(AccountId account, RecordingId recording) {
  return "S#" + account.text() + "#" + recording.text();
}

DynamoKey token_key(const Sha256Digest& secret_hash) {
  return hashed('T', secret_hash);
}

DynamoKey upload_key(const Sha256Digest& secret_hash) {
  return hashed('U', secret_hash);
}

DynamoKey invitation_key(const Sha256Digest& secret_hash) {
  return hashed('I', secret_hash);
}

DynamoKey name_key(const std::string& username) {
  return hashed('N', sha256_of(fold_username(username)));
}

DynamoKey identity_key(const Sha256Digest& key) {
  return hashed('Y', key);
}

DynamoKey claim_key(AccountId account, const Sha256Digest& key) {
  return {"C#" + account.text() + "#" + to_hex(view_of(key)), "C"};
}

DynamoKey secret_key(const std::string& name) {
  return {"K#" + name, "K"};
}

DynamoKey roll_key(AccountId account) {
  return {roll_pk, account.text()};
}

DynamoKey schema_key() {
  return {"schema", "schema"};
}

namespace {

[[noreturn]] void fail(const DynamoKey& key) {
  throw Error(Fault::unavailable, "the catalog is damaged: the key '" + key.pk + "' has no hash");
}

}  // namespace

Sha256Digest hash_in_key(const DynamoKey& key) {
  auto hash = std::string_view(key.pk).substr(std::min(key.pk.rfind('#') + 1, key.pk.size()));
  auto digest = sha256_from_bytes(parse_hex(hash).value_or(""));
  if (!digest) fail(key);
  return *digest;
}

std::pair<AccountId, Sha256Digest> claim_in_key(const DynamoKey& key) {
  auto pk = std::string_view(key.pk);
  auto account = pk.starts_with("C#") ? AccountId::parse(pk.substr(2, 26)) : std::nullopt;
  if (!account) fail(key);
  return {*account, hash_in_key(key)};
}

std::string sortable(ByteCount count) {
  return fmt::format("{:020}", count);
}

std::string sortable(Time time) {
  auto count = static_cast<std::uint64_t>(time.time_since_epoch().count());
  return sortable(count ^ (std::uint64_t{1} << 63));  // times before 1970 come first
}

std::string listed_prefix(bool partial, bool trashed) {
  if (partial) return "P#";
  return trashed ? "T#" : "L#";
}

std::string listed_key(std::string_view prefix, Time recorded_at, std::string_view id) {
  return fmt::format("{}{}#{}", prefix, sortable(recorded_at), id);
}

std::string changed_key(Time changed_at, RecordingId id) {
  return sortable(changed_at) + "#" + id.text();
}

}  // namespace tapedeck
