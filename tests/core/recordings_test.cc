#include <gtest/gtest.h>

#include "core/world.h"

namespace tapedeck {
namespace {

using namespace std::chrono_literals;

TEST(Open, GivesExactlyTheRangeOverAllSegments) {
  World world;
  auto caller = world.somebody();
  auto bytes = some_bytes(350);
  auto id = world.create(caller, bytes).recording.id;
  for (ByteCount begin : {0u, 1u, 99u, 100u, 101u, 349u, 350u}) {
    for (ByteCount end : {0u, 1u, 100u, 101u, 250u, 350u}) {
      if (end < begin) continue;
      EXPECT_EQ(world.play(caller.account, id, ByteRange{begin, end}),
                bytes.substr(begin, end - begin))
          << begin << "-" << end;
    }
  }
  for (auto range : {ByteRange{0, 351}, ByteRange{2, 1}}) {
    EXPECT_EQ(fault_of([&] { world.play(caller.account, id, range); }), Fault::invalid);
  }
}

TEST(Open, ReadsARecordingFromAListWhichHasNoTail) {
  World world;
  auto caller = world.somebody();
  auto bytes = some_bytes(350);
  world.create(caller, bytes);
  auto page = run_task(world.recordings.list(caller.account, {}, {}, 10));
  ASSERT_TRUE(page.recordings.at(0).tail.empty());
  auto source = run_task(world.recordings.open(page.recordings[0], {50, 350}));
  EXPECT_EQ(run_task(read_all(*source, 1 * MiB)), bytes.substr(50));
}

TEST(Open, SaysThatABlobIsMissingAndNeverReadsShort) {
  World world;
  auto caller = world.somebody();
  auto recording = world.create(caller, some_bytes(350)).recording;
  run_task(world.memory_blobs.erase(blob_key(recording, recording.tail[2])));
  auto source = run_task(world.recordings.open(recording, {0, 350}));
  EXPECT_EQ(fault_of([&] { run_task(read_all(*source, 1 * MiB)); }), Fault::unavailable);
  EXPECT_EQ(fault_of([&] { run_task(world.recordings.open(recording, {250, 260})); }),
            Fault::unavailable)
      << "the first blob is opened before the answer begins";
}

TEST(Open, OfARecordingThatWasPurgedMeanwhileIsNotFound) {
  World world;
  auto caller = world.somebody();
  auto recording = world.create(caller, some_bytes(350)).recording;
  run_task(world.recordings.trash(caller.account, recording.id));
  run_task(world.recordings.purge(caller.account, recording.id));
  EXPECT_EQ(fault_of([&] { run_task(world.recordings.open(recording, {0, 350})); }),
            Fault::not_found);
}

TEST(List, CutsThePageToItsMaximum) {
  World world;
  Recordings::Options options;
  options.page_max = 2;
  Recordings recordings(world.catalog, world.blobs, world.env, world.live, options);
  auto caller = world.somebody();
  for (int i = 0; i < 3; ++i) world.create(caller, "bytes");
  auto page = run_task(recordings.list(caller.account, {}, {}, 1000));
  EXPECT_EQ(page.recordings.size(), 2u);
  EXPECT_TRUE(page.next);
  EXPECT_EQ(run_task(recordings.list(caller.account, {}, page.next, 0)).recordings.size(), 1u);
}

TEST(Change, TellsAnotherVersionFromNoRecording) {
  World world;
  auto caller = world.somebody();
  auto recording = world.create(caller, "bytes").recording;
  RecordingPatch patch;
  patch.title = "new";
  auto changed =
      run_task(world.recordings.change(caller.account, recording.id, patch, recording.version));
  EXPECT_EQ(changed.description.title, "new");
  auto change = [&](AccountId account, std::optional<std::uint64_t> version) {
    return fault_of(
        [&] { run_task(world.recordings.change(account, recording.id, patch, version)); });
  };
  EXPECT_EQ(change(caller.account, recording.version), Fault::precondition_failed);
  auto bob = world.somebody("bob");
  EXPECT_EQ(change(bob.account, std::nullopt), Fault::not_found);
  EXPECT_EQ(change(bob.account, recording.version), Fault::not_found);
}

TEST(Change, RefusesWhatDoesNotFit) {
  World world;
  auto caller = world.somebody();
  auto id = world.create(caller, "bytes").recording.id;
  std::vector<RecordingPatch> patches(5);
  patches[0].title = std::string(1001, 't');
  patches[1].note = std::string(64 * KiB + 1, 'n');
  patches[2].tags = std::vector<std::string>(51, "tag");
  patches[3].tags = std::vector<std::string>{std::string(101, 't')};
  patches[4].recorded_at = world.env.now() + 25h;
  for (const auto& patch : patches) {
    EXPECT_EQ(fault_of([&] { run_task(world.recordings.change(caller.account, id, patch, {})); }),
              Fault::invalid);
  }
}

TEST(Trash, GivesTheQuotaBackOnlyWithThePurge) {
  World world;
  auto caller = world.somebody();
  auto id = world.create(caller, some_bytes(250)).recording.id;
  EXPECT_EQ(fault_of([&] { run_task(world.recordings.purge(caller.account, id)); }),
            Fault::conflict);
  auto trashed = run_task(world.recordings.trash(caller.account, id));
  EXPECT_EQ(trashed.trashed_at, world.env.now());
  EXPECT_TRUE(run_task(world.recordings.list(caller.account, {}, {}, 10)).recordings.empty());
  EXPECT_EQ(run_task(world.accounts.find(caller.account)).used_bytes, 250u);
  EXPECT_FALSE(run_task(world.recordings.restore(caller.account, id)).trashed_at);
  EXPECT_EQ(world.play(caller.account, id), some_bytes(250));

  run_task(world.recordings.trash(caller.account, id));
  run_task(world.recordings.purge(caller.account, id));
  EXPECT_EQ(run_task(world.accounts.find(caller.account)).used_bytes, 0u);
  EXPECT_EQ(world.blob_count(), 0u) << "the blobs go at once";
  EXPECT_EQ(fault_of([&] { run_task(world.recordings.purge(caller.account, id)); }),
            Fault::not_found);
}

TEST(Trash, CompletesALiveRecordingAsRecovered) {
  World world;
  auto caller = world.somebody();
  Recording live;
  live.id = RecordingId::make(world.env);
  live.account = caller.account;
  live.hash_state = Sha256().save();
  ASSERT_EQ(run_task(world.catalog.add_recording(live, {}, {no_live_limit, {}})).outcome,
            AddRecording::added);
  auto trashed = run_task(world.recordings.trash(caller.account, live.id));
  EXPECT_EQ(trashed.state, RecordingState::ready);
  EXPECT_TRUE(trashed.recovered);
  EXPECT_EQ(trashed.sha256, sha256_of(""));
}

TEST(Trash, DeleteOfSomebodyElsesRecordingIsNotFoundAndKeepsItsBytes) {
  World world;
  auto ann = world.somebody("ann");
  auto bob = world.somebody("bob");
  auto id = world.create(ann, "ann's bytes").recording.id;
  EXPECT_EQ(fault_of([&] { run_task(world.recordings.trash(bob.account, id)); }), Fault::not_found);
  EXPECT_EQ(fault_of([&] { run_task(world.recordings.restore(bob.account, id)); }),
            Fault::not_found);
  run_task(world.recordings.trash(ann.account, id));
  EXPECT_EQ(fault_of([&] { run_task(world.recordings.purge(bob.account, id)); }), Fault::not_found);
  EXPECT_EQ(fault_of([&] { world.play(bob.account, id); }), Fault::not_found);
  EXPECT_EQ(world.play(ann.account, id), "ann's bytes");
}

TEST(Changes, AreHeldBackAMinuteAndComeAgainUntilThen) {
  World world;
  auto caller = world.somebody();
  auto id = world.create(caller, "bytes").recording.id;
  auto changes = [&](std::optional<ChangePosition> since, std::size_t max = 10) {
    return run_task(world.recordings.list_changes(caller.account, since, max));
  };
  auto page = changes({});
  ASSERT_EQ(page.changes.size(), 1u);
  EXPECT_EQ(page.next.changed_at, world.env.now() - 60s);
  EXPECT_EQ(changes(page.next).changes.size(), 1u) << "again";
  world.env.pass(61s);
  page = changes(page.next);
  EXPECT_EQ(page.changes.size(), 1u);
  EXPECT_TRUE(changes(page.next).changes.empty());

  run_task(world.recordings.trash(caller.account, id));
  run_task(world.recordings.purge(caller.account, id));
  page = changes(page.next);
  ASSERT_EQ(page.changes.size(), 1u);
  EXPECT_FALSE(page.changes[0].recording) << "a tombstone";
}

TEST(Changes, ArePagedWithoutLossAndWithoutStandingStill) {
  World world;
  auto caller = world.somebody();
  for (int i = 0; i < 7; ++i) world.create(caller, "bytes");
  auto count = [&](std::size_t max) {
    std::optional<ChangePosition> since;
    std::size_t seen = 0;
    for (int pages = 0; pages < 20; ++pages) {
      auto page = run_task(world.recordings.list_changes(caller.account, since, max));
      seen += page.changes.size();
      since = page.next;
      if (!page.more) return seen;
    }
    ADD_FAILURE() << "stands still";
    return seen;
  };
  EXPECT_EQ(count(3), 3u) << "held back: `more` would only give the same page again";
  world.env.pass(61s);
  EXPECT_EQ(count(1), 7u);
  EXPECT_EQ(count(3), 7u);
}

TEST(Changes, OfAPositionOlderThanTheTombstonesAreGone) {
  World world;
  auto caller = world.somebody();
  auto old = run_task(world.recordings.list_changes(caller.account, {}, 10)).next;
  world.env.pass(std::chrono::days(91));
  EXPECT_EQ(fault_of([&] { run_task(world.recordings.list_changes(caller.account, old, 10)); }),
            Fault::gone);
  run_task(world.recordings.list_changes(caller.account, {}, 10));
}

}  // namespace
}  // namespace tapedeck
