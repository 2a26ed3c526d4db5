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

namespace {

constexpr std::size_t past_revs_max = 4;

/// Takes a new rev; the old one is the past.
void renew(DynamoRecording& row, std::string rev) {
  if (!row.rev.empty()) row.past_revs.insert(row.past_revs.begin(), row.rev);
  if (row.past_revs.size() > past_revs_max) row.past_revs.resize(past_revs_max);
  row.rev = std::move(rev);
}

/// Whether the row was once written with that rev, which would have come after `old_rev`. Nothing:
/// that is forgotten.
std::optional<bool> was_written(const DynamoRecording& row, const std::string& rev,
                                const std::string& old_rev) {
  auto is_past = [&](const std::string& wanted) {
    return std::find(row.past_revs.begin(), row.past_revs.end(), wanted) != row.past_revs.end();
  };
  if (row.rev == rev || is_past(rev)) return true;
  if (row.rev == old_rev) return false;
  bool knows_all = old_rev.empty() && row.past_revs.size() < past_revs_max;
  if (is_past(old_rev) || knows_all) return false;  // something else came after it
  return std::nullopt;
}

}  // namespace

Task<bool> DynamoStore::store(DynamoRecording& row) {
  DynamoExpression condition{"attribute_not_exists(PK)"};
  auto old_rev = row.rev;
  if (!old_rev.empty()) {
    condition.text = "#rev = :rev";
    condition.values.set_text("rev", old_rev);
  }
  renew(row, make_nonce());
  auto item = to_item(row);
  auto written = co_await client_.put_if(item, condition);
  if (written != Written::unclear) co_return written == Written::done;
  // If it is not done it is never done, since its condition will not be true again; or it is late,
  // and the condition of what is tried next will tell.
  auto found = co_await find_row(row.recording.account, row.recording.id);
  if (!found) co_return false;
  auto was_ours = was_written(*found, row.rev, old_rev);
  if (was_ours) co_return *was_ours;
  throw Error(Fault::unavailable, "recording " + row.recording.id.text() +
                                      " was changed by others after a write without an answer");
}

}  // namespace tapedeck
