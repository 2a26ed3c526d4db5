// Promises about uploads, and about the claims that they look up.
#include <atomic>

#include "base/error.h"
#include "conformance/catalog_suite.h"

namespace tapedeck {

namespace {

Upload new_upload(const Recording& recording, const std::string& secret, Time created_at) {
  Upload upload;
  upload.secret_hash = sha256_of(secret);
  upload.account = recording.account;
  upload.recording = recording.id;
  upload.token = sha256_of("token");
  upload.metadata = "filename bWVtby53YXY=,is_private";
  upload.concatenation = "partial";
  upload.created_at = created_at;
  return upload;
}

}  // namespace

TEST_P(CatalogSuite, AnUploadIsFoundByItsHashWithAllItsFacts) {
  auto live = add(new_live(add_account("ada")));
  auto upload = new_upload(live, "secret", at(5));
  auto bare = new_upload(live, "bare", at(6));
  bare.token.reset();
  bare.metadata.clear();
  bare.concatenation.clear();
  for (const auto& added : {upload, bare}) run_task(catalog().add_upload(added));
  reopen();
  for (const auto& added : {upload, bare}) {
    for (int time = 0; time < 2; ++time) {  // what is remembered is the same
      auto found = run_task(catalog().find_upload(added.secret_hash));
      ASSERT_TRUE(found);
      EXPECT_EQ(found->secret_hash, added.secret_hash);
      EXPECT_EQ(found->account, live.account);
      EXPECT_EQ(found->recording, live.id);
      EXPECT_EQ(found->token, added.token);
      EXPECT_EQ(found->metadata, added.metadata);
      EXPECT_EQ(found->concatenation, added.concatenation);
      EXPECT_EQ(found->created_at, added.created_at);
    }
  }
}

TEST_P(CatalogSuite, AnUploadThatWasLookedForBeforeItWasAddedIsFound) {
  auto live = add(new_live(add_account("ada")));
  auto upload = new_upload(live, "secret", at(5));
  EXPECT_FALSE(run_task(catalog().find_upload(upload.secret_hash)));
  run_task(catalog().add_upload(upload));
  run_task(catalog().add_upload(upload));  // again, after an answer that was lost
  EXPECT_TRUE(run_task(catalog().find_upload(upload.secret_hash)));
}

TEST_P(CatalogSuite, AnUploadOfNobodyIsRefused) {
  auto upload = new_upload(new_live(new_account("nobody")), "secret", at(5));
  try {
    run_task(catalog().add_upload(upload));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::not_found);
  }
  EXPECT_FALSE(run_task(catalog().find_upload(upload.secret_hash)));
}

TEST_P(CatalogSuite, ARemovedUploadIsGoneFromTheMomentThatReturns) {
  auto live = add(new_live(add_account("ada")));
  auto removed = new_upload(live, "removed", at(5));
  auto kept = new_upload(live, "kept", at(5));
  for (const auto& upload : {removed, kept}) {
    run_task(catalog().add_upload(upload));
    EXPECT_TRUE(run_task(catalog().find_upload(upload.secret_hash)));
  }
  run_task(catalog().remove_upload(removed.secret_hash));
  EXPECT_FALSE(run_task(catalog().find_upload(removed.secret_hash)));
  run_task(catalog().remove_upload(removed.secret_hash));  // absence is not an error
  reopen();
  EXPECT_FALSE(run_task(catalog().find_upload(removed.secret_hash)));
  EXPECT_TRUE(run_task(catalog().find_upload(kept.secret_hash)));
}

TEST_P(CatalogSuite, ReadsBesideARemovalDoNotBringAnUploadBack) {
  auto live = add(new_live(add_account("ada")));
  for (int round = 0; round < 20; ++round) {
    auto upload = new_upload(live, std::to_string(round), at(5));
    run_task(catalog().add_upload(upload));
    std::atomic<bool> removed = false;
    std::atomic<int> late = 0;
    run_in_threads(4, [&](std::size_t i) {
      if (i == 0) {
        run_task(catalog().remove_upload(upload.secret_hash));
        removed = true;
        return;
      }
      for (bool last = false; !last;) {
        last = removed;  // read before: a find that begins after the removal
        bool found = run_task(catalog().find_upload(upload.secret_hash)).has_value();
        if (last && found) ++late;
      }
    });
    EXPECT_EQ(late, 0);
  }
}

TEST_P(CatalogSuite, OldUploadsAreForgottenAndYoungOnesKept) {
  auto live = add(new_live(add_account("ada")));
  auto old_one = new_upload(live, "old", at(5));
  auto young_one = new_upload(live, "young", at(6));
  for (const auto& upload : {old_one, young_one}) {
    run_task(catalog().add_upload(upload));
    EXPECT_TRUE(run_task(catalog().find_upload(upload.secret_hash)));
  }
  run_task(catalog().forget(Time::min(), at(6), Time::min()));
  EXPECT_FALSE(run_task(catalog().find_upload(old_one.secret_hash)));
  EXPECT_TRUE(run_task(catalog().find_upload(young_one.secret_hash)));
  EXPECT_TRUE(exists(live));
}

TEST_P(CatalogSuite, AClaimIsFoundWithoutMakingOne) {
  auto ada = add_account("ada");
  auto eve = add_account("eve");
  auto key = sha256_of("key");
  EXPECT_FALSE(run_task(catalog().find_claim(ada.id, key)));
  auto id = RecordingId::make(env_);
  EXPECT_EQ(run_task(catalog().claim(ada.id, key, id)), id) << "looking made no claim";
  reopen();
  EXPECT_EQ(run_task(catalog().find_claim(ada.id, key)), id);
  EXPECT_FALSE(run_task(catalog().find_claim(eve.id, key)));
}

}  // namespace tapedeck
