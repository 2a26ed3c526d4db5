// Uploads, and the claims that they look up.
#include "store/dynamo_catalog.h"
#include "store/dynamo_keys.h"

namespace tapedeck {

Task<void> DynamoCatalog::add_upload(const Upload& upload) {
  auto account = co_await store_.find_account(upload.account);
  if (!account || account->leaving) throw Error(Fault::not_found, "There is no such account.");
  auto key = upload_key(upload.secret_hash);
  co_await agenda_.add(Agenda::uploads, key, upload.created_at);
  auto item = to_item(upload);
  DynamoExpression if_absent{"attribute_not_exists(PK)"};
  auto written = co_await client_.put_if(item, if_absent);
  static_cast<void>(written);  // adding it again after an answer that never came is no error
}

Task<std::optional<Upload>> DynamoCatalog::find_upload(const Sha256Digest& secret_hash) {
  auto key = upload_key(secret_hash);
  auto item = co_await client_.find(key);
  if (!item || item->flag("gone")) co_return std::nullopt;
  co_return read_upload(secret_hash, *item);
}

Task<void> DynamoCatalog::remove_upload(const Sha256Digest& secret_hash) {
  auto key = upload_key(secret_hash);
  auto removed = co_await mark_gone(key);
  static_cast<void>(removed);  // refused: it is gone
}

Task<std::optional<RecordingId>> DynamoCatalog::find_claim(AccountId account,
                                                           const Sha256Digest& key) {
  auto item_key = claim_key(account, key);
  auto item = co_await client_.find(item_key);
  if (!item) co_return std::nullopt;
  co_return item->id<RecordingId>("recording");
}

}  // namespace tapedeck
