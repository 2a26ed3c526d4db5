#include "store/dynamo_store.h"

#include <algorithm>

#include "store/dynamo_keys.h"

namespace tapedeck {

std::string DynamoStore::make_nonce() {
  return Ulid::make(env_).text();
}

std::string DynamoStore::make_generation(const std::string& before) {
  auto made = make_nonce();
  if (made > before) return made;
  auto last = Ulid::parse(before);  // by a clock that is ahead of ours
  if (!last) throw Error(Fault::unavailable, "the catalog is damaged: a generation is no ULID");
  for (auto at = last->bytes.rbegin(); at != last->bytes.rend() && ++*at == 0; ++at) {
  }
  return last->text();
}

Task<std::optional<DynamoAccount>> DynamoStore::find_account(AccountId id) {
  auto key = account_key(id);
  auto item = co_await client_.find(key);
  if (!item) co_return std::nullopt;
  co_return read_account(*item);
}

Task<std::optional<DynamoRecording>> DynamoStore::find_row(AccountId account, RecordingId id) {
  auto key = recording_key(account, id);
  auto item = co_await client_.find(key);
  if (!item) co_return std::nullopt;
  co_return read_recording(*item);
}

Task<std::optional<DynamoRecording>> DynamoStore::find_recording(AccountId account,
                                                                 RecordingId id) {
  auto row = co_await find_row(account, id);
  if (row && row->gone) row.reset();
  co_return row;
}

Task<bool> DynamoStore::store(DynamoRecording& row) {
  DynamoExpression condition{"attribute_not_exists(PK)"};
  auto old_rev = row.rev;
  if (!old_rev.empty()) {
    condition.text = "#rev = :rev";
    condition.values.set_text("rev", old_rev);
  }
  row.rev = make_nonce();
  auto item = to_item(row);
  auto written = co_await client_.put_if(item, condition);
  if (written != Written::unclear) co_return written == Written::done;
  auto found = co_await find_row(row.recording.account, row.recording.id);
  if (found && found->rev == row.rev) co_return true;
  if (!found || found->rev == old_rev) co_return false;  // not done; if it is late, it will fail
  throw Error(Fault::unavailable, "recording " + row.recording.id.text() +
                                      " was changed by others after a write without an answer");
}

}  // namespace tapedeck
