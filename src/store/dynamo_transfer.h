// DynamoTransfer: a whole catalog in a DynamoDB table, to be moved from here or to here.
#pragma once

#include "core/catalog_transfer.h"
#include "store/dynamo_agenda.h"
#include "store/dynamo_client.h"
#include "store/dynamo_store.h"

namespace tapedeck {

/// The only one that scans the table. The table must have been made (dynamo_table.h). Reading may
/// go on beside servers; one that writes must be alone: it writes without the conditions that
/// DynamoCatalog's protocol has.
class DynamoTransfer final : public CatalogTransfer {
 public:
  /// The client and env must outlive it.
  DynamoTransfer(DynamoClient& client, Env& env);

  Task<FactPage> list_facts(const std::string& after) override;
  Task<void> put_fact(const Fact& fact, bool is_new) override;
  Task<void> erase_fact(const FactKey& key) override;
  Task<void> recount(AccountId account) override;

 private:
  // dynamo_transfer_list.cc
  Task<FactPage> list_accounts(const std::string& after);
  Task<FactPage> list_rest(const std::string& after);
  Task<std::optional<Fact>> find_fact(const DynamoItem& item);
  Task<std::optional<Fact>> find_recording_fact(const DynamoItem& item);
  Task<bool> is_used_up(const DynamoItem& invitation);
  // dynamo_transfer.cc
  Task<void> put(const SecretFact& fact, bool is_new);
  Task<void> put(const AccountFact& fact, bool is_new);
  Task<void> put(const Invitation& fact, bool is_new);
  Task<void> put(const Token& fact, bool is_new);
  Task<void> put(const Due& fact, bool is_new);
  Task<void> put(const RecordingFact& fact, bool is_new);
  Task<void> put(const TombstoneFact& fact, bool is_new);
  Task<void> put(const ClaimFact& fact, bool is_new);
  Task<void> put(const Upload& fact, bool is_new);
  Task<void> claim_name(const DynamoKey& key, const AccountFact& fact);
  Task<void> release_name(const DynamoKey& key, AccountId account);
  Task<void> erase_account(AccountId account);
  Task<void> erase_token(const Sha256Digest& secret_hash);
  Task<void> erase_recording(AccountId account, RecordingId id);

  DynamoClient& client_;
  Env& env_;
  DynamoAgenda agenda_;
  DynamoStore store_;
};

}  // namespace tapedeck
