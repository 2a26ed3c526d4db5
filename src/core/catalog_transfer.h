// CatalogTransfer: the port by which whole catalogs are moved. docs/data.md, "Moving".
#pragma once

#include <string>
#include <vector>

#include "core/fact.h"

namespace tapedeck {

struct FactPage {
  std::vector<Fact> facts;
  std::string next;  // pass it on as `after`; empty at the end. Not to be stored.
};

/// All facts of a catalog, to be read while servers use it, and to be written where none does.
///
/// Safe for concurrent use. Every method throws Error{unavailable} (storage_full for a write) when
/// the store does not answer; asking again is safe.
class CatalogTransfer {
 public:
  virtual ~CatalogTransfer() = default;

  /// Facts after `after`, in an order of the store's own, in which accounts come before all that
  /// belongs to them. A page may be empty and still have a `next`. Each fact is one that was true
  /// at some moment of the call; one that is there all the while is given once or more. What has
  /// been used up and only waits to be forgotten is left out.
  virtual Task<FactPage> list_facts(const std::string& after) = 0;

  /// Makes it true, in place of what has its key, exactly as it is, whatever the rules of the
  /// product say; except for the account's counters. Durable on return. `is_new`: nothing has its
  /// key. The account that it belongs to must be there. Throws conflict when another account has
  /// its name or identity.
  virtual Task<void> put_fact(const Fact& fact, bool is_new) = 0;

  /// Absence is not an error. Of an account, what belongs to it must have been erased before.
  virtual Task<void> erase_fact(const FactKey& key) = 0;

  /// Makes the account's counters what its recordings hold. After this, Catalog's promises hold.
  virtual Task<void> recount(AccountId account) = 0;
};

}  // namespace tapedeck
