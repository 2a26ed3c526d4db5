// Promises about what the Sweeper asks, secrets, and readiness.
#include <set>

#include "conformance/catalog_suite.h"

namespace tapedeck {

TEST_P(CatalogSuite, DueWorkIsListedOldestFirstUpToItsTime) {
  auto ada = add_account("ada");
  std::vector<RecordingId> ids;
  for (int i : {5'000, 1, 9'000}) {
    auto recording = new_recording(ada, 1);
    ids.push_back(recording.id);
    Due due{at(i), DueKind::finish, ada.id, recording.id};
    auto result = run_task(catalog().add_recording(recording, due));
    ASSERT_EQ(result.outcome, AddRecording::added);
  }
  reopen();
  EXPECT_TRUE(run_task(catalog().list_due(at(0), 9)).empty());
  auto due = run_task(catalog().list_due(at(5'000), 9));
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].recording, ids[1]);
  EXPECT_EQ(due[0].kind, DueKind::finish);
  EXPECT_EQ(due[0].account, ada.id);
  EXPECT_EQ(due[0].at, at(1));
  EXPECT_EQ(due[1].recording, ids[0]);
  EXPECT_EQ(run_task(catalog().list_due(at(9'000), 1)).size(), 1u);

  run_task(catalog().remove_due(due[0]));
  run_task(catalog().remove_due(due[0]));  // absence is not an error
  EXPECT_EQ(run_task(catalog().list_due(at(9'000), 9)).size(), 2u);
}

TEST_P(CatalogSuite, WorkMayBeMadeDueByItself) {
  auto ada = add_account("ada");
  Due due{at(7), DueKind::join, ada.id, RecordingId::make(env_)};
  run_task(catalog().add_due(due));
  run_task(catalog().add_due(due));  // the same again is the same work
  reopen();
  auto found = run_task(catalog().list_due(at(7), 9));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].at, due.at);
  EXPECT_EQ(found[0].kind, DueKind::join);
  EXPECT_EQ(found[0].account, due.account);
  EXPECT_EQ(found[0].recording, due.recording);
}

TEST_P(CatalogSuite, ARefusedRecordingLeavesNothingDue) {
  auto ada = add_account("ada", 1);
  auto recording = new_recording(ada, 2);
  Due due{at(1), DueKind::finish, ada.id, recording.id};
  EXPECT_EQ(run_task(catalog().add_recording(recording, due)).outcome, AddRecording::over_quota);
  EXPECT_TRUE(run_task(catalog().list_due(at(9), 9)).empty());
}

TEST_P(CatalogSuite, OldTombstonesAreForgottenAndYoungOnesKept) {
  auto ada = add_account("ada");
  auto old_one = add(new_recording(ada, 1));
  auto young_one = add(new_recording(ada, 1));
  trash_and_purge(old_one, at(1));
  trash_and_purge(young_one, at(10));
  run_task(catalog().forget(at(10), Time::min(), at(0)));
  auto page = run_task(catalog().list_changes(ada.id, {}, 9));
  ASSERT_EQ(page.changes.size(), 1u);
  EXPECT_EQ(page.changes[0].id, young_one.id);
}

TEST_P(CatalogSuite, OldClaimsAreForgottenByTheTimeInTheirProposedId) {
  auto ada = add_account("ada");
  auto id = RecordingId::make(env_);
  auto key = sha256_of("key");
  run_task(catalog().claim(ada.id, key, id));
  run_task(catalog().forget(Time::min(), id.value.made_at(), at(0)));
  auto other = RecordingId::make(env_);
  EXPECT_EQ(run_task(catalog().claim(ada.id, key, other)), id);
  run_task(catalog().forget(Time::min(), id.value.made_at() + Millis{1}, at(0)));
  EXPECT_EQ(run_task(catalog().claim(ada.id, key, other)), other);
}

TEST_P(CatalogSuite, ExpiredTokensAndInvitationsAreForgotten) {
  auto ada = add_account("ada");
  auto expired = new_token(ada, "expired");
  expired.expires_at = at(5);
  auto valid = new_token(ada, "valid");
  valid.expires_at = at(6);
  auto eternal = new_token(ada, "eternal");
  for (const auto& token : {expired, valid, eternal}) run_task(catalog().add_token(token));
  run_task(catalog().add_invitation({sha256_of("old"), false, at(0), at(5)}));
  run_task(catalog().add_invitation({sha256_of("new"), false, at(0), at(6)}));
  run_task(catalog().forget(Time::min(), Time::min(), at(6)));
  EXPECT_FALSE(run_task(catalog().find_credential(expired.secret_hash)));
  EXPECT_TRUE(run_task(catalog().find_credential(valid.secret_hash)));
  EXPECT_TRUE(run_task(catalog().find_credential(eternal.secret_hash)));
  EXPECT_FALSE(run_task(catalog().find_invitation(sha256_of("old"))));
  EXPECT_TRUE(run_task(catalog().find_invitation(sha256_of("new"))));
}

TEST_P(CatalogSuite, TheFirstProposedSecretStays) {
  std::string first("\0first", 6);
  EXPECT_EQ(run_task(catalog().find_or_add_secret("signing", first)), first);
  reopen();
  EXPECT_EQ(run_task(catalog().find_or_add_secret("signing", "second")), first);
  EXPECT_EQ(run_task(catalog().find_or_add_secret("other", "third")), "third");
}

TEST_P(CatalogSuite, ParallelProposalsOfASecretHearOne) {
  std::vector<std::string> heard(8);
  run_in_threads(heard.size(), [&](std::size_t i) {
    heard[i] = run_task(catalog().find_or_add_secret("signing", std::to_string(i)));
  });
  EXPECT_EQ(std::set<std::string>(heard.begin(), heard.end()).size(), 1u);
}

TEST_P(CatalogSuite, APingOfAStoreThatWorksReturns) {
  run_task(catalog().ping());
}

TEST_P(CatalogSuite, AModeIsKeptInTheStore) {
  EXPECT_EQ(run_task(catalog().find_mode()), CatalogMode::open);
  for (auto mode : {CatalogMode::read_only, CatalogMode::filling, CatalogMode::open}) {
    run_task(catalog().set_mode(mode));
    reopen();
    EXPECT_EQ(run_task(catalog().find_mode()), mode);
  }
}

}  // namespace tapedeck
