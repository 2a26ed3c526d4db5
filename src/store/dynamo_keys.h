// The keys of the table's items; docs/data.md has them. Stored. Do not change.
#pragma once

#include <utility>

#include "core/account.h"
#include "core/recording.h"
#include "store/dynamo_item.h"

namespace tapedeck {

DynamoKey account_key(AccountId account);
DynamoKey recording_key(AccountId account, RecordingId recording);
DynamoKey token_entry_key(AccountId account, TokenId token);
std::string chunks_key(AccountId account, RecordingId recording);  // only PK
DynamoKey token_key(const Sha256Digest& secret_hash);
DynamoKey upload_key(const Sha256Digest& secret_hash);
DynamoKey invitation_key(const Sha256Digest& secret_hash);
DynamoKey name_key(const std::string& username);
DynamoKey identity_key(const Sha256Digest& key);
DynamoKey claim_key(AccountId account, const Sha256Digest& key);
DynamoKey secret_key(const std::string& name);
DynamoKey roll_key(AccountId account);
DynamoKey schema_key();

/// What is in a key that was made of a hash, or of a claim. Throws unavailable for another key: the
/// catalog is damaged.
Sha256Digest hash_in_key(const DynamoKey& key);
std::pair<AccountId, Sha256Digest> claim_in_key(const DynamoKey& key);

inline constexpr const char* roll_pk = "roll";
inline constexpr const char* token_entry_prefix = "T#";

/// 20 digits that sort as the numbers do.
std::string sortable(ByteCount count);
std::string sortable(Time time);

/// The key in `listed`; without an id the one that all of that time come after.
std::string listed_prefix(bool partial, bool trashed);
std::string listed_key(std::string_view prefix, Time recorded_at, std::string_view id = {});
std::string changed_key(Time changed_at, RecordingId id);

}  // namespace tapedeck
