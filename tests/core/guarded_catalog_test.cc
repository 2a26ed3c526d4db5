// A catalog that is made read-only while servers use it.
#include "store/guarded_catalog.h"

#include <gtest/gtest.h>

#include "core/test_env.h"
#include "core/world.h"

namespace tapedeck {
namespace {

/// A store that two servers use.
struct TwoServers {
  TestEnv env;
  std::shared_ptr<MemoryCatalog> store = std::make_shared<MemoryCatalog>();
  GuardedCatalog here{store, env};
  GuardedCatalog there{store, env};

  static NewAccount somebody(const std::string& name, TestEnv& env) {
    NewAccount added;
    added.account.id = AccountId::make(env);
    added.account.username = name;
    return added;
  }
  AddAccount add(GuardedCatalog& server, const std::string& name) {
    return run_task(server.add_account(somebody(name, env)));
  }
  std::optional<Fault> refusal(GuardedCatalog& server) {
    try {
      auto added = add(server, "bob");
      EXPECT_NE(added, AddAccount::added);
    } catch (const Error& error) {
      return error.fault();
    }
    return std::nullopt;
  }
};

TEST(GuardedCatalog, RefusesWritesAndGoesOnReading) {
  TwoServers servers;
  EXPECT_EQ(servers.add(servers.here, "ann"), AddAccount::added);
  run_task(servers.here.set_mode(CatalogMode::read_only));
  EXPECT_EQ(servers.refusal(servers.here), Fault::read_only);
  EXPECT_TRUE(run_task(servers.here.find_account_by_username("ann")));
  EXPECT_FALSE(run_task(servers.here.find_account_by_username("bob")));
  run_task(servers.here.set_mode(CatalogMode::open));
  EXPECT_EQ(servers.add(servers.here, "bob"), AddAccount::added);
}

TEST(GuardedCatalog, SaysWhenToComeBack) {
  TwoServers servers;
  run_task(servers.here.set_mode(CatalogMode::read_only));
  try {
    auto added = servers.add(servers.here, "bob");
    FAIL() << static_cast<int>(added);
  } catch (const Error& error) {
    EXPECT_EQ(error.retry_after, std::chrono::seconds(10));
  }
}

TEST(GuardedCatalog, NoticesAnotherServersModeWithinItsTime) {
  TwoServers servers;
  EXPECT_EQ(servers.add(servers.there, "ann"), AddAccount::added);
  run_task(servers.here.set_mode(CatalogMode::read_only));
  servers.env.pass(GuardedCatalog::mode_noticed);
  EXPECT_EQ(servers.refusal(servers.there), Fault::read_only);
  run_task(servers.here.set_mode(CatalogMode::open));
  servers.env.pass(GuardedCatalog::mode_noticed);
  EXPECT_EQ(servers.add(servers.there, "bob"), AddAccount::added);
}

TEST(GuardedCatalog, LetsAReaderInWhoseTokensUseCannotBeNoted) {
  TwoServers servers;
  auto added = TwoServers::somebody("ann", servers.env);
  ASSERT_EQ(run_task(servers.here.add_account(added)), AddAccount::added);
  Token token;
  token.id = TokenId::make(servers.env);
  token.account = added.account.id;
  run_task(servers.here.add_token(token));
  run_task(servers.here.set_mode(CatalogMode::read_only));
  auto used_at = servers.env.now();
  run_task(servers.here.touch_token(token.account, token.id, used_at));
  EXPECT_EQ(run_task(servers.here.list_tokens(token.account))[0].last_used_at, Time{});
}

TEST(GuardedCatalog, LeavesAMovedPlaceToItsNewSweeper) {
  World world;
  auto caller = world.somebody();
  run_task(world.memory_catalog.set_mode(CatalogMode::read_only));
  world.env.end_after(1);  // run() sleeps after its first round
  auto before = world.env.now();
  Account closing = *run_task(world.memory_catalog.find_account(caller.account));
  AccountPatch patch;
  patch.state = AccountState::closing;
  ASSERT_TRUE(run_task(world.memory_catalog.change_account(closing.id, patch)));
  EXPECT_THROW(run_task(world.sweeper.run()), std::runtime_error);
  EXPECT_GE(world.env.now(), before);
  EXPECT_TRUE(run_task(world.memory_catalog.find_account(closing.id)));
}

}  // namespace
}  // namespace tapedeck
