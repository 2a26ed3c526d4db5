// Promises about accounts, identities, invitations and tokens.
#include <atomic>

#include "base/error.h"
#include "conformance/catalog_suite.h"

namespace tapedeck {

TEST_P(CatalogSuite, AnAddedAccountIsFoundByIdAndNameWithAllItsFacts) {
  auto added = new_account("Ada");
  added.admin = true;
  added.quota_bytes = 1'000;
  added.session_epoch = 7;
  EXPECT_EQ(run_task(catalog().add_account({added, {}, {}})), AddAccount::added);
  reopen();
  for (auto found : {run_task(catalog().find_account(added.id)),
                     run_task(catalog().find_account_by_username(" aDA "))}) {
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, added.id);
    EXPECT_EQ(found->username, "Ada");
    EXPECT_EQ(found->password_hash, added.password_hash);
    EXPECT_EQ(found->state, AccountState::active);
    EXPECT_TRUE(found->admin);
    EXPECT_EQ(found->created_at, added.created_at);
    EXPECT_EQ(found->session_epoch, 7u);
    EXPECT_EQ(found->quota_bytes, 1'000u);
  }
}

TEST_P(CatalogSuite, NamesThatDifferInCaseAreTheSameName) {
  add_account("Ada");
  EXPECT_EQ(run_task(catalog().add_account({new_account("aDa "), {}, {}})), AddAccount::name_taken);
}

TEST_P(CatalogSuite, AnIdentityBelongsToOneAccount) {
  Identity identity{"https://issuer.example", "12"};
  auto first = new_account("first");
  EXPECT_EQ(run_task(catalog().add_account({first, identity, {}})), AddAccount::added);
  EXPECT_EQ(run_task(catalog().add_account({new_account("second"), identity, {}})),
            AddAccount::identity_taken);
  reopen();
  auto found = run_task(catalog().find_account_by_identity(identity));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, first.id);
  EXPECT_FALSE(run_task(catalog().find_account_by_username("second")));
  Identity other{"https://issuer.example", "1"};
  EXPECT_FALSE(run_task(catalog().find_account_by_identity(other)));
}

TEST_P(CatalogSuite, ARefusedAccountConsumesNoInvitation) {
  Invitation invitation{sha256_of("invitation"), true, at(0), at(60)};
  run_task(catalog().add_invitation(invitation));
  add_account("taken");
  EXPECT_EQ(run_task(catalog().add_account({new_account("taken"), {}, invitation.secret_hash})),
            AddAccount::name_taken);
  reopen();
  auto found = run_task(catalog().find_invitation(invitation.secret_hash));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->admin);
  EXPECT_EQ(found->expires_at, at(60));
}

TEST_P(CatalogSuite, AnInvitationIsConsumedOnceHoweverManyTry) {
  auto secret = sha256_of("invitation");
  run_task(catalog().add_invitation({secret, false, at(0), at(60)}));
  std::atomic<int> added = 0;
  run_in_threads(16, [&](std::size_t i) {
    auto account = new_account("user" + std::to_string(i));
    auto outcome = run_task(catalog().add_account({account, {}, secret}));
    if (outcome == AddAccount::added) ++added;
  });
  EXPECT_EQ(added, 1);
  EXPECT_FALSE(run_task(catalog().find_invitation(secret)));
  EXPECT_EQ(run_task(catalog().list_accounts({}, 100)).accounts.size(), 1u);
}

TEST_P(CatalogSuite, ANameIsTakenOnceHoweverManyTry) {
  std::atomic<int> added = 0;
  run_in_threads(16, [&](std::size_t i) {
    auto account = new_account(i % 2 == 0 ? "ada" : "ADA");
    auto outcome = run_task(catalog().add_account({account, {}, {}}));
    if (outcome == AddAccount::added) ++added;
  });
  EXPECT_EQ(added, 1);
}

TEST_P(CatalogSuite, APatchChangesWhatItNamesAndNothingElse) {
  auto before = add_account("ada", 10);
  AccountPatch patch;
  patch.state = AccountState::disabled;
  patch.next_session_epoch = true;
  auto after = run_task(catalog().change_account(before.id, patch));
  ASSERT_TRUE(after);
  reopen();
  auto found = account(before.id);
  EXPECT_EQ(found.state, AccountState::disabled);
  EXPECT_EQ(found.session_epoch, before.session_epoch + 1);
  EXPECT_EQ(found.password_hash, before.password_hash);
  EXPECT_EQ(found.quota_bytes, 10u);

  AccountPatch unlimited;
  unlimited.quota_bytes = std::optional<ByteCount>();
  unlimited.password_hash = "new";
  unlimited.admin = true;
  run_task(catalog().change_account(before.id, unlimited));
  found = account(before.id);
  EXPECT_FALSE(found.quota_bytes);
  EXPECT_EQ(found.password_hash, "new");
  EXPECT_TRUE(found.admin);
  EXPECT_EQ(found.state, AccountState::disabled);
}

TEST_P(CatalogSuite, APatchOfNobodyChangesNothing) {
  EXPECT_FALSE(run_task(catalog().change_account(AccountId::make(env_), AccountPatch{})));
}

TEST_P(CatalogSuite, AQuotaThatNoStoreCanKeepIsRefused) {
  auto ada = add_account("ada");
  AccountPatch patch;
  patch.quota_bytes = ~ByteCount{0};
  EXPECT_THROW(run_task(catalog().change_account(ada.id, patch)), Error);
  EXPECT_FALSE(account(ada.id).quota_bytes);
}

TEST_P(CatalogSuite, AnAccountIsRemovedOnceItHoldsNothing) {
  Identity identity{"issuer", "subject"};
  auto ada = new_account("ada");
  EXPECT_EQ(run_task(catalog().add_account({ada, identity, {}})), AddAccount::added);
  auto token = new_token(ada, "secret");
  run_task(catalog().add_token(token));
  auto recording = add(new_recording(ada, 5));

  EXPECT_FALSE(run_task(catalog().remove_account(ada.id)));
  EXPECT_TRUE(run_task(catalog().find_account(ada.id)));
  trash_and_purge(recording, at(1));
  EXPECT_TRUE(run_task(catalog().remove_account(ada.id)));
  reopen();
  EXPECT_FALSE(run_task(catalog().find_account(ada.id)));
  EXPECT_FALSE(run_task(catalog().find_account_by_username("ada")));
  EXPECT_FALSE(run_task(catalog().find_account_by_identity(identity)));
  EXPECT_FALSE(run_task(catalog().find_credential(token.secret_hash)));
  EXPECT_TRUE(run_task(catalog().remove_account(ada.id))) << "absence is not an error";
  EXPECT_EQ(run_task(catalog().add_account({new_account("ada"), identity, {}})), AddAccount::added);
}

TEST_P(CatalogSuite, PagesOfAccountsHaveEachOnceInOrder) {
  for (int i = 0; i < 7; ++i) add_account("user" + std::to_string(i));
  std::vector<AccountId> seen;
  std::optional<AccountId> after;
  do {
    auto page = run_task(catalog().list_accounts(after, 3));
    EXPECT_LE(page.accounts.size(), 3u);
    for (const auto& found : page.accounts) seen.push_back(found.id);
    after = page.next;
  } while (after);
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

TEST_P(CatalogSuite, ATokenIsFoundByItsHashWithItsAccount) {
  auto ada = add_account("ada");
  auto token = new_token(ada, "secret");
  token.expires_at = at(99);
  run_task(catalog().add_token(token));
  reopen();
  auto found = run_task(catalog().find_credential(token.secret_hash));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->token.id, token.id);
  EXPECT_EQ(found->token.kind, TokenKind::personal);
  EXPECT_EQ(found->token.name, "secret");
  EXPECT_EQ(found->token.scopes, token.scopes);
  EXPECT_EQ(found->token.session_epoch, 3u);
  EXPECT_EQ(found->token.expires_at, at(99));
  EXPECT_EQ(found->account.id, ada.id);
  EXPECT_EQ(found->account.username, "ada");
  EXPECT_FALSE(run_task(catalog().find_credential(sha256_of("other"))));
}

TEST_P(CatalogSuite, TheLimitsOfATokenAreKept) {
  auto ada = add_account("ada");
  auto limited = new_token(ada, "limited");
  limited.limits = {5'000'000'000, Millis{86'400'000}, 3};
  auto partly = new_token(ada, "partly");
  partly.limits.live_max = 0;
  auto unlimited = new_token(ada, "unlimited");
  for (const auto& token : {limited, partly, unlimited}) run_task(catalog().add_token(token));
  reopen();
  for (const auto& token : {limited, partly, unlimited}) {
    auto found = run_task(catalog().find_credential(token.secret_hash));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->token.limits, token.limits) << token.name;
    EXPECT_EQ(found->account.username, "ada");
  }
}

TEST_P(CatalogSuite, ATokenOfNobodyIsRefused) {
  EXPECT_THROW(run_task(catalog().add_token(new_token(new_account("nobody"), "secret"))), Error);
  EXPECT_FALSE(run_task(catalog().find_credential(sha256_of("secret"))));
}

TEST_P(CatalogSuite, TokensAreListedNewestFirstAndOnlyOnesOwn) {
  auto ada = add_account("ada");
  auto eve = add_account("eve");
  for (int i = 0; i < 3; ++i) {
    run_task(catalog().add_token(new_token(ada, "a" + std::to_string(i), at(i))));
  }
  run_task(catalog().add_token(new_token(eve, "e", at(9))));
  auto tokens = run_task(catalog().list_tokens(ada.id));
  ASSERT_EQ(tokens.size(), 3u);
  EXPECT_EQ(tokens[0].name, "a2");
  EXPECT_EQ(tokens[2].name, "a0");
}

TEST_P(CatalogSuite, ARemovedTokenNeverWorksAgainAndNobodyElseCanRemoveIt) {
  auto ada = add_account("ada");
  auto eve = add_account("eve");
  auto token = new_token(ada, "secret");
  run_task(catalog().add_token(token));
  EXPECT_FALSE(run_task(catalog().remove_token(eve.id, token.id)));
  EXPECT_TRUE(run_task(catalog().find_credential(token.secret_hash)));
  EXPECT_TRUE(run_task(catalog().remove_token(ada.id, token.id)));
  reopen();
  EXPECT_FALSE(run_task(catalog().find_credential(token.secret_hash)));
  EXPECT_FALSE(run_task(catalog().remove_token(ada.id, token.id)));
  run_task(catalog().touch_token(ada.id, token.id, at(5)));  // not an error
}

TEST_P(CatalogSuite, TheLastUseOfATokenIsRemembered) {
  auto ada = add_account("ada");
  auto token = new_token(ada, "secret");
  run_task(catalog().add_token(token));
  run_task(catalog().touch_token(ada.id, token.id, at(5)));
  EXPECT_EQ(run_task(catalog().find_credential(token.secret_hash))->token.last_used_at, at(5));
}

}  // namespace tapedeck
