#include <thread>

#include <gtest/gtest.h>

#include "core/world.h"

namespace tapedeck {
namespace {

using namespace std::chrono_literals;

/// A body that lets time pass with each chunk, or breaks off.
class SlowSource final : public ByteSource {
 public:
  SlowSource(TestEnv& env, Millis pause, std::string bytes, int breaks_at = -1)
      : env_(env), pause_(pause), bytes_(std::move(bytes), 10), breaks_at_(breaks_at) {}
  Task<ByteView> read() override {
    env_.pass(pause_);
    if (breaks_at_-- == 0) throw Error(Fault::timed_out, "the client went away");
    co_return co_await bytes_.read();
  }

 private:
  TestEnv& env_;
  Millis pause_;
  MemorySource bytes_;
  int breaks_at_;
};

Incoming incoming_of(ByteSource& body, std::optional<ByteCount> bytes = {}, std::string key = "") {
  Incoming incoming;
  incoming.body = &body;
  incoming.bytes = bytes;
  incoming.idempotency_key = std::move(key);
  return incoming;
}

TEST(Create, KeepsTheBytesAndSaysWhatTheyAre) {
  World world;
  auto caller = world.somebody();
  auto bytes = "OggS" + some_bytes(346);
  Description description;
  description.title = "A\nmemo";
  description.file_name = "../../etc/memo.ogg";
  auto created = world.create(caller, bytes, "", description);
  EXPECT_FALSE(created.replayed);
  const auto& recording = created.recording;
  EXPECT_EQ(recording.size, 350u);
  EXPECT_EQ(recording.sha256, sha256_of(bytes));
  EXPECT_EQ(recording.sniffed_type, "audio/ogg");
  EXPECT_EQ(recording.state, RecordingState::ready);
  EXPECT_EQ(recording.description.title.find('\n'), std::string::npos);
  EXPECT_EQ(recording.description.file_name.find('/'), std::string::npos);
  EXPECT_EQ(recording.description.recorded_at, world.env.now());
  EXPECT_EQ(recording.tail.size(), 4u) << "segments of at most 100 bytes";
  EXPECT_EQ(world.play(caller.account, recording.id), bytes);
  EXPECT_EQ(run_task(world.accounts.find(caller.account)).used_bytes, 350u);
}

TEST(Create, KeepsBytesThatEndExactlyWithASegment) {
  World world;
  auto caller = world.somebody();
  for (std::size_t size : {1u, 99u, 100u, 101u, 200u, 1000u}) {
    for (std::size_t chunk : {1u, 7u, 100u, 5000u}) {
      auto bytes = some_bytes(size);
      auto created = world.create(caller, bytes, "", {}, chunk);
      EXPECT_EQ(world.segment_count(created.recording), (size + 99) / 100) << size << "/" << chunk;
      EXPECT_EQ(world.play(caller.account, created.recording.id), bytes);
    }
  }
  EXPECT_TRUE(world.verify().empty());
}

TEST(Create, CutsASlowBodyByTimeAndALongOneBySize) {
  auto options = World::small();
  options.segment_time_max = 1h;
  World world(World::cheap(), options);
  auto caller = world.somebody();
  auto bytes = some_bytes(600);
  SlowSource body(world.env, 10min, bytes);
  auto recording = run_task(world.recordings.create(caller, {}, incoming_of(body)))->recording;
  EXPECT_GT(world.segment_count(recording), 5u);
  EXPECT_EQ(world.play(caller.account, recording.id), bytes);

  options.segment_bytes_max = 10;
  Live live(world.catalog, world.blobs, world.env, options);
  Recordings fine(world.catalog, world.blobs, world.env, live, {});
  MemorySource quick(bytes, 64);
  auto many = run_task(fine.create(caller, {}, incoming_of(quick)))->recording;
  EXPECT_EQ(world.segment_count(many), 60u);
  EXPECT_LE(many.tail.size(), tail_segments_max);
  EXPECT_EQ(world.play(caller.account, many.id), bytes);
}

TEST(Create, EndsBeforeTheSweeperCouldTakeItsBlobsForGarbage) {
  World world;
  auto caller = world.somebody();
  SlowSource body(world.env, 1h, some_bytes(600));
  auto late = fault_of([&] { run_task(world.recordings.create(caller, {}, incoming_of(body))); });
  EXPECT_EQ(late, Fault::timed_out);
  EXPECT_LT(Live::Options{}.hidden_time_max, Sweeper::Options{}.grace);
}

TEST(Create, RefusesBeforeReadingWhatItCanRefuseThen) {
  World world;
  auto caller = world.somebody();
  world.set_quota(caller.account, 500);
  auto refused = [&](std::optional<ByteCount> announced) {
    SlowSource never_read(world.env, 0ms, "x", 0);
    auto incoming = incoming_of(never_read, announced);
    return fault_of([&] { run_task(world.recordings.create(caller, {}, incoming)); });
  };
  EXPECT_EQ(refused(0), Fault::invalid);
  EXPECT_EQ(refused(1001), Fault::too_large);
  EXPECT_EQ(refused(501), Fault::over_quota);
  EXPECT_EQ(refused(500), Fault::timed_out) << "this one is read";
  world.blobs.free = 1 * GiB + 99;
  world.env.pass(2s);
  EXPECT_EQ(refused(100), Fault::storage_full);
  EXPECT_EQ(world.blob_count(), 0u);
}

TEST(Create, AsksForFreeSpaceAboutOnceASecond) {
  World world;
  auto caller = world.somebody();
  world.blobs.free = 100 * GiB;
  for (int i = 0; i < 10; ++i) world.create(caller, "bytes");
  EXPECT_EQ(world.blobs.asked, 1);
  world.env.pass(1s);
  world.create(caller, "bytes");
  EXPECT_EQ(world.blobs.asked, 2);
}

TEST(Create, RefusesABodyOfUnknownLengthThatIsSeenToBeTooLong) {
  auto options = World::small();
  options.segment_bytes_max = 10'000;
  World world(World::cheap(), options);
  auto caller = world.somebody();
  auto refused = [&] {
    MemorySource body(some_bytes(1001), 64);
    return fault_of([&] { run_task(world.recordings.create(caller, {}, incoming_of(body))); });
  };
  EXPECT_EQ(refused(), Fault::too_large);
  world.set_quota(caller.account, 0);
  EXPECT_EQ(refused(), Fault::over_quota);
  EXPECT_EQ(run_task(world.accounts.find(caller.account)).used_bytes, 0u);
  run_task(world.sweeper.sweep());
  EXPECT_EQ(world.blob_count(), 0u);
}

TEST(Create, KeepsWhatIsLiveAlreadyWhenABodyMeetsALimit) {
  World world;
  auto caller = world.somebody();
  world.set_quota(caller.account, 350);
  MemorySource body(some_bytes(1001), 64);
  EXPECT_EQ(fault_of([&] { run_task(world.recordings.create(caller, {}, incoming_of(body))); }),
            Fault::over_quota);
  auto page = run_task(world.recordings.list(caller.account, {}, {}, 10));
  ASSERT_EQ(page.recordings.size(), 1u);
  EXPECT_EQ(page.recordings[0].state, RecordingState::recording);
  EXPECT_EQ(world.play(caller.account, page.recordings[0].id), some_bytes(350));
  EXPECT_TRUE(world.verify().empty());
}

TEST(Create, SaysHowMuchStillFits) {
  World world;
  auto caller = world.somebody();
  world.set_quota(caller.account, 300);
  world.create(caller, some_bytes(200));
  try {
    world.create(caller, some_bytes(101));
    ADD_FAILURE() << "was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::over_quota);
    EXPECT_EQ(error.bytes_left, 100u);
  }
  world.create(caller, some_bytes(100));
}

TEST(Create, RefusesABodyThatIsEmptyOrNotAsLongAsAnnounced) {
  World world;
  auto caller = world.somebody();
  struct Case {
    std::size_t bytes;
    std::optional<ByteCount> announced;
  };
  for (const auto& [bytes, announced] : {Case{0, {}}, Case{99, 100}, Case{101, 100}, Case{0, 5}}) {
    MemorySource body(some_bytes(bytes), 64);
    auto incoming = incoming_of(body, announced);
    EXPECT_EQ(fault_of([&] { run_task(world.recordings.create(caller, {}, incoming)); }),
              Fault::invalid)
        << bytes;
  }
}

TEST(Create, ChecksEveryDigestAndKeepsNothingOfAMismatch) {
  World world;
  auto caller = world.somebody();
  auto bytes = some_bytes(150);
  Hasher md5(DigestAlgorithm::md5);
  md5.update(bytes);
  auto right = std::pair(DigestAlgorithm::md5, md5.finish());
  auto sha = std::pair(DigestAlgorithm::sha256, std::string(view_of(sha256_of(bytes))));
  auto wrong = std::pair(DigestAlgorithm::sha256, std::string(32, 'x'));
  for (const auto& second : {sha, wrong}) {
    MemorySource body(bytes, 64);
    auto incoming = incoming_of(body, bytes.size());
    incoming.digests = {right, second};
    auto fault = fault_of([&] { run_task(world.recordings.create(caller, {}, incoming)); });
    EXPECT_EQ(fault, second == wrong ? std::optional(Fault::digest_mismatch) : std::nullopt);
  }
  EXPECT_EQ(world.blob_count(), 2u);
}

TEST(Create, ARepeatOfAKeyIsTheSameRecordingAndOtherBytesAreRefused) {
  World world;
  auto caller = world.somebody();
  world.set_quota(caller.account, 150);
  auto bytes = some_bytes(150);
  auto first = world.create(caller, bytes, "key");
  auto again = world.create(caller, bytes, "key");
  EXPECT_TRUE(again.replayed) << "although the quota is used up";
  EXPECT_EQ(again.recording.id, first.recording.id);
  EXPECT_EQ(fault_of([&] { world.create(caller, some_bytes(150, 'b'), "key"); }),
            Fault::key_reused);
  EXPECT_EQ(fault_of([&] { world.create(caller, some_bytes(151), "key"); }), Fault::key_reused);
  MemorySource chunked(bytes, 64);
  EXPECT_TRUE(
      run_task(world.recordings.create(caller, {}, incoming_of(chunked, {}, "key")))->replayed);
  EXPECT_EQ(world.blob_count(), 2u);
}

TEST(Create, AClientIdIsAKeyToo) {
  World world;
  auto caller = world.somebody();
  Description description;
  description.client_id = "phone-17";
  auto first = world.create(caller, "bytes", "", description);
  EXPECT_EQ(world.create(caller, "bytes", "", description).recording.id, first.recording.id);
  EXPECT_NE(world.create(caller, "bytes", "phone-17").recording.id, first.recording.id);
  EXPECT_NE(world.create(world.somebody("bob"), "bytes", "", description).recording.id,
            first.recording.id);
}

TEST(Create, ARepeatAfterABrokenUploadCompletesIt) {
  World world;
  auto caller = world.somebody();
  auto bytes = some_bytes(300);
  SlowSource broken(world.env, 0ms, bytes, 15);
  auto incoming = incoming_of(broken, bytes.size(), "key");
  EXPECT_EQ(fault_of([&] { run_task(world.recordings.create(caller, {}, incoming)); }),
            Fault::timed_out);
  auto created = world.create(caller, bytes, "key");
  EXPECT_FALSE(created.replayed);
  EXPECT_EQ(world.play(caller.account, created.recording.id), bytes);
}

TEST(Create, ARepeatDoesNotUndoADeletion) {
  World world;
  auto caller = world.somebody();
  auto id = world.create(caller, "bytes", "key").recording.id;
  run_task(world.recordings.trash(caller.account, id));
  auto trashed = world.create(caller, "bytes", "key");
  EXPECT_TRUE(trashed.replayed);
  EXPECT_TRUE(trashed.recording.trashed_at);
  run_task(world.recordings.purge(caller.account, id));
  EXPECT_EQ(fault_of([&] { world.create(caller, "bytes", "key"); }), Fault::conflict);
  world.create(caller, "bytes", "another key");
}

TEST(Create, TwinsWithOneKeyMakeOneRecording) {
  World world;
  auto caller = world.somebody();
  auto bytes = some_bytes(500);
  std::vector<Created> created(6);
  std::vector<std::thread> threads;
  // A newer request takes over from an older one, which hears so and comes again.
  auto insist = [&] {
    for (;;) {
      try {
        return world.create(caller, bytes, "key", {}, 1);
      } catch (const Error& error) {
        if (error.fault() != Fault::conflict && error.fault() != Fault::locked) throw;
      }
    }
  };
  for (auto& one : created) threads.emplace_back([&] { one = insist(); });
  for (auto& thread : threads) thread.join();
  for (const auto& one : created) EXPECT_EQ(one.recording.id, created[0].recording.id);
  EXPECT_TRUE(world.create(caller, bytes, "key").replayed);
  EXPECT_EQ(world.play(caller.account, created[0].recording.id), bytes);
  EXPECT_EQ(run_task(world.recordings.list(caller.account, {}, {}, 10)).recordings.size(), 1u);
  EXPECT_TRUE(world.verify().empty());
  run_task(world.sweeper.sweep());
  EXPECT_EQ(world.blob_count(), world.segment_count(created[0].recording));
}

TEST(Create, TwoUploadsInOneSecondAreTwoRecordings) {
  World world;
  auto caller = world.somebody();
  Description description;
  description.file_name = "memo.wav";
  auto first = world.create(caller, "the first", "", description).recording;
  auto second = world.create(caller, "the second", "", description).recording;
  EXPECT_EQ(first.created_at, second.created_at);
  EXPECT_NE(first.id, second.id);
  EXPECT_EQ(world.play(caller.account, first.id), "the first");
  EXPECT_EQ(world.play(caller.account, second.id), "the second");
}

TEST(Create, MakesWhatIsSaidFitInsteadOfRefusingAudio) {
  World world;
  auto caller = world.somebody();
  Description description;
  description.title = std::string(5000, 't');
  description.note = std::string(100'000, 'n');
  for (int i = 0; i < 60; ++i) description.tags.push_back("tag" + std::to_string(i % 55));
  description.tags.insert(description.tags.begin(), "");
  description.recorded_at = world.env.now() + 25h;
  auto made = world.create(caller, "bytes", "", description).recording.description;
  EXPECT_EQ(made.title.size(), 1000u);
  EXPECT_EQ(made.note.size(), 64 * KiB);
  EXPECT_EQ(made.tags.size(), 50u);
  EXPECT_EQ(made.recorded_at, world.env.now());
  description.recorded_at = world.env.now() - std::chrono::years(100);
  EXPECT_EQ(world.create(caller, "bytes", "", description).recording.description.recorded_at,
            description.recorded_at);
}

}  // namespace
}  // namespace tapedeck
