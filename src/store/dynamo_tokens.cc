#include <algorithm>
#include <tuple>

#include "store/dynamo_catalog.h"
#include "store/dynamo_keys.h"

namespace tapedeck {

Task<void> DynamoCatalog::add_invitation(const Invitation& invitation) {
  auto key = invitation_key(invitation.secret_hash);
  co_await agenda_.add(Agenda::invitations, key, invitation.expires_at);
  DynamoItem item(key);
  item.set_flag("admin", invitation.admin);
  item.set_time("created_at", invitation.created_at);
  item.set_time("expires_at", invitation.expires_at);
  DynamoExpression if_absent{"attribute_not_exists(PK)"};
  auto written = co_await client_.put_if(item, if_absent);
  static_cast<void>(written);  // refused: it is there already
}

Task<std::optional<Invitation>> DynamoCatalog::find_invitation(const Sha256Digest& secret_hash) {
  auto key = invitation_key(secret_hash);
  auto item = co_await client_.find(key);
  if (!item || item->flag("gone")) co_return std::nullopt;
  if (item->has("taken_by")) {
    auto taker = item->id<AccountId>("taken_by");
    auto account = co_await store_.find_account(taker);
    if (account) co_return std::nullopt;
  }
  co_return Invitation{secret_hash, item->flag("admin"), item->time("created_at"),
                       item->time("expires_at")};
}

Task<void> DynamoCatalog::add_token(const Token& token) {
  auto account = co_await store_.find_account(token.account);
  if (!account || account->leaving) throw Error(Fault::not_found, "There is no such account.");
  DynamoItem entry(token_entry_key(token.account, token.id));
  entry.set_digest("secret_hash", token.secret_hash);
  co_await client_.put(entry);
  auto key = token_key(token.secret_hash);
  if (token.expires_at) co_await agenda_.add(Agenda::tokens, key, *token.expires_at);
  auto item = to_item(token);
  DynamoExpression if_absent{"attribute_not_exists(PK)"};
  auto written = co_await client_.put_if(item, if_absent);
  static_cast<void>(written);  // refused: it is there already
  account = co_await store_.find_account(token.account);
  if (account && !account->leaving) co_return;
  // It went meanwhile, and may have looked for its tokens before this one was there.
  auto removed = co_await remove_token(token.account, token.id);
  static_cast<void>(removed);
  throw Error(Fault::not_found, "There is no such account.");
}

Task<std::optional<Credential>> DynamoCatalog::find_credential(const Sha256Digest& secret_hash) {
  auto key = token_key(secret_hash);
  auto item = co_await client_.find(key);
  if (!item || item->flag("gone")) co_return std::nullopt;
  auto token = read_token(*item);
  auto account = co_await store_.find_account(token.account);
  if (!account || account->leaving) co_return std::nullopt;
  co_return Credential{std::move(token), std::move(account->account)};
}

Task<std::vector<Token>> DynamoCatalog::list_tokens(AccountId account) {
  DynamoQuery query{account_key(account).pk, token_entry_prefix,
                    std::string(token_entry_prefix) + "~"};
  auto entries = co_await client_.query_all(query);
  std::vector<DynamoKey> keys;
  for (const auto& entry : entries) keys.push_back(token_key(entry.digest("secret_hash")));
  auto items = co_await client_.find_all(keys);
  std::vector<Token> tokens;
  for (const auto& item : items) {
    if (!item.flag("gone")) tokens.push_back(read_token(item));
  }
  std::sort(tokens.begin(), tokens.end(), [](const Token& a, const Token& b) {
    return std::tie(a.created_at, a.id) > std::tie(b.created_at, b.id);
  });
  co_return tokens;
}

/// False: there is none.
Task<bool> DynamoCatalog::remove_token_item(const Sha256Digest& secret_hash) {
  auto key = token_key(secret_hash);
  auto now = env_.now();
  co_await agenda_.add(Agenda::tokens, key, now);
  DynamoUpdate update{key, "SET #gone = :gone, #expires_at = :now", {}};
  update.condition.text = "attribute_exists(PK) AND attribute_not_exists(#gone)";
  update.condition.values.set_flag("gone", true);
  update.condition.values.set_time("now", now);
  auto written = co_await client_.update(update);
  co_return written != Written::refused;
}

Task<bool> DynamoCatalog::remove_token(AccountId account, TokenId id) {
  auto entry_key = token_entry_key(account, id);
  auto entry = co_await client_.find(entry_key);
  if (!entry) co_return false;
  auto hash = entry->digest("secret_hash");
  auto removed = co_await remove_token_item(hash);
  co_await client_.erase(entry_key);
  co_return removed;
}

Task<void> DynamoCatalog::touch_token(AccountId account, TokenId id, Time used_at) {
  auto entry_key = token_entry_key(account, id);
  auto entry = co_await client_.find(entry_key);
  if (!entry) co_return;
  auto key = token_key(entry->digest("secret_hash"));
  DynamoUpdate update{key, "SET #last_used_at = :used_at", {"#last_used_at < :used_at"}};
  update.condition.values.set_time("used_at", used_at);
  auto written = co_await client_.update(update);
  static_cast<void>(written);  // refused: it is gone, or was used later
}

}  // namespace tapedeck
