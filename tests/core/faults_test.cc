// Every call of both ports fails once, before or after its effect, over whole journeys. Whatever
// fails: nothing acknowledged is lost, a sweep leaves no garbage, and the quota is exact.
#include <functional>
#include <map>

#include <gtest/gtest.h>

#include "core/world.h"

namespace tapedeck {
namespace {

/// What the journey's client believes.
struct Belief {
  std::map<RecordingId, std::string> kept;      // acknowledged, not to be deleted
  std::map<RecordingId, std::string> doubtful;  // a purge that was not acknowledged
  std::vector<RecordingId> purged;              // acknowledged
};
using Journey = std::function<void(World&, const Caller&, Belief&)>;

void check(World& world, const Caller& caller, const Belief& belief) {
  for (const auto& [id, bytes] : belief.kept) EXPECT_EQ(world.play(caller.account, id), bytes);
  for (const auto& [id, bytes] : belief.doubtful) {
    auto recording = run_task(world.catalog.find_recording(caller.account, id));
    if (!recording) continue;
    EXPECT_EQ(world.play(caller.account, id), bytes) << "all or nothing";
  }
  for (const auto& id : belief.purged) {
    EXPECT_FALSE(run_task(world.catalog.find_recording(caller.account, id)));
  }
}

std::size_t named_blobs(World& world, AccountId account) {
  std::size_t named = 0;
  for (int pass = 0; pass < 2; ++pass) {
    ListFilter filter;
    if (pass == 1) filter.state = ShownState::trashed;
    auto page = run_task(world.recordings.list(account, filter, {}, 200));
    for (const auto& recording : page.recordings) {
      named += run_task(world.catalog.list_segments(account, recording.id, 0, 1000)).size();
    }
  }
  return named;
}

/// Runs the journey with each of its calls failing; gives how many there were.
int survive(const Journey& journey) {
  int faults = 0;
  for (auto when : {Faults::When::before, Faults::When::after}) {
    for (int call = 1;; ++call) {
      SCOPED_TRACE(testing::Message()
                   << "call " << call
                   << (when == Faults::When::before ? " fails before its effect"
                                                    : " fails after its effect"));
      World world;
      auto caller = world.somebody();
      Belief belief;
      world.faults.arm(when, call);
      journey(world, caller, belief);
      bool was_hit = world.faults.calls >= call;
      world.faults.disarm();

      check(world, caller, belief);
      run_task(world.sweeper.sweep());
      check(world, caller, belief);
      EXPECT_EQ(world.blob_count(), named_blobs(world, caller.account)) << "garbage is left";
      EXPECT_TRUE(world.verify().empty());
      if (!was_hit) break;
      ++faults;
    }
  }
  return faults;
}

/// The bytes are acknowledged if the create returns.
std::optional<RecordingId> try_create(World& world, const Caller& caller, Belief& belief,
                                      const std::string& bytes, const std::string& key) {
  std::optional<RecordingId> id;
  fault_of([&] { id = world.create(caller, bytes, key).recording.id; });
  if (id) belief.kept[*id] = bytes;
  return id;
}

void try_purge(World& world, const Caller& caller, Belief& belief, RecordingId id) {
  auto bytes = belief.kept[id];
  belief.kept.erase(id);
  auto fault = fault_of([&] {
    run_task(world.recordings.trash(caller.account, id));
    run_task(world.recordings.purge(caller.account, id));
  });
  if (fault) belief.doubtful[id] = bytes;
  if (!fault) belief.purged.push_back(id);
}

TEST(Faults, LoseNoRecordingThatWasAcknowledged) {
  auto faults = survive([](World& world, const Caller& caller, Belief& belief) {
    try_create(world, caller, belief, some_bytes(250), "");
    try_create(world, caller, belief, some_bytes(30), "");
  });
  EXPECT_GE(faults, 14);
}

TEST(Faults, ARepeatWithAKeyMakesOneRecording) {
  auto faults = survive([](World& world, const Caller& caller, Belief& belief) {
    auto first = try_create(world, caller, belief, some_bytes(250), "key");
    auto second = try_create(world, caller, belief, some_bytes(250), "key");
    ASSERT_TRUE(first || second);
    EXPECT_EQ(first ? *first : *second, second ? *second : *first);
    auto page =
        run_task(world.memory_catalog.list_recordings(caller.account, {}, {}, 10, world.env.now()));
    EXPECT_EQ(page.recordings.size(), 1u);
  });
  EXPECT_GE(faults, 16);
}

TEST(Faults, APurgeIsAllOrNothing) {
  auto faults = survive([](World& world, const Caller& caller, Belief& belief) {
    auto id = try_create(world, caller, belief, some_bytes(250), "");
    try_create(world, caller, belief, some_bytes(50, 'k'), "");
    if (id) try_purge(world, caller, belief, *id);
  });
  EXPECT_GE(faults, 24);
}

TEST(Faults, ASweepThatFailsAnywhereIsMadeGoodByTheNext) {
  auto faults = survive([](World& world, const Caller& caller, Belief& belief) {
    auto when = world.faults.when;
    auto at = world.faults.at;
    world.faults.disarm();
    auto id = try_create(world, caller, belief, some_bytes(250), "");
    try_create(world, caller, belief, some_bytes(50, 'k'), "");
    run_task(world.recordings.trash(caller.account, *id));
    belief.purged.push_back(*id);
    belief.kept.erase(*id);
    world.env.pass(std::chrono::days(30));
    world.faults.arm(when, at);
    fault_of([&] { run_task(world.sweeper.sweep()); });
    int calls = world.faults.calls;
    world.faults.disarm();
    run_task(world.sweeper.sweep());
    world.faults.calls = calls;
  });
  EXPECT_GE(faults, 20);
}

TEST(Faults, AnAccountThatCloses) {
  for (auto when : {Faults::When::before, Faults::When::after}) {
    for (int call = 1;; ++call) {
      World world;
      auto caller = world.somebody();
      world.create(caller, some_bytes(250));
      world.create(caller, some_bytes(50));
      run_task(world.accounts.close(caller.account));
      world.faults.arm(when, call);
      fault_of([&] { run_task(world.sweeper.sweep()); });
      bool was_hit = world.faults.calls >= call;
      world.faults.disarm();
      run_task(world.sweeper.sweep());
      EXPECT_EQ(world.blob_count(), 0u) << call;
      EXPECT_TRUE(run_task(world.accounts.is_new())) << call;
      if (!was_hit) break;
    }
  }
}

}  // namespace
}  // namespace tapedeck
