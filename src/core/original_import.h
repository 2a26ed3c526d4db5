// OriginalImport: what a deployment of the original server holds, taken over as it is worth.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/env.h"
#include "core/accounts.h"
#include "core/blobs.h"
#include "core/original_data.h"

namespace tapedeck {

/// What is remarkable about one user, row or object; and what became of it.
struct ImportFinding {
  enum class Kind {
    double_user,     // several keys; one account
    ambiguous_user,  // more than one "_" in its id: the type may be longer than we think
    refused_user,    // no login could be this one: nothing of it is imported
    no_user_row,     // a recording of a user without a row; the account is made all the same
    no_object,       // a row whose bytes are gone: not imported
    empty_object,    // no byte in it: not imported
    several_rows,    // of one id, and one object: it is its namesake's alone
    time_unknown,    // none in its id: the row's date is taken
    date_differs,    // the row has another date than the id, which is taken
    no_row,          // an object without a row; imported only with `orphans`
    ownerless,       // and it says no user whom there is: not imported
    public_object,   // anybody can read it
    over_quota,      // its account is full: not imported
  };
  Kind kind = Kind::double_user;
  std::string id;
  std::string detail;  // may be empty
};

const char* name_of(ImportFinding::Kind kind);

struct ImportCounts {
  std::uint64_t users = 0;     // different ones, in the table
  std::uint64_t accounts = 0;  // there now, or would be
  std::uint64_t keys = 0;      // accepted now
  std::uint64_t rows = 0;      // of recordings
  std::uint64_t objects = 0;
  std::uint64_t imported = 0;       // recordings, now; of a dry run: that would be
  std::uint64_t already_there = 0;  // since an earlier run; also those that were deleted here since
  ByteCount bytes = 0;              // imported
};

/// Idempotent: what is there is left alone, so that a run that broke off is finished by another
/// one. Holds all rows and names in memory. Used by one task.
class OriginalImport {
 public:
  struct Options {
    bool is_dry_run = false;  // nothing is written
    bool takes_keys = false;  // keys go on working for `key_lifetime`; only their hashes are kept
    bool takes_orphans = false;
    Millis key_lifetime = std::chrono::days(90);
    std::chrono::minutes utc_offset{0};  // of the clock that made the ids
    std::vector<std::string> types;      // of social logins; empty: what is before the first "_"
    std::function<void(const ImportFinding&)> on_finding{};
    std::function<void(const ImportCounts&)> on_progress{};
  };

  /// All must outlive it.
  OriginalImport(OriginalData& data, Accounts& accounts, Catalog& catalog, Blobs& blobs, Env& env,
                 Options options);

  /// Throws what the stores and the data throw; it can be run again then.
  Task<ImportCounts> run();

 private:
  struct SocialName {
    std::string type;
    std::string id;
  };
  /// What is known about an account that recordings go to.
  struct Owner {
    bool is_refused = false;
    std::optional<AccountId> account;  // nothing in a dry run, when there is none yet
    std::set<RecordingId> known;       // recordings that it has or had
  };

  Task<void> load();
  std::optional<SocialName> split(const std::string& user_id) const;
  Task<void> import_users();
  Task<void> take_keys(const Owner& owner, const std::string& user_id);
  Task<Owner*> owner_of(const std::string& user_id);
  Task<void> find_account(Owner& owner, const SocialName& name);
  Task<void> load_known(Owner& owner);
  Task<void> import_records(const std::vector<OriginalRecord>& rows);
  Task<void> import_record(const OriginalRecord& row);
  Task<void> import_orphan(const OriginalObject& object);
  Task<void> look_at_object(const OriginalObject& object);
  Task<void> store(Owner& owner, const OriginalRecord& row);
  Recording recording_of(const OriginalRecord& row);
  std::string longest_user_of(const std::string& id) const;
  void note(ImportFinding::Kind kind, const std::string& id, std::string detail = {});

  OriginalData& data_;
  Accounts& accounts_;
  Catalog& catalog_;
  Blobs& blobs_;
  Env& env_;
  const Options options_;
  ImportCounts counts_;
  std::map<std::string, std::set<std::string>> users_;          // id → keys
  std::map<std::string, std::vector<OriginalRecord>> records_;  // by id
  std::map<std::string, OriginalObject> objects_;               // by id
  std::map<std::string, Owner> owners_;                         // by user id
};

}  // namespace tapedeck
