// Uploads: appending by URL, and what becomes of recordings that grow.
#include <thread>

#include <gtest/gtest.h>

#include "core/world.h"

namespace tapedeck {
namespace {

using namespace std::chrono_literals;

/// A body that gives its bytes and then breaks off.
class CutSource final : public ByteSource {
 public:
  explicit CutSource(std::string bytes) : bytes_(std::move(bytes)) {}
  Task<ByteView> read() override {
    if (given_ || bytes_.empty()) throw Error(Fault::invalid, "The body was cut short.");
    given_ = true;
    co_return ByteView(bytes_);
  }

 private:
  std::string bytes_;
  bool given_ = false;
};

/// Something happens elsewhere before its bytes come.
class LateSource final : public ByteSource {
 public:
  LateSource(std::string bytes, std::function<Task<void>()> before)
      : bytes_(std::move(bytes)), before_(std::move(before)) {}
  Task<ByteView> read() override {
    if (std::exchange(given_, true)) co_return ByteView();
    co_await before_();
    co_return ByteView(bytes_);
  }

 private:
  std::string bytes_;
  std::function<Task<void>()> before_;
  bool given_ = false;
};

struct UploadWorld : World {
  UploadWorld() : World(World::cheap(), roomy()) {}
  static Live::Options roomy() {
    Live::Options options;
    options.recording_bytes_max = 1 * MiB;
    options.live_max = 3;
    return options;
  }

  OpenUpload open(const Caller& caller, std::optional<ByteCount> length = {}, bool partial = false,
                  const std::string& client_id = "") {
    NewUpload wanted;
    wanted.length = length;
    wanted.partial = partial;
    wanted.description.client_id = client_id;
    return run_task(uploads.open(caller, wanted));
  }
  OpenUpload append(const std::string& secret, ByteCount from, const std::string& bytes,
                    std::optional<ByteCount> length = {}) {
    MemorySource body(bytes, 100);
    NewAppend append;
    append.from = from;
    append.body = &body;
    append.bytes = bytes.size();
    append.length = length;
    return run_task(uploads.append(secret, std::nullopt, append));
  }
  OpenUpload find(const std::string& secret) {
    return run_task(uploads.find(secret, std::nullopt));
  }
  std::string read_all_of(const Caller& caller, RecordingId id) { return play(caller.account, id); }
};

TEST(Uploads, GrowByAppendsAndEndAtTheirLength) {
  UploadWorld world;
  auto caller = world.somebody();
  auto open = world.open(caller, 300);
  EXPECT_EQ(open.recording.size, 0u);
  EXPECT_EQ(world.append(open.secret, 0, some_bytes(100, 'a')).recording.size, 100u);
  auto live = world.append(open.secret, 100, some_bytes(100, 'b')).recording;
  EXPECT_EQ(live.state, RecordingState::recording);
  auto done = world.append(open.secret, 200, some_bytes(100, 'c')).recording;
  EXPECT_EQ(done.state, RecordingState::ready);
  auto all = some_bytes(100, 'a') + some_bytes(100, 'b') + some_bytes(100, 'c');
  EXPECT_EQ(done.sha256, sha256_of(all));
  EXPECT_EQ(world.read_all_of(caller, done.id), all);
  EXPECT_TRUE(world.verify().empty());
  auto report = run_task(world.sweeper.sweep());
  EXPECT_EQ(report.joined, 1u);
  EXPECT_EQ(world.blob_count(), 1u);
  EXPECT_EQ(world.read_all_of(caller, done.id), all);
}

TEST(Uploads, ALengthMayComeLaterAlsoWithoutBytes) {
  UploadWorld world;
  auto caller = world.somebody();
  auto open = world.open(caller);
  world.append(open.secret, 0, "bytes");
  EXPECT_EQ(world.append(open.secret, 5, "", 9).recording.length, 9u);
  EXPECT_EQ(world.append(open.secret, 5, "more").recording.state, RecordingState::ready);
  auto other = world.open(caller);
  world.append(other.secret, 0, "bytes");
  EXPECT_EQ(world.append(other.secret, 5, "", 5).recording.state, RecordingState::ready);
}

TEST(Uploads, ALengthDoesNotChangeAndIsNotContradicted) {
  UploadWorld world;
  auto caller = world.somebody();
  auto open = world.open(caller, 10);
  world.append(open.secret, 0, "12345");
  EXPECT_EQ(fault_of([&] { world.append(open.secret, 5, "", 11); }), Fault::invalid);
  auto other = world.open(caller);
  world.append(other.secret, 0, "12345");
  EXPECT_EQ(fault_of([&] { world.append(other.secret, 5, "", 4); }), Fault::invalid);
  EXPECT_EQ(fault_of([&] { world.append(other.secret, 5, "", 2 * MiB); }), Fault::too_large);
}

TEST(Uploads, AnotherOffsetHearsTheTrueOne) {
  UploadWorld world;
  auto caller = world.somebody();
  auto open = world.open(caller);
  world.append(open.secret, 0, "12345");
  for (ByteCount from : {0, 4, 6}) {
    try {
      world.append(open.secret, from, "x");
      ADD_FAILURE() << from << " was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::conflict);
      EXPECT_EQ(error.offset, 5u);
    }
  }
  EXPECT_EQ(world.find(open.secret).recording.size, 5u);
}

TEST(Uploads, WhatAnotherServerCompletesMeanwhileIsNotGone) {
  UploadWorld world;
  auto caller = world.somebody();
  auto open = world.open(caller);
  Live elsewhere(world.catalog, world.blobs, world.env, UploadWorld::roomy());
  Uploads there(world.catalog, world.blobs, world.env, elsewhere, world.accounts, world.recordings,
                {});
  auto complete = [&]() -> Task<void> {
    MemorySource all("12345");
    NewAppend last;
    last.body = &all;
    last.completes = true;
    co_await there.append(open.secret, std::nullopt, last);
  };
  LateSource body("123", complete);
  NewAppend append;
  append.body = &body;
  try {
    run_task(world.uploads.append(open.secret, std::nullopt, append));
    ADD_FAILURE() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::conflict);
    EXPECT_EQ(error.offset, 5u);
  }
  EXPECT_EQ(world.read_all_of(caller, open.recording.id), "12345");
}

TEST(Uploads, KeepEveryByteThatArrivedWhereverTheBodyIsCut) {
  UploadWorld world;
  auto caller = world.somebody();
  auto bytes = some_bytes(4096);
  for (std::size_t cut = 0; cut <= bytes.size(); cut += 13) {
    auto open = world.open(caller, bytes.size());
    CutSource body(bytes.substr(0, cut));
    NewAppend append;
    append.body = &body;
    append.bytes = bytes.size();
    auto fault = fault_of([&] { run_task(world.uploads.append(open.secret, {}, append)); });
    EXPECT_EQ(fault, Fault::invalid) << cut;
    ASSERT_EQ(world.find(open.secret).recording.size, cut);
    auto done = world.append(open.secret, cut, bytes.substr(cut)).recording;
    ASSERT_EQ(done.state, RecordingState::ready) << cut;
    ASSERT_EQ(done.sha256, sha256_of(bytes)) << cut;
  }
  EXPECT_TRUE(world.verify().empty());
}

TEST(Uploads, UnderADigestNothingShowsBeforeItIsChecked) {
  UploadWorld world;
  auto caller = world.somebody();
  auto open = world.open(caller);
  auto send = [&](const std::string& digest, const std::string& bytes) {
    MemorySource body(bytes, 3);
    NewAppend append;
    append.body = &body;
    append.bytes = bytes.size();
    append.digest = std::pair(DigestAlgorithm::sha256, digest);
    return fault_of([&] { run_task(world.uploads.append(open.secret, {}, append)); });
  };
  EXPECT_EQ(send(std::string(32, 'x'), "bytes"), Fault::digest_mismatch);
  EXPECT_EQ(world.find(open.secret).recording.size, 0u);
  EXPECT_EQ(world.blob_count(), 0u);
  EXPECT_EQ(send(std::string(view_of(sha256_of("bytes"))), "bytes"), std::nullopt);
  EXPECT_EQ(world.find(open.secret).recording.size, 5u);
}

TEST(Uploads, MoreThanTheLengthIsRefusedAfterWhatBelongsToIt) {
  UploadWorld world;
  auto caller = world.somebody();
  auto open = world.open(caller, 5);
  MemorySource body("1234567", 2);
  NewAppend append;
  append.body = &body;
  EXPECT_EQ(fault_of([&] { run_task(world.uploads.append(open.secret, {}, append)); }),
            Fault::too_large);
  EXPECT_EQ(world.find(open.secret).recording.state, RecordingState::ready);
  EXPECT_EQ(world.read_all_of(caller, open.recording.id), "12345");
  EXPECT_EQ(fault_of([&] { world.append(open.secret, 5, "x"); }), Fault::too_large);
  EXPECT_EQ(world.append(open.secret, 5, "").recording.size, 5u) << "a lost answer is repeated";
}

TEST(Uploads, EndWithTheirTokenAndAreNobodyElses) {
  UploadWorld world;
  auto caller = world.somebody();
  NewToken wanted;
  wanted.name = "recorder";
  wanted.scopes.add(Scope::capture);
  wanted.lifetime = 1h;
  auto issued = run_task(world.accounts.add_token(caller, wanted));
  auto device = run_task(world.accounts.identify(issued.text));
  auto open = world.open(device);
  auto with = [&](std::optional<std::string_view> bearer) {
    return fault_of([&] { run_task(world.uploads.find(open.secret, bearer)); });
  };
  auto eve = world.somebody("eve");
  NewToken eves;
  eves.name = "hers";
  eves.scopes.add(Scope::write);
  auto hers = run_task(world.accounts.add_token(eve, eves));
  EXPECT_EQ(with(std::nullopt), std::nullopt);
  EXPECT_EQ(with(issued.text), std::nullopt);
  EXPECT_EQ(with(hers.text), Fault::not_found);
  EXPECT_EQ(with("nonsense"), Fault::not_found);
  EXPECT_EQ(fault_of([&] { world.find("td_u_nonsense"); }), Fault::not_found);
  world.env.pass(2h);
  EXPECT_EQ(with(issued.text), std::nullopt) << "expired, within the day";
  run_task(world.accounts.remove_token(caller.account, issued.token.id));
  EXPECT_EQ(with(std::nullopt), Fault::not_found) << "revoked";
}

TEST(Uploads, ExpireADayAfterTheLastAppend) {
  UploadWorld world;
  auto caller = world.somebody();
  auto open = world.open(caller);
  world.env.pass(23h);
  world.append(open.secret, 0, "x");
  world.env.pass(23h);
  EXPECT_EQ(world.find(open.secret).recording.size, 1u);
  world.env.pass(1h);
  EXPECT_EQ(fault_of([&] { world.find(open.secret); }), Fault::not_found);
}

TEST(Uploads, SilenceMakesThemRecoveredAndAnAppendMakesThemLiveAgain) {
  UploadWorld world;
  auto caller = world.somebody();
  auto open = world.open(caller, 10);
  world.append(open.secret, 0, "12345");
  world.env.pass(9min);
  EXPECT_EQ(run_task(world.sweeper.sweep()).recovered, 0u);
  world.env.pass(2min);
  EXPECT_EQ(run_task(world.sweeper.sweep()).recovered, 1u);
  auto recovered = run_task(world.recordings.find(caller.account, open.recording.id));
  EXPECT_EQ(recovered.state, RecordingState::ready);
  EXPECT_TRUE(recovered.recovered);
  EXPECT_EQ(recovered.sha256, sha256_of("12345"));
  auto again = world.append(open.secret, 5, "678").recording;
  EXPECT_EQ(again.state, RecordingState::recording);
  EXPECT_FALSE(again.recovered);
  EXPECT_GT(again.version, recovered.version);
  world.env.pass(11min);
  EXPECT_EQ(run_task(world.sweeper.sweep()).recovered, 1u) << "silent a second time";
  auto done = world.append(open.secret, 8, "90").recording;
  EXPECT_EQ(done.state, RecordingState::ready);
  EXPECT_FALSE(done.recovered);
  EXPECT_EQ(world.read_all_of(caller, done.id), "1234567890");
  EXPECT_TRUE(world.verify().empty());
}

TEST(Uploads, OneWithoutBytesGoesWhenItExpires) {
  UploadWorld world;
  auto caller = world.somebody();
  world.open(caller);
  world.env.pass(1h);
  EXPECT_EQ(run_task(world.sweeper.sweep()).purged, 0u);
  world.env.pass(23h);
  EXPECT_EQ(run_task(world.sweeper.sweep()).purged, 1u);
  EXPECT_TRUE(run_task(world.recordings.list(caller.account, {}, {}, 9)).recordings.empty());
}

TEST(Uploads, AreLimitedInNumberPerAccountAndToken) {
  UploadWorld world;
  auto caller = world.somebody();
  caller.limits.live_max = 2;
  auto first = world.open(caller);
  world.open(caller);
  EXPECT_EQ(fault_of([&] { world.open(caller); }), Fault::limited);
  caller.limits.live_max.reset();
  world.open(caller);
  EXPECT_EQ(fault_of([&] { world.open(caller); }), Fault::limited) << "three for an account";
  world.append(first.secret, 0, "x", 1);
  world.open(caller);
}

TEST(Uploads, KeepToTheirTokensLimits) {
  UploadWorld world;
  auto caller = world.somebody();
  NewToken wanted;
  wanted.name = "recorder";
  wanted.scopes.add(Scope::capture);
  wanted.limits.recording_bytes_max = 8;
  wanted.limits.recording_time_max = 1min;
  auto issued = run_task(world.accounts.add_token(caller, wanted));
  auto device = run_task(world.accounts.identify(issued.text));
  EXPECT_EQ(fault_of([&] { world.open(device, 9); }), Fault::too_large);
  auto open = world.open(device);
  EXPECT_EQ(open.bytes_max, 8u);
  world.append(open.secret, 0, "12345");
  EXPECT_EQ(fault_of([&] { world.append(open.secret, 5, "6789"); }), Fault::too_large);
  EXPECT_EQ(world.find(open.secret).recording.size, 8u) << "what fits is kept";
  auto slow = world.open(device);
  world.env.pass(2min);
  EXPECT_EQ(fault_of([&] { world.append(slow.secret, 0, "x"); }), Fault::timed_out);
}

TEST(Uploads, StayWithinTheQuotaAndGiveBackWhatTheyReserved) {
  UploadWorld world;
  auto caller = world.somebody();
  world.set_quota(caller.account, 10);
  EXPECT_EQ(fault_of([&] { world.open(caller, 11); }), Fault::over_quota);
  auto open = world.open(caller, 6);
  EXPECT_EQ(run_task(world.accounts.find(caller.account)).reserved_bytes, 6u);
  EXPECT_EQ(fault_of([&] { world.open(caller, 5); }), Fault::over_quota);
  world.append(open.secret, 0, "123456");
  auto account = run_task(world.accounts.find(caller.account));
  EXPECT_EQ(account.used_bytes, 6u);
  EXPECT_EQ(account.reserved_bytes, 0u);
  auto endless = world.open(caller);
  EXPECT_EQ(fault_of([&] { world.append(endless.secret, 0, "12345"); }), Fault::over_quota);
  EXPECT_EQ(world.find(endless.secret).recording.size, 4u);
  EXPECT_TRUE(world.verify().empty());
}

TEST(Uploads, ARepeatedCreationIsTheSameRecording) {
  UploadWorld world;
  auto caller = world.somebody();
  auto first = world.open(caller, 10, false, "phone-17");
  world.append(first.secret, 0, "12345");
  auto again = world.open(caller, 10, false, "phone-17");
  EXPECT_TRUE(again.replayed);
  EXPECT_NE(again.secret, first.secret);
  EXPECT_EQ(again.recording.id, first.recording.id);
  EXPECT_EQ(again.recording.size, 5u);
  EXPECT_EQ(world.append(again.secret, 5, "67890").recording.state, RecordingState::ready);
  EXPECT_EQ(fault_of([&] { world.open(caller, 11, false, "phone-17"); }), Fault::key_reused);
}

TEST(Uploads, TerminatedTheyGoToTheTrashOrAwayIfTheyHaveNothing) {
  UploadWorld world;
  auto caller = world.somebody();
  auto empty = world.open(caller);
  run_task(world.uploads.terminate(empty.secret, {}));
  EXPECT_EQ(fault_of([&] { run_task(world.recordings.find(caller.account, empty.recording.id)); }),
            Fault::not_found);
  auto begun = world.open(caller);
  world.append(begun.secret, 0, "bytes");
  run_task(world.uploads.terminate(begun.secret, {}));
  EXPECT_EQ(fault_of([&] { world.find(begun.secret); }), Fault::not_found);
  auto trashed = run_task(world.recordings.find(caller.account, begun.recording.id));
  EXPECT_TRUE(trashed.trashed_at);
  auto done = world.open(caller, 1);
  world.append(done.secret, 0, "x");
  run_task(world.uploads.terminate(done.secret, {}));
  EXPECT_EQ(world.read_all_of(caller, done.recording.id), "x") << "a finished one stays";
}

TEST(Uploads, AreConcatenatedInTheOrderGivenAlsoTwice) {
  UploadWorld world;
  auto caller = world.somebody();
  auto first = world.open(caller, 3, true);
  auto second = world.open(caller, 4, true);
  world.append(first.secret, 0, "one");
  auto join = [&] {
    return run_task(
        world.uploads.concatenate(caller, {}, {second.secret, first.secret, second.secret}));
  };
  EXPECT_EQ(fault_of([&] { join(); }), Fault::conflict) << "the second is not complete";
  world.append(second.secret, 0, "two,");
  auto joined = join();
  EXPECT_EQ(world.read_all_of(caller, joined.recording.id), "two,onetwo,");
  EXPECT_EQ(run_task(world.recordings.list(caller.account, {}, {}, 9)).recordings.size(), 1u);
  auto eve = world.somebody("eve");
  EXPECT_EQ(fault_of([&] { run_task(world.uploads.concatenate(eve, {}, {first.secret})); }),
            Fault::not_found);
  EXPECT_TRUE(world.verify().empty());
  world.env.pass(25h);
  EXPECT_EQ(run_task(world.sweeper.sweep()).purged, 2u) << "the parts";
  EXPECT_EQ(world.read_all_of(caller, joined.recording.id), "two,onetwo,");
  EXPECT_EQ(world.blob_count(), 1u);
}

TEST(Uploads, AFollowerHearsWhatIsAppendedAndTheEnd) {
  UploadWorld world;
  auto caller = world.somebody();
  auto open = world.open(caller, 10);
  world.append(open.secret, 0, "12345");
  auto recording = run_task(world.recordings.find(caller.account, open.recording.id));
  auto source = world.recordings.follow(recording, 2);
  EXPECT_EQ(run_task(source->read()), "345");
  world.append(open.secret, 5, "67");
  EXPECT_EQ(run_task(source->read()), "67");
  world.append(open.secret, 7, "890");
  EXPECT_EQ(run_task(source->read()), "890");
  EXPECT_EQ(run_task(source->read()), "");
}

TEST(Uploads, AFollowerHearsWhatAnotherServerAppends) {
  UploadWorld world;
  auto options = UploadWorld::roomy();
  options.growth_looked_every = Millis(5);
  Live here(world.catalog, world.blobs, world.env, options);
  auto caller = world.somebody();
  auto open = world.open(caller, 10);
  world.append(open.secret, 0, "12345");
  auto recording = run_task(world.recordings.find(caller.account, open.recording.id));
  auto source = here.follow(recording, 0);
  std::string heard;
  std::thread listener([&] { heard = run_task(read_all(*source, 100)); });
  world.append(open.secret, 5, "67");
  world.append(open.secret, 7, "890");
  listener.join();
  EXPECT_EQ(heard, "1234567890");
}

TEST(Turns, TheNewestTakesOverAndTheOlderIsTold) {
  UploadWorld world;
  Turns turns(world.env);
  auto id = RecordingId::make(world.env);
  int rung = 0;
  auto first = run_task(turns.take(id, [&] { ++rung; }, 1s));
  EXPECT_FALSE(first->superseded());
  EXPECT_EQ(fault_of([&] { run_task(turns.take(id, {}, 1s)); }), Fault::locked);
  EXPECT_TRUE(first->superseded());
  EXPECT_EQ(rung, 1);
  first.reset();
  auto second = run_task(turns.take(id, {}, 1s));
  EXPECT_FALSE(second->superseded());
}

}  // namespace
}  // namespace tapedeck
