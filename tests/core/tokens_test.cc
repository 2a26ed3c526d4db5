#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "core/world.h"

namespace tapedeck {
namespace {

using namespace std::chrono_literals;

TEST(Tokens, WithATypoNeverReachTheCatalog) {
  World world;
  auto [account, session] = run_task(world.accounts.sign_up("ann", "correct horse", ""));
  world.faults.arm(Faults::When::never, 0);
  for (std::size_t i = 0; i < session.text.size(); ++i) {
    auto typo = session.text;
    typo[i] = typo[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(is_well_formed_token(typo)) << i;
    EXPECT_EQ(fault_of([&] { run_task(world.accounts.identify(typo)); }), Fault::unauthenticated);
  }
  EXPECT_EQ(world.faults.calls, 0);
}

TEST(Tokens, SlideWithUseAndEndAfterSilenceOrAtTheHardMaximum) {
  World world;
  auto [account, session] = run_task(world.accounts.sign_up("ann", "correct horse", ""));
  auto works = [&] { return !fault_of([&] { run_task(world.accounts.identify(session.text)); }); };
  for (int day = 0; day < 160; day += 20) {
    world.env.pass(std::chrono::days(20));
    EXPECT_TRUE(works()) << day;
  }
  world.env.pass(std::chrono::days(20));
  EXPECT_FALSE(works()) << "180 days are the most";

  auto silent = run_task(world.accounts.sign_in("ann", "correct horse")).second;
  world.env.pass(std::chrono::days(30) + 2h);
  EXPECT_EQ(fault_of([&] { run_task(world.accounts.identify(silent.text)); }),
            Fault::unauthenticated);
}

TEST(Tokens, NoteTheirUseHourlyAndWorkWhenItCannotBeNoted) {
  World world;
  auto [account, session] = run_task(world.accounts.sign_up("ann", "correct horse", ""));
  auto made_at = world.env.now();
  world.env.pass(59min);
  run_task(world.accounts.identify(session.text));
  EXPECT_EQ(run_task(world.accounts.list_tokens(account.id))[0].last_used_at, made_at);
  world.env.pass(1min);
  world.faults.arm(Faults::When::before, 2);  // the first finds the token, the second notes
  run_task(world.accounts.identify(session.text));
  world.faults.disarm();
  EXPECT_EQ(run_task(world.accounts.list_tokens(account.id))[0].last_used_at, made_at);
  run_task(world.accounts.identify(session.text));
  EXPECT_EQ(run_task(world.accounts.list_tokens(account.id))[0].last_used_at, world.env.now());
}

TEST(Tokens, NeverHaveMoreThanTheirMaker) {
  World world;
  auto session = world.somebody();
  auto make = [&](const Caller& maker, Scopes scopes) {
    return run_task(world.accounts.add_token(maker, {.name = "t", .scopes = scopes}));
  };
  auto capture = make(session, Scopes{}.add(Scope::capture));
  EXPECT_EQ(fault_of([&] { make(session, Scopes{}.add(Scope::admin)); }), Fault::forbidden);
  auto reader = run_task(world.accounts.identify(make(session, Scopes{}.add(Scope::read)).text));
  EXPECT_EQ(fault_of([&] { make(reader, Scopes{}.add(Scope::write)); }), Fault::forbidden);
  EXPECT_EQ(fault_of([&] { make(reader, Scopes{}.add(Scope::capture)); }), Fault::forbidden);
  make(reader, Scopes{}.add(Scope::read));
  EXPECT_EQ(fault_of([&] { make(session, Scopes{}); }), Fault::invalid);

  auto recorder = run_task(world.accounts.identify(capture.text));
  EXPECT_EQ(fault_of([&] { require(recorder, Scope::read); }), Fault::forbidden);
  world.create(recorder, "bytes");
  EXPECT_EQ(fault_of([&] { world.create(reader, "bytes"); }), Fault::forbidden);
}

TEST(Tokens, DoNotOutliveThePersonalTokenThatMadeThem) {
  World world;
  auto session = world.somebody();
  NewToken wanted{.name = "short", .scopes = Scopes{}.add(Scope::read), .lifetime = Millis(1h)};
  auto maker = run_task(world.accounts.add_token(session, wanted));
  auto caller = run_task(world.accounts.identify(maker.text));
  wanted.lifetime.reset();
  auto made = run_task(world.accounts.add_token(caller, wanted));
  world.env.pass(61min);
  EXPECT_EQ(fault_of([&] { run_task(world.accounts.identify(made.text)); }),
            Fault::unauthenticated);
}

TEST(Tokens, LoseTheAdminScopeWithTheAccount) {
  World world;
  auto root = run_task(world.accounts.add_account("root", "correct horse", true, std::nullopt));
  auto session = run_task(world.accounts.sign_in("root", "correct horse")).second;
  EXPECT_TRUE(run_task(world.accounts.identify(session.text)).admin);
  AccountPatch patch;
  patch.admin = false;
  run_task(world.catalog.change_account(root.id, patch));
  auto caller = run_task(world.accounts.identify(session.text));
  EXPECT_FALSE(caller.admin);
  EXPECT_FALSE(caller.scopes.has(Scope::admin));
}

TEST(Tokens, AreListedWhileTheyWorkAndRemovedByTheirOwnerOnly) {
  World world;
  auto ann = world.somebody("ann");
  auto bob = world.somebody("bob");
  NewToken wanted{.name = "laptop", .scopes = Scopes{}.add(Scope::read), .lifetime = Millis(1h)};
  auto token = run_task(world.accounts.add_token(ann, wanted)).token;
  EXPECT_EQ(run_task(world.accounts.list_tokens(ann.account)).size(), 2u);
  EXPECT_EQ(fault_of([&] { run_task(world.accounts.remove_token(bob.account, token.id)); }),
            Fault::not_found);
  world.env.pass(2h);
  EXPECT_EQ(run_task(world.accounts.list_tokens(ann.account)).size(), 1u);
  run_task(world.accounts.sign_out_everywhere(ann.account));
  EXPECT_EQ(run_task(world.accounts.list_tokens(ann.account)).size(), 0u);
}

TEST(Tokens, OfOneAccountAreBounded) {
  auto options = World::cheap();
  options.tokens_max = 2;
  options.sessions_max = 2;
  World world(options);
  auto caller = world.somebody("ann");
  NewToken wanted{.name = "t", .scopes = Scopes{}.add(Scope::read)};
  run_task(world.accounts.add_token(caller, wanted));
  run_task(world.accounts.add_token(caller, wanted));
  EXPECT_EQ(fault_of([&] { run_task(world.accounts.add_token(caller, wanted)); }), Fault::conflict);
  for (int i = 0; i < 3; ++i) run_task(world.accounts.sign_in("ann", "correct horse"));
  EXPECT_EQ(run_task(world.accounts.list_tokens(caller.account)).size(), 4u);
}

// ---- the original's login ----------------------------------------------------------------------

TEST(OriginalLogin, GivesANewKeyEachTimeOfWhichTheNewestTwentyWork) {
  World world;
  std::vector<std::string> keys;
  for (int i = 0; i < 22; ++i) {
    world.env.pass(Millis(1));
    keys.push_back(run_task(world.accounts.sign_in_original("kakao", "17")).text);
    EXPECT_EQ(keys.back().size(), 64u);
  }
  EXPECT_EQ(std::set(keys.begin(), keys.end()).size(), 22u);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto caller = run_task(world.accounts.identify_original("kakao_17", keys[i]));
    EXPECT_EQ(caller.has_value(), i >= 2) << i;
  }
  EXPECT_FALSE(run_task(world.accounts.identify_original("kakao_18", keys.back())));
  EXPECT_EQ(fault_of([&] { run_task(world.accounts.identify(keys.back())); }),
            Fault::unauthenticated);
}

TEST(OriginalLogin, TwoIdentitiesWithOneUserIdAreTwoAccounts) {
  World world;
  auto first = run_task(world.accounts.sign_in_original("a_b", "c"));
  auto second = run_task(world.accounts.sign_in_original("a", "b_c"));
  EXPECT_NE(first.token.account, second.token.account);
  auto one = run_task(world.accounts.identify_original("a_b_c", first.text));
  auto other = run_task(world.accounts.identify_original("a_b_c", second.text));
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->account, first.token.account);
  EXPECT_EQ(other->account, second.token.account);
  EXPECT_EQ(one->username, "a_b_c");
  EXPECT_TRUE(other->username.starts_with("a_b_c-"));
  EXPECT_EQ(run_task(world.accounts.sign_in_original("a", "b_c")).token.account,
            second.token.account);
}

TEST(OriginalLogin, ConcurrentFirstLoginsMakeOneAccount) {
  World world;
  std::vector<std::optional<AccountId>> accounts(8);
  std::vector<std::thread> threads;
  for (auto& account : accounts) {
    threads.emplace_back(
        [&] { account = run_task(world.accounts.sign_in_original("kakao", "17")).token.account; });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& account : accounts) EXPECT_EQ(account, accounts[0]);
  EXPECT_EQ(run_task(world.catalog.list_accounts(std::nullopt, 100)).accounts.size(), 1u);
}

TEST(OriginalLogin, ObeysTheSignUpModeForNewAccountsOnly) {
  World world;
  run_task(world.accounts.sign_in_original("kakao", "17"));
  auto options = World::cheap();
  options.signup = SignupMode::invite;
  Accounts strict(world.catalog, world.pool, world.env, options);
  run_task(strict.sign_in_original("kakao", "17"));
  EXPECT_EQ(fault_of([&] { run_task(strict.sign_in_original("kakao", "18")); }), Fault::forbidden);
}

TEST(OriginalLogin, RefusesEmptyLongAndControlCharacters) {
  World world;
  for (const auto& word : {std::string(), std::string(201, 'x'), std::string("a\r\nb")}) {
    EXPECT_EQ(fault_of([&] { run_task(world.accounts.sign_in_original("kakao", word)); }),
              Fault::invalid);
    EXPECT_EQ(fault_of([&] { run_task(world.accounts.sign_in_original(word, "17")); }),
              Fault::invalid);
  }
}

TEST(OriginalLogin, HasNoPasswordThatAnybodyCouldGuess) {
  World world;
  run_task(world.accounts.sign_in_original("kakao", "17"));
  for (const auto& password : {"", "a password that is nobody's"}) {
    EXPECT_EQ(fault_of([&] { run_task(world.accounts.sign_in("kakao_17", password)); }),
              Fault::unauthenticated);
  }
}

}  // namespace
}  // namespace tapedeck
