#include <gtest/gtest.h>

#include "core/world.h"

namespace tapedeck {
namespace {

using namespace std::chrono_literals;

BlobKey put_blob(World& world, AccountId account, RecordingId recording) {
  BlobKey key{account, recording, Ulid::make(world.env)};
  MemorySource source("garbage");
  Checksums sums;
  run_task(world.memory_blobs.put(key, source, sums));
  return key;
}

TEST(Sweeper, PurgesWhatWasInTheTrashForThirtyDays) {
  World world;
  auto caller = world.somebody();
  auto id = world.create(caller, some_bytes(250)).recording.id;
  run_task(world.recordings.trash(caller.account, id));
  world.env.pass(std::chrono::days(30) - 1ms);
  EXPECT_EQ(run_task(world.sweeper.sweep()).purged, 0u);
  world.env.pass(1ms);
  EXPECT_EQ(run_task(world.sweeper.sweep()).purged, 1u);
  EXPECT_EQ(world.blob_count(), 0u);
  EXPECT_TRUE(run_task(world.catalog.list_due(world.env.now(), 10)).empty());
}

TEST(Sweeper, ReadsTheFactAgainBeforeItPurges) {
  World world;
  auto caller = world.somebody();
  auto restored = world.create(caller, "restored").recording.id;
  auto trashed_again = world.create(caller, "trashed again").recording.id;
  for (auto id : {restored, trashed_again}) {
    run_task(world.recordings.trash(caller.account, id));
    run_task(world.recordings.restore(caller.account, id));
  }
  world.env.pass(std::chrono::days(20));
  run_task(world.recordings.trash(caller.account, trashed_again));
  world.env.pass(std::chrono::days(15));
  EXPECT_EQ(run_task(world.sweeper.sweep()).purged, 0u);
  EXPECT_EQ(world.play(caller.account, trashed_again), "trashed again");
  world.env.pass(std::chrono::days(15));
  EXPECT_EQ(run_task(world.sweeper.sweep()).purged, 1u);
  EXPECT_EQ(world.play(caller.account, restored), "restored");
}

TEST(Sweeper, EndsARemovalThatBrokeOffHalfWay) {
  World world;
  auto caller = world.somebody();
  NewUpload wanted;
  for (auto partial : {false, true}) {
    wanted.partial = partial;
    auto recording = run_task(world.uploads.open(caller, wanted)).recording;
    auto now = world.env.now();
    run_task(world.catalog.trash_recording(caller.account, recording.id, now, now));
    EXPECT_EQ(run_task(world.sweeper.sweep()).purged, 1u) << partial;
    EXPECT_FALSE(run_task(world.catalog.find_recording(caller.account, recording.id))) << partial;
  }
}

TEST(Sweeper, PurgesWhatHasNoBytesAlsoWhenItsHintCameTooEarly) {
  World world;
  auto caller = world.somebody();
  NewUpload wanted;
  wanted.length = 0;  // complete at once; the garbage collection never sees a blob of it
  auto id = run_task(world.uploads.open(caller, wanted)).recording.id;
  run_task(world.recordings.trash(caller.account, id));
  auto now = world.env.now();
  run_task(
      world.catalog.remove_due({now + std::chrono::days(30), DueKind::purge, caller.account, id}));
  run_task(world.catalog.add_due({now, DueKind::purge, caller.account, id}));
  EXPECT_EQ(run_task(world.sweeper.sweep()).purged, 0u);
  world.env.pass(std::chrono::days(30));
  EXPECT_EQ(run_task(world.sweeper.sweep()).purged, 1u);
}

TEST(Sweeper, ErasesBlobsThatNoFactNamesAndNoOthers) {
  World world;
  auto caller = world.somebody();
  auto recording = world.create(caller, some_bytes(350)).recording;
  put_blob(world, caller.account, recording.id);                              // a lost twin
  put_blob(world, caller.account, RecordingId::make(world.env));              // no row
  put_blob(world, AccountId::make(world.env), RecordingId::make(world.env));  // no account
  auto report = run_task(world.sweeper.sweep());
  EXPECT_EQ(report.joined, 1u);
  EXPECT_EQ(report.blobs_seen, 4u) << "its four segments are one";
  EXPECT_EQ(report.blobs_erased, 3u);
  EXPECT_EQ(world.play(caller.account, recording.id), some_bytes(350));
}

TEST(Sweeper, LeavesYoungBlobsToTheUploadTheyMayBelongTo) {
  World world;
  Sweeper::Options options;
  options.grace = 24h;
  Sweeper patient(world.catalog, world.blobs, world.env, world.log, options);
  put_blob(world, AccountId::make(world.env), RecordingId::make(world.env));
  world.env.pass(24h - 1ms);
  EXPECT_EQ(run_task(patient.sweep()).blobs_erased, 0u);
  world.env.pass(1ms);
  EXPECT_EQ(run_task(patient.sweep()).blobs_erased, 1u);
}

TEST(Sweeper, FindsGarbageOverManyPages) {
  World world;
  auto caller = world.somebody();
  auto kept = world.create(caller, some_bytes(350)).recording;
  for (int i = 0; i < 1500; ++i) put_blob(world, caller.account, kept.id);
  for (int i = 0; i < 1000; ++i) put_blob(world, caller.account, RecordingId::make(world.env));
  EXPECT_EQ(run_task(world.sweeper.sweep()).blobs_erased, 2500u);
  EXPECT_EQ(world.play(caller.account, kept.id), some_bytes(350));
}

TEST(Sweeper, FillsInTheDigestOfACompleteRecording) {
  World world;
  auto caller = world.somebody();
  auto recording = world.create(caller, some_bytes(350)).recording;
  run_task(world.recordings.trash(caller.account, recording.id));
  run_task(world.catalog.purge_recording(caller.account, recording.id, world.env.now()));
  MemorySource source(some_bytes(350));
  Checksums sums;
  recording.tail.resize(1);
  recording.tail[0].piece = Ulid::make(world.env);
  recording.tail[0].end = 350;
  run_task(world.memory_blobs.put(blob_key(recording, recording.tail[0]), source, sums));
  recording.tail[0].sha256 = sums.segment();
  recording.sha256.reset();
  ASSERT_EQ(run_task(world.catalog.add_recording(recording, {}, {no_live_limit, {}})).outcome,
            AddRecording::added);
  EXPECT_EQ(run_task(world.sweeper.sweep()).digests, 1u);
  EXPECT_EQ(run_task(world.recordings.find(caller.account, recording.id)).sha256,
            sha256_of(some_bytes(350)));
}

TEST(Sweeper, GoesOnAfterARoundThatFailed) {
  World world;
  auto caller = world.somebody();
  auto id = world.create(caller, "bytes").recording.id;
  run_task(world.recordings.trash(caller.account, id));
  world.env.pass(std::chrono::days(31));
  world.faults.arm(Faults::When::before, 1);
  world.env.end_after(3);
  EXPECT_THROW(run_task(world.sweeper.run()), std::runtime_error);
  EXPECT_EQ(fault_of([&] { run_task(world.recordings.find(caller.account, id)); }),
            Fault::not_found);
}

TEST(Verify, FindsNothingWhereAllIsWell) {
  World world;
  auto caller = world.somebody();
  world.create(caller, some_bytes(350));
  run_task(world.recordings.trash(caller.account, world.create(caller, "trash").recording.id));
  Verification verification(world.catalog, world.blobs, world.env, std::nullopt);
  EXPECT_FALSE(run_task(verification.next()));
  EXPECT_EQ(verification.progress().accounts, 1u);
  EXPECT_EQ(verification.progress().recordings, 2u);
  EXPECT_EQ(verification.progress().blobs, 5u);
  EXPECT_EQ(verification.progress().bytes, 355u);
}

TEST(Verify, FindsWhatIsMissingShortOrOther) {
  struct Case {
    std::optional<std::string> instead;
    Finding::Kind kind;
  };
  for (const auto& [instead, kind] : {Case{std::nullopt, Finding::Kind::missing_blob},
                                      Case{std::string("short"), Finding::Kind::wrong_size},
                                      Case{std::string(100, 'x'), Finding::Kind::wrong_digest}}) {
    World world;
    auto caller = world.somebody();
    auto recording = world.create(caller, some_bytes(350)).recording;
    auto key = blob_key(recording, recording.tail[1]);
    run_task(world.memory_blobs.erase(key));
    if (instead) {
      MemorySource source(*instead);
      Checksums sums;
      run_task(world.memory_blobs.put(key, source, sums));
    }
    auto findings = world.verify();
    ASSERT_EQ(findings.size(), 1u) << name_of(kind);
    EXPECT_EQ(findings[0].kind, kind) << name_of(findings[0].kind);
    EXPECT_EQ(findings[0].recording, recording.id);
    EXPECT_EQ(findings[0].piece, recording.tail[1].piece);
  }
}

TEST(Verify, LooksAtPartsForConcatenationsToo) {
  World world;
  auto caller = world.somebody();
  NewUpload wanted;
  wanted.partial = true;
  auto open = run_task(world.uploads.open(caller, wanted));
  MemorySource body("a part");
  NewAppend append;
  append.body = &body;
  auto part = run_task(world.uploads.append(open.secret, std::nullopt, append)).recording;
  EXPECT_TRUE(world.verify().empty());
  run_task(world.memory_blobs.erase(blob_key(part, part.tail[0])));
  auto findings = world.verify();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, Finding::Kind::missing_blob);
  EXPECT_EQ(findings[0].recording, part.id);
}

TEST(Verify, FindsAWholeOfAnotherDigestAndADriftedQuota) {
  World world;
  Account account;
  account.id = AccountId::make(world.env);
  account.username = "ann";
  account.used_bytes = 1;
  NewAccount added{account, {}, {}};
  ASSERT_EQ(run_task(world.catalog.add_account(added)), AddAccount::added);
  Recording recording;
  recording.id = RecordingId::make(world.env);
  recording.account = account.id;
  recording.state = RecordingState::ready;
  recording.sha256 = sha256_of("not these bytes");
  recording.size = 7;
  auto key = put_blob(world, account.id, recording.id);
  recording.tail = {{key.piece, 0, 7, sha256_of("garbage")}};
  ASSERT_EQ(run_task(world.catalog.add_recording(recording, {}, {no_live_limit, {}})).outcome,
            AddRecording::added);
  auto findings = world.verify();
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].kind, Finding::Kind::wrong_digest);
  EXPECT_FALSE(findings[0].piece);
  EXPECT_EQ(findings[1].kind, Finding::Kind::quota_drift);
}

}  // namespace
}  // namespace tapedeck
