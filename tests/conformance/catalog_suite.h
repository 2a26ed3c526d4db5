// What every Catalog promises. A backend joins by giving a harness (backends.cc); there are no
// flags for backends that differ: where one cannot, the port promises too much.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/env.h"
#include "base/run_task.h"
#include "core/catalog.h"

namespace tapedeck {

/// One empty store, which lives as long as the harness.
class CatalogHarness {
 public:
  virtual ~CatalogHarness() = default;
  virtual Catalog& catalog() = 0;
  /// Closes the store and opens it again, as after a restart of the machine. A store that lives in
  /// memory stays as it is.
  virtual void reopen() = 0;
};

struct CatalogBackend {
  std::string name;
  std::function<std::unique_ptr<CatalogHarness>()> make;
};

class CatalogSuite : public testing::TestWithParam<CatalogBackend> {
 protected:
  CatalogSuite() : harness_(GetParam().make()) {}

  Catalog& catalog() { return harness_->catalog(); }
  void reopen() { harness_->reopen(); }

  /// A time of the tests: so many seconds after a fixed one.
  static Time at(std::int64_t seconds) { return Time{Millis{1'790'000'000'000 + seconds * 1'000}}; }
  Ulid new_ulid() { return Ulid::make(env_); }

  Account new_account(const std::string& username);
  /// Added, with the quota if given.
  Account add_account(const std::string& username, std::optional<ByteCount> quota = std::nullopt);
  /// A complete one of `size` bytes in one segment; not added.
  Recording new_recording(const Account& account, ByteCount size, Time recorded_at = at(0));
  Recording new_live(const Account& account, ByteCount reserved_bytes = 0);
  Recording add(const Recording& recording);
  /// Added, with `bytes` in one segment, then completed by us; as it is in the catalog.
  Recording add_recovered(const Account& account, ByteCount bytes);
  void trash_and_purge(const Recording& recording, Time now);
  /// One that appends `bytes` in one segment.
  Append new_append(const Recording& recording, ByteCount from, ByteCount bytes);
  Token new_token(const Account& account, const std::string& text, Time created_at = at(0));

  Account account(AccountId id);               // must exist
  Recording find(const Recording& recording);  // must exist
  bool exists(const Recording& recording);
  ByteCount quota_taken(AccountId id);

  SystemEnv env_;

 private:
  std::unique_ptr<CatalogHarness> harness_;
};

/// Runs `body(index)` on as many threads at once.
template <class Body>
void run_in_threads(std::size_t count, Body body) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back([&body, i] { body(i); });
  for (auto& thread : threads) thread.join();
}

}  // namespace tapedeck
