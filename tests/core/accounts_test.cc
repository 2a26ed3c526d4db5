#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/sign_in_limits.h"
#include "core/world.h"

namespace tapedeck {
namespace {

using namespace std::chrono_literals;

TEST(SignUp, MakesAnAccountAndASessionThatWorks) {
  World world;
  auto [account, issued] = run_task(world.accounts.sign_up("  Ann ", "correct horse", ""));
  EXPECT_EQ(account.username, "Ann");
  EXPECT_FALSE(account.admin);
  EXPECT_TRUE(is_well_formed_token(issued.text));
  auto caller = run_task(world.accounts.identify(issued.text));
  EXPECT_EQ(caller.account, account.id);
  EXPECT_TRUE(caller.scopes.has(Scope::read) && caller.scopes.has(Scope::write));
  EXPECT_FALSE(caller.admin);
}

TEST(SignUp, RefusesNamesAndPasswordsByTheRule) {
  World world;
  struct Case {
    std::string name, password;
  };
  for (const auto& [name, password] :
       {Case{"", "correct horse"}, Case{"   ", "correct horse"},
        Case{std::string(201, 'a'), "correct horse"}, Case{"a\nb", "correct horse"},
        Case{"ann", "1234567"}, Case{"ann", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"},
        Case{"ann", std::string(1025, 'x')}}) {
    auto refused = fault_of([&] { run_task(world.accounts.sign_up(name, password, "")); });
    EXPECT_EQ(refused, Fault::invalid) << name << " / " << password;
  }
  EXPECT_TRUE(run_task(world.accounts.is_new()));
}

TEST(SignUp, RefusesATakenNameWithoutRegardToCase) {
  World world;
  world.somebody("ann");
  auto refused = fault_of([&] { run_task(world.accounts.sign_up("ANN", "correct horse", "")); });
  EXPECT_EQ(refused, Fault::conflict);
}

TEST(SignUp, ByInvitationTakesEachInvitationOnce) {
  auto options = World::cheap();
  options.signup = SignupMode::invite;
  World world(options);
  auto without = fault_of([&] { run_task(world.accounts.sign_up("ann", "correct horse", "")); });
  EXPECT_EQ(without, Fault::forbidden);
  auto invitation = run_task(world.accounts.invite(false));
  EXPECT_FALSE(run_task(world.accounts.sign_up("ann", "correct horse", invitation)).first.admin);
  auto again =
      fault_of([&] { run_task(world.accounts.sign_up("bob", "correct horse", invitation)); });
  EXPECT_EQ(again, Fault::forbidden);
}

TEST(SignUp, RefusesAnInvitationThatHasExpired) {
  World world;
  auto invitation = run_task(world.accounts.invite(false));
  world.env.pass(std::chrono::days(7));
  auto late =
      fault_of([&] { run_task(world.accounts.sign_up("ann", "correct horse", invitation)); });
  EXPECT_EQ(late, Fault::forbidden);
}

TEST(SignUp, WhereItIsClosedOnlyTheSetupLinkWorks) {
  auto options = World::cheap();
  options.signup = SignupMode::closed;
  World world(options);
  auto ordinary = run_task(world.accounts.invite(false));
  auto refused =
      fault_of([&] { run_task(world.accounts.sign_up("ann", "correct horse", ordinary)); });
  EXPECT_EQ(refused, Fault::forbidden);
  auto setup = run_task(world.accounts.invite(true));
  auto [account, issued] = run_task(world.accounts.sign_up("root", "correct horse", setup));
  EXPECT_TRUE(account.admin);
  EXPECT_TRUE(run_task(world.accounts.identify(issued.text)).admin);
}

TEST(SignIn, SaysTheSameForAWrongNameAndAWrongPassword) {
  World world;
  world.somebody("ann");
  std::vector<std::string> words;
  for (auto name : {"ann", "nobody"}) {
    try {
      run_task(world.accounts.sign_in(name, "wrong password"));
      ADD_FAILURE() << name << " was let in";
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::unauthenticated);
      words.push_back(error.what());
    }
  }
  ASSERT_EQ(words.size(), 2u);
  EXPECT_EQ(words[0], words[1]);
}

TEST(SignIn, IsLimitedAfterTenFailuresAndOpensAgainStepByStep) {
  World world;
  world.somebody("ann");
  auto guess = [&](const char* name) {
    return fault_of([&] { run_task(world.accounts.sign_in(name, "wrong password")); });
  };
  for (int i = 0; i < 10; ++i) EXPECT_EQ(guess("ann"), Fault::unauthenticated);
  EXPECT_EQ(guess("Ann "), Fault::limited);
  try {
    run_task(world.accounts.sign_in("ann", "correct horse"));
    ADD_FAILURE() << "was let in";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::limited);
    EXPECT_EQ(error.retry_after, 90s);
  }
  world.env.pass(90s);
  EXPECT_EQ(guess("ann"), Fault::unauthenticated);
  EXPECT_EQ(guess("ann"), Fault::limited);
  world.env.pass(90s);
  run_task(world.accounts.sign_in("ann", "correct horse"));
  EXPECT_EQ(guess("ann"), Fault::unauthenticated) << "a right password forgives the wrong ones";
}

TEST(SignIn, LimitsUnknownNamesInTheSameWay) {
  World world;
  for (int i = 0; i < 11; ++i) {
    auto refused = fault_of([&] { run_task(world.accounts.sign_in("nobody", "wrong password")); });
    EXPECT_EQ(refused, i < 10 ? Fault::unauthenticated : Fault::limited) << i;
  }
}

TEST(SignIn, HashesAgainWhenTheCostHasChanged) {
  World world;
  auto caller = world.somebody("ann");
  auto old_hash = run_task(world.accounts.find(caller.account)).password_hash;
  auto options = World::cheap();
  options.password_cost.passes = 2;
  Accounts dearer(world.catalog, world.pool, world.env, options);
  run_task(dearer.sign_in("ann", "correct horse"));
  auto new_hash = run_task(dearer.find(caller.account)).password_hash;
  EXPECT_NE(old_hash, new_hash);
  EXPECT_THAT(new_hash, testing::HasSubstr("t=2"));
  run_task(dearer.sign_in("ann", "correct horse"));
  EXPECT_EQ(run_task(dearer.find(caller.account)).password_hash, new_hash);
}

TEST(SignIn, TellsThatAnAccountIsDisabledOnlyToWhoKnowsThePassword) {
  World world;
  auto caller = world.somebody("ann");
  AccountPatch patch;
  patch.state = AccountState::disabled;
  run_task(world.catalog.change_account(caller.account, patch));
  auto wrong = fault_of([&] { run_task(world.accounts.sign_in("ann", "wrong password")); });
  EXPECT_EQ(wrong, Fault::unauthenticated);
  auto right = fault_of([&] { run_task(world.accounts.sign_in("ann", "correct horse")); });
  EXPECT_EQ(right, Fault::forbidden);
}

TEST(SignIn, IsRefusedWhileTooManyPasswordsWait) {
  auto options = World::cheap();
  options.passwords_waiting_max = 0;
  World world(options);
  auto refused = fault_of([&] { run_task(world.accounts.sign_in("ann", "correct horse")); });
  EXPECT_EQ(refused, Fault::limited);
}

TEST(ChangePassword, NeedsTheOldOneAndKeepsOnlyTheSessionThatAsked) {
  World world;
  auto [account, first] = run_task(world.accounts.sign_up("ann", "correct horse", ""));
  auto second = run_task(world.accounts.sign_in("ann", "correct horse")).second;
  auto wrong = fault_of([&] {
    run_task(world.accounts.change_password(account.id, "wrong password", "battery staple"));
  });
  EXPECT_EQ(wrong, Fault::forbidden);
  run_task(world.accounts.change_password(account.id, "correct horse", "battery staple",
                                          second.token.id));
  EXPECT_EQ(fault_of([&] { run_task(world.accounts.identify(first.text)); }),
            Fault::unauthenticated);
  run_task(world.accounts.identify(second.text));
  run_task(world.accounts.change_password(account.id, "battery staple", "third password"));
  EXPECT_EQ(fault_of([&] { run_task(world.accounts.identify(second.text)); }),
            Fault::unauthenticated);
  run_task(world.accounts.sign_in("ann", "third password"));
}

TEST(SetPassword, SignsOutEverySessionButNotThePersonalTokens) {
  World world;
  auto [account, session] = run_task(world.accounts.sign_up("ann", "correct horse", ""));
  auto caller = run_task(world.accounts.identify(session.text));
  NewToken wanted{.name = "laptop", .scopes = Scopes{}.add(Scope::read)};
  auto personal = run_task(world.accounts.add_token(caller, wanted));
  run_task(world.accounts.set_password(account.id, "battery staple"));
  EXPECT_EQ(fault_of([&] { run_task(world.accounts.identify(session.text)); }),
            Fault::unauthenticated);
  run_task(world.accounts.identify(personal.text));
}

TEST(Close, EndsEveryCredentialAtOnceAndTheSweeperRemovesTheRest) {
  World world;
  auto [account, session] = run_task(world.accounts.sign_up("ann", "correct horse", ""));
  auto caller = run_task(world.accounts.identify(session.text));
  NewToken wanted{.name = "laptop", .scopes = Scopes{}.add(Scope::write)};
  auto personal = run_task(world.accounts.add_token(caller, wanted));
  world.create(caller, some_bytes(250));
  run_task(world.recordings.trash(caller.account, world.create(caller, "gone").recording.id));

  run_task(world.accounts.close(account.id));
  for (const auto& text : {session.text, personal.text}) {
    EXPECT_EQ(fault_of([&] { run_task(world.accounts.identify(text)); }), Fault::unauthenticated);
  }
  EXPECT_EQ(fault_of([&] { run_task(world.accounts.sign_in("ann", "correct horse")); }),
            Fault::unauthenticated);
  EXPECT_EQ(fault_of([&] { world.create(caller, "more"); }), Fault::forbidden);

  auto report = run_task(world.sweeper.sweep());
  EXPECT_EQ(report.closed_accounts, 1u);
  EXPECT_EQ(report.purged, 2u);
  EXPECT_EQ(world.blob_count(), 0u);
  EXPECT_TRUE(run_task(world.accounts.is_new()));
  world.somebody("ann");  // the name is free again
}

TEST(SignInLimits, RememberNoMoreNamesThanTheyMay) {
  SignInLimits limits({.failures_max = 3, .window = 60s, .names_max = 2});
  Time now{};
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limits.charge("ann", now));
  EXPECT_TRUE(limits.charge("ann", now));
  limits.charge("bob", now);
  limits.charge("cid", now);
  EXPECT_EQ(limits.size(), 2u);
  EXPECT_FALSE(limits.charge("ann", now)) << "the oldest is forgotten";
}

}  // namespace
}  // namespace tapedeck
