// Bytes that go straight to the store: what becomes of them, however it goes.
#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "core/world.h"

namespace tapedeck {
namespace {

using namespace std::chrono_literals;

struct DirectWorld : World {
  DirectWorld() : World(World::cheap(), roomy()) {}
  static Live::Options roomy() {
    Live::Options options;
    options.recording_bytes_max = 1 * MiB;
    options.live_max = 3;
    return options;
  }

  OpenDirectUpload open(const Caller& caller, ByteCount length, const std::string& client_id = "") {
    NewDirectUpload wanted;
    wanted.length = length;
    wanted.description.client_id = client_id;
    return run_task(direct.open(caller, wanted));
  }
  OpenDirectUpload list(const std::string& secret, int from = 1) {
    return run_task(direct.list_parts(secret, std::nullopt, from));
  }
  /// Puts what the store lacks, as a client does; gives what to complete it with.
  std::vector<DirectPart> put(const std::string& secret, const std::string& bytes) {
    std::vector<DirectPart> parts;
    for (std::optional<int> from = 1; from;) {
      auto page = list(secret, *from);
      for (const auto& part : page.parts) {
        auto etag = part.etag;
        auto slice = bytes.substr(part.range.begin, part.range.size());
        if (!etag) etag = direct_blobs.put_part(part.url, slice);
        parts.push_back({part.number, *etag});
      }
      from = page.next;
    }
    return parts;
  }
  DirectProgress complete(const std::string& secret, std::vector<DirectPart> parts,
                          std::optional<Sha256Digest> sha256 = {}) {
    Completion completion{std::move(parts), sha256};
    return run_task(direct.complete(secret, std::nullopt, completion));
  }
  DirectBlob blob_of(const OpenDirectUpload& open) {
    auto recording = run_task(catalog.find_recording(open.open.recording.account, id_of(open)));
    return direct_blob(*recording, parse_direct(recording->direct));
  }
  static RecordingId id_of(const OpenDirectUpload& open) { return open.open.recording.id; }
  ByteCount taken(const Caller& caller) {
    auto account = run_task(catalog.find_account(caller.account));
    return account->used_bytes + account->reserved_bytes;
  }
  std::size_t listed(const Caller& caller) {
    return run_task(recordings.list(caller.account, {}, {}, 100)).recordings.size();
  }
};

TEST(DirectUploads, GoToTheStoreAndAreTheRecordingsWhenTheyAreComplete) {
  DirectWorld world;
  auto caller = world.somebody();
  world.set_quota(caller.account, 1'000);
  auto bytes = some_bytes(950);
  auto open = world.open(caller, bytes.size());
  EXPECT_EQ(open.part_bytes, 100u);
  EXPECT_EQ(open.part_count, 10);
  EXPECT_EQ(open.parts.size(), 4u);
  EXPECT_EQ(open.next, 5);
  EXPECT_EQ(world.taken(caller), 950u) << "reserved";
  auto parts = world.put(open.open.secret, bytes);
  EXPECT_EQ(world.list(open.open.secret, 9).parts[1].range, (ByteRange{900, 950}));
  auto done = world.complete(open.open.secret, parts, sha256_of(bytes));
  ASSERT_TRUE(done.is_complete);
  EXPECT_EQ(done.recording.state, RecordingState::ready);
  EXPECT_EQ(done.recording.sha256, sha256_of(bytes));
  EXPECT_EQ(world.play(caller.account, done.recording.id), bytes);
  EXPECT_EQ(world.taken(caller), 950u);
  EXPECT_TRUE(world.verify().empty());
  auto again = world.complete(open.open.secret, parts, sha256_of(bytes));
  EXPECT_TRUE(again.is_complete);
  EXPECT_EQ(again.recording.id, done.recording.id);
  EXPECT_TRUE(world.list(open.open.secret).is_assembled);
  run_task(world.sweeper.sweep());
  EXPECT_EQ(world.play(caller.account, done.recording.id), bytes);
}

TEST(DirectUploads, TheTypeIsWhatTheFirstBytesAre) {
  DirectWorld world;
  auto caller = world.somebody();
  auto bytes = "OggS" + some_bytes(300);
  auto open = world.open(caller, bytes.size());
  auto done = world.complete(open.open.secret, world.put(open.open.secret, bytes));
  EXPECT_EQ(done.recording.sniffed_type, "audio/ogg");
}

TEST(DirectUploads, CompletingTakesAsManyCallsAsItsTimeAsksFor) {
  struct Slow : DirectWorld {
    Slow() : slow(catalog, blobs, env, live, uploads, options()) {}
    static DirectUploads::Options options() {
      auto options = small_parts();
      options.check_time_max = Millis(0);  // one chunk, which is 256 KiB in memory
      return options;
    }
    DirectUploads slow;
  } world;
  world.direct_blobs.limits = {4, 200 * KiB, 20, 1 * MiB};
  auto caller = world.somebody();
  auto bytes = some_bytes(700 * KiB);
  auto open = world.open(caller, bytes.size());
  auto parts = world.put(open.open.secret, bytes);
  Completion completion{parts, sha256_of(bytes)};
  std::vector<ByteCount> checked;
  for (;;) {
    auto progress = run_task(world.slow.complete(open.open.secret, std::nullopt, completion));
    checked.push_back(progress.checked);
    if (progress.is_complete) break;
    EXPECT_EQ(progress.recording.size, 0u);
    completion.parts.clear();  // they count once
    world.env.pass(20h);       // it is at work: it does not expire
    run_task(world.sweeper.sweep());
  }
  EXPECT_EQ(checked, (std::vector<ByteCount>{256 * KiB, 512 * KiB, 700 * KiB}));
  EXPECT_EQ(world.play(caller.account, DirectWorld::id_of(open)), bytes);
}

TEST(DirectUploads, WhatIsNotWhatWasSaidIsNotKept) {
  struct Case {
    const char* name;
    bool lies_of_digest;
    bool is_keyed;
  };
  for (const auto& c : {Case{"digest", true, false}, Case{"length", false, false},
                        Case{"digest, keyed", true, true}, Case{"length, keyed", false, true}}) {
    SCOPED_TRACE(c.name);
    DirectWorld world;
    auto caller = world.somebody();
    world.set_quota(caller.account, 1'000);
    auto bytes = some_bytes(250);
    auto open = world.open(caller, bytes.size(), c.is_keyed ? "phone-1" : "");
    auto parts = world.put(open.open.secret, bytes);
    if (!c.lies_of_digest) {
      auto blob = world.blob_of(open);
      parts[2].etag = world.direct_blobs.put_any(blob, 3, "longer than fifty bytes are, for a lie");
    }
    auto sha256 = c.lies_of_digest ? sha256_of("else") : sha256_of(bytes);
    EXPECT_EQ(fault_of([&] { world.complete(open.open.secret, parts, sha256); }),
              Fault::digest_mismatch);
    EXPECT_EQ(world.blob_count(), 0u);
    EXPECT_EQ(world.unfinished_count(), 0u);
    EXPECT_EQ(fault_of([&] { world.complete(open.open.secret, parts, sha256); }), Fault::not_found);
    EXPECT_EQ(world.listed(caller), c.is_keyed ? 1u : 0u);
    EXPECT_EQ(world.taken(caller), c.is_keyed ? 250u : 0u);
    if (c.is_keyed) {
      auto again = world.open(caller, bytes.size(), "phone-1");
      EXPECT_EQ(DirectWorld::id_of(again), DirectWorld::id_of(open));
      auto done = world.complete(again.open.secret, world.put(again.open.secret, bytes));
      EXPECT_EQ(world.play(caller.account, done.recording.id), bytes);
    }
    EXPECT_TRUE(world.verify().empty());
  }
}

TEST(DirectUploads, PartsThatTheStoreDoesNotHaveCanBePutAgain) {
  DirectWorld world;
  auto caller = world.somebody();
  auto bytes = some_bytes(250);
  auto open = world.open(caller, bytes.size());
  auto parts = world.put(open.open.secret, bytes);
  auto wrong = parts;
  wrong[1].etag = parts[0].etag;
  EXPECT_EQ(fault_of([&] { world.complete(open.open.secret, wrong); }), Fault::conflict);
  auto without = parts;
  without.erase(without.begin() + 1);
  EXPECT_EQ(fault_of([&] { world.complete(open.open.secret, without); }), Fault::invalid);
  auto twice = parts;
  twice[1] = twice[0];
  EXPECT_EQ(fault_of([&] { world.complete(open.open.secret, twice); }), Fault::invalid);
  auto more = parts;
  more.push_back({4, parts[0].etag});
  EXPECT_EQ(fault_of([&] { world.complete(open.open.secret, more); }), Fault::invalid);
  auto zero = parts;
  zero[0].number = 0;
  EXPECT_EQ(fault_of([&] { world.complete(open.open.secret, zero); }), Fault::invalid);
  EXPECT_EQ(fault_of([&] { world.complete(open.open.secret, {}); }), Fault::invalid);
  std::reverse(parts.begin(), parts.end());
  EXPECT_TRUE(world.complete(open.open.secret, parts).is_complete);
}

TEST(DirectUploads, RefuseWhatCannotBe) {
  DirectWorld world;
  auto caller = world.somebody();
  EXPECT_EQ(fault_of([&] { world.open(caller, 0); }), Fault::invalid);
  EXPECT_EQ(fault_of([&] { world.open(caller, 10'001); }), Fault::too_large) << "for the store";
  world.direct_blobs.limits.bytes_max = 1 * GiB;
  EXPECT_EQ(fault_of([&] { world.open(caller, 1 * MiB + 1); }), Fault::too_large) << "for us";
  world.set_quota(caller.account, 100);
  EXPECT_EQ(fault_of([&] { world.open(caller, 101); }), Fault::over_quota);
  auto limited = caller;
  limited.limits.recording_bytes_max = 50;
  EXPECT_EQ(fault_of([&] { world.open(limited, 51); }), Fault::too_large);
  auto reader = caller;
  reader.scopes = {};
  EXPECT_EQ(fault_of([&] { world.open(reader, 10); }), Fault::forbidden);
  world.direct_blobs.is_possible = false;
  EXPECT_EQ(fault_of([&] { world.open(caller, 10); }), Fault::invalid);
  EXPECT_EQ(world.listed(caller), 0u);
  EXPECT_EQ(world.unfinished_count(), 0u);
  EXPECT_EQ(world.taken(caller), 0u);
}

TEST(DirectUploads, HaveNoMorePartsThanTheStoreTakes) {
  DirectWorld world;
  auto caller = world.somebody();
  auto open = world.open(caller, 10'000);
  EXPECT_EQ(open.part_bytes, 500u);
  EXPECT_EQ(open.part_count, 20);
  EXPECT_EQ(fault_of([&] { world.list(open.open.secret, 0); }), Fault::invalid);
  EXPECT_EQ(fault_of([&] { world.list(open.open.secret, 21); }), Fault::invalid);
  EXPECT_EQ(world.list(open.open.secret, 20).next, std::nullopt);
  EXPECT_EQ(world.open(caller, 9'999).part_count, 20);
}

TEST(DirectUploads, ARepeatOfTheCreationGoesOnWithWhatIsThere) {
  DirectWorld world;
  auto caller = world.somebody();
  auto bytes = some_bytes(350);
  auto first = world.open(caller, bytes.size(), "phone-1");
  world.direct_blobs.put_part(first.parts[1].url, bytes.substr(100, 100));
  auto second = world.open(caller, bytes.size(), "phone-1");
  EXPECT_EQ(DirectWorld::id_of(second), DirectWorld::id_of(first));
  EXPECT_NE(second.open.secret, first.open.secret);
  EXPECT_FALSE(second.parts[0].etag);
  EXPECT_TRUE(second.parts[1].etag);
  EXPECT_EQ(world.unfinished_count(), 1u);
  EXPECT_EQ(fault_of([&] { world.open(caller, 351, "phone-1"); }), Fault::key_reused);
  auto parts = world.put(second.open.secret, bytes);
  EXPECT_TRUE(world.complete(second.open.secret, parts).is_complete);
  EXPECT_TRUE(world.complete(first.open.secret, parts).is_complete) << "the other URL";
  auto third = world.open(caller, bytes.size(), "phone-1");
  EXPECT_TRUE(third.is_assembled);
  EXPECT_TRUE(world.complete(third.open.secret, {}, sha256_of(bytes)).is_complete);
  EXPECT_EQ(fault_of([&] { world.complete(third.open.secret, {}, sha256_of("else")); }),
            Fault::digest_mismatch);
  EXPECT_EQ(world.play(caller.account, DirectWorld::id_of(first)), bytes);
}

TEST(DirectUploads, EndWithTheirUploadTokenTimeOrRecording) {
  DirectWorld world;
  auto caller = world.somebody();
  auto bytes = some_bytes(150);
  struct Case {
    const char* name;
    std::function<void(const OpenDirectUpload&)> end;
  };
  auto terminate = [&](const OpenDirectUpload& open) {
    run_task(world.uploads.terminate(open.open.secret, std::nullopt));
  };
  auto trash = [&](const OpenDirectUpload& open) {
    run_task(world.recordings.trash(caller.account, DirectWorld::id_of(open)));
  };
  auto expire = [&](const OpenDirectUpload&) {
    world.env.pass(24h + 1s);
    run_task(world.sweeper.sweep());
  };
  for (const auto& c :
       {Case{"terminated", terminate}, Case{"trashed", trash}, Case{"expired", expire}}) {
    SCOPED_TRACE(c.name);
    auto open = world.open(caller, bytes.size());
    auto parts = world.put(open.open.secret, bytes);
    auto url = open.parts[0].url;
    c.end(open);
    EXPECT_EQ(fault_of([&] { world.list(open.open.secret); }), Fault::not_found);
    EXPECT_EQ(fault_of([&] { world.complete(open.open.secret, parts); }), Fault::not_found);
    EXPECT_EQ(fault_of([&] { world.direct_blobs.put_part(url, bytes.substr(0, 100)); }),
              Fault::not_found);
    EXPECT_EQ(world.unfinished_count(), 0u);
    EXPECT_EQ(world.listed(caller), 0u);
    EXPECT_EQ(world.taken(caller), 0u);
  }
}

TEST(DirectUploads, ATokenThatIsRevokedEndsThem) {
  DirectWorld world;
  auto caller = world.somebody();
  auto open = world.open(caller, 150);
  auto parts = world.put(open.open.secret, some_bytes(150));
  run_task(world.catalog.remove_token(caller.account, *caller.token));
  EXPECT_EQ(fault_of([&] { world.complete(open.open.secret, parts); }), Fault::not_found);
}

TEST(DirectUploads, ATokenThatLimitsTheTimeLimitsThemToo) {
  DirectWorld world;
  auto caller = world.somebody();
  caller.limits.recording_time_max = 1h;
  EXPECT_EQ(world.open(caller, 150).expires_at, world.env.now() + 1h);
}

TEST(DirectUploads, BytesThatComeThroughUsEndThem) {
  DirectWorld world;
  auto caller = world.somebody();
  auto bytes = some_bytes(150);
  auto open = world.open(caller, bytes.size(), "phone-1");
  auto parts = world.put(open.open.secret, bytes);
  Description description;
  description.client_id = "phone-1";
  auto created = world.create(caller, bytes, "", description);
  EXPECT_EQ(created.recording.id, DirectWorld::id_of(open));
  EXPECT_EQ(world.unfinished_count(), 0u);
  auto done = world.complete(open.open.secret, parts, sha256_of(bytes));
  EXPECT_TRUE(done.is_complete) << "it is there, whichever way it came";
  EXPECT_EQ(world.play(caller.account, created.recording.id), bytes);

  auto other = world.open(caller, bytes.size());
  MemorySource body(bytes.substr(0, 50));
  NewAppend append;
  append.body = &body;
  append.bytes = 50;
  append.from = 10;
  EXPECT_EQ(
      fault_of([&] { run_task(world.uploads.append(other.open.secret, std::nullopt, append)); }),
      Fault::conflict);
  EXPECT_EQ(world.unfinished_count(), 1u) << "another offset ends nothing";
  append.from = 0;
  run_task(world.uploads.append(other.open.secret, std::nullopt, append));
  EXPECT_EQ(world.unfinished_count(), 0u);
  EXPECT_EQ(fault_of([&] { world.complete(other.open.secret, parts); }), Fault::conflict);
  EXPECT_EQ(fault_of([&] { world.open(caller, 150, ""); }), std::nullopt);
}

TEST(DirectUploads, TheSweeperAbortsWhatNoFactNames) {
  DirectWorld world;
  auto caller = world.somebody();
  auto open = world.open(caller, 150);
  BlobKey key{caller.account, RecordingId::make(world.env), Ulid::make(world.env)};
  run_task(world.direct_blobs.begin_direct(key));
  BlobKey older{caller.account, DirectWorld::id_of(open), Ulid::make(world.env)};
  run_task(world.direct_blobs.begin_direct(older));
  EXPECT_EQ(world.unfinished_count(), 3u);
  EXPECT_EQ(run_task(world.sweeper.sweep()).aborted, 2u);
  EXPECT_EQ(world.unfinished_count(), 1u);
  auto parts = world.put(open.open.secret, some_bytes(150));
  EXPECT_TRUE(world.complete(open.open.secret, parts).is_complete);
}

TEST(DirectUploads, OfAnAccountThatLeavesAreAborted) {
  DirectWorld world;
  auto caller = world.somebody();
  world.open(caller, 150);
  AccountPatch patch;
  patch.state = AccountState::closing;
  run_task(world.catalog.change_account(caller.account, patch));
  run_task(world.sweeper.sweep());
  EXPECT_EQ(world.unfinished_count(), 0u);
  EXPECT_FALSE(run_task(world.catalog.find_account(caller.account)));
}

TEST(DirectUploads, AnotherDigestThanThatOfACompleteOneHarmsNothing) {
  DirectWorld world;
  auto caller = world.somebody();
  auto bytes = some_bytes(150);
  auto open = world.open(caller, bytes.size());
  auto parts = world.put(open.open.secret, bytes);
  EXPECT_TRUE(world.complete(open.open.secret, parts, sha256_of(bytes)).is_complete);
  EXPECT_EQ(fault_of([&] { world.complete(open.open.secret, parts, sha256_of("else")); }),
            Fault::digest_mismatch);
  EXPECT_EQ(world.play(caller.account, DirectWorld::id_of(open)), bytes);
}

/// Every call fails once, before or after its effect, over a whole direct upload that the client
/// repeats until it hears an answer: one recording, all its bytes, no garbage, an exact quota.
TEST(DirectUploads, SurviveEachFaultOfEachCall) {
  int faults = 0;
  auto bytes = some_bytes(250);
  for (auto when : {Faults::When::before, Faults::When::after}) {
    for (int call = 1;; ++call) {
      SCOPED_TRACE(testing::Message() << "call " << call << " " << static_cast<int>(when));
      DirectWorld world;
      auto caller = world.somebody();
      world.set_quota(caller.account, 300);
      world.faults.arm(when, call);
      std::optional<DirectProgress> done;
      for (int attempt = 0; attempt < 3 && !done; ++attempt) {
        fault_of([&] {
          auto open = world.open(caller, bytes.size(), "phone-1");
          std::vector<DirectPart> parts;
          if (!open.is_assembled) parts = world.put(open.open.secret, bytes);
          done = world.complete(open.open.secret, parts, sha256_of(bytes));
        });
      }
      bool was_hit = world.faults.calls >= call;
      world.faults.disarm();
      ASSERT_TRUE(done);
      EXPECT_TRUE(done->is_complete);
      run_task(world.sweeper.sweep());
      EXPECT_EQ(world.play(caller.account, done->recording.id), bytes);
      EXPECT_EQ(world.listed(caller), 1u);
      EXPECT_EQ(world.blob_count(), 1u);
      EXPECT_EQ(world.unfinished_count(), 0u);
      EXPECT_EQ(world.taken(caller), 250u);
      EXPECT_TRUE(world.verify().empty());
      if (!was_hit) break;
      ++faults;
    }
  }
  EXPECT_GE(faults, 30);
}

}  // namespace
}  // namespace tapedeck
