#include "conformance/transfer_suite.h"

#include <set>

#include "base/error.h"
#include "base/run_task.h"
#include "core/catalog_mode.h"

namespace tapedeck {

namespace {

Time at(std::int64_t seconds) {
  return Time{Millis{1'790'000'000'000 + seconds * 1'000}};
}

/// The fault of a call that must throw.
template <class T>
std::optional<Fault> fault_of(Task<T> task) {
  try {
    run_task(std::move(task));
  } catch (const Error& error) {
    return error.fault();
  }
  return std::nullopt;
}

/// A destination that fails at one of its writes, before or after its effect.
class FailingTransfer final : public CatalogTransfer {
 public:
  FailingTransfer(CatalogTransfer& inner, int calls) : inner_(inner), calls_left_(calls) {}

  Task<FactPage> list_facts(const std::string& after) override { return inner_.list_facts(after); }
  Task<void> put_fact(const Fact& fact, bool is_new) override {
    bool fails = --calls_left_ == 0;
    if (fails && std::holds_alternative<RecordingFact>(fact)) fail();
    co_await inner_.put_fact(fact, is_new);
    if (fails) fail();
  }
  Task<void> erase_fact(const FactKey& key) override {
    co_await inner_.erase_fact(key);
    if (--calls_left_ == 0) fail();
  }
  Task<void> recount(AccountId account) override {
    if (--calls_left_ == 0) fail();
    co_await inner_.recount(account);
  }
  bool has_failed() const { return calls_left_ <= 0; }

 private:
  [[noreturn]] static void fail() { throw Error(Fault::unavailable, "the copier ends here"); }

  CatalogTransfer& inner_;
  int calls_left_;
};

CopyCounts copy(CopySide from, CopySide to) {
  Copying copying(from, to, {});
  asio::io_context context(1);
  run_task(context, copying.learn());
  auto counts = run_task(context, copying.pass());
  EXPECT_TRUE(copying.problems().empty());
  run_task(context, copying.finish());
  return counts;
}

}  // namespace

CopyCounts TransferSuite::copy_all() {
  auto& reading = from_->reading();
  return copy({reading, from_->blobs()}, {to_->writing(), to_->blobs()});
}

TEST_P(TransferSuite, EverythingArrivesAsItIs) {
  house_.move_in();
  auto counts = copy_all();
  EXPECT_EQ(counts.recordings, 7u);
  EXPECT_EQ(run_task(compare_facts(from_->reading(), to_->reading(), 9)),
            std::vector<std::string>());
  EXPECT_EQ(house_.told_by(*from_), house_.told_by(*to_));
  EXPECT_EQ(house_.damages_of(*to_), std::vector<std::string>());
}

TEST_P(TransferSuite, BytesOnTheirWayToTheOldStoreStayBehind) {
  house_.move_in();
  Append begun;
  begun.account = house_.ada.id;
  begun.recording = house_.live.id;
  begun.from = house_.find(house_.live).size;
  begun.hash_state = house_.find(house_.live).hash_state;
  begun.now = at(1'000);
  begun.next_direct = R"({"store":"an upload of the old bucket"})";
  ASSERT_EQ(run_task(from_->catalog().advance(begun)).outcome, Advance::done);
  copy_all();
  auto moved = run_task(to_->catalog().find_recording(house_.ada.id, house_.live.id));
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->direct, "");
  EXPECT_EQ(run_task(compare_facts(from_->reading(), to_->reading(), 9)),
            std::vector<std::string>());
}

TEST_P(TransferSuite, EachCatalogKeepsItsOwnId) {
  house_.move_in();
  auto id_of = [](Place& place, const std::string& proposed) {
    const std::string name = catalog_id_name;
    return run_task(place.catalog().find_or_add_secret(name, proposed));
  };
  EXPECT_EQ(id_of(*from_, "old"), "old");
  EXPECT_EQ(id_of(*to_, "new"), "new");
  copy_all();
  EXPECT_EQ(id_of(*to_, "a third"), "new");
  EXPECT_EQ(run_task(compare_facts(from_->reading(), to_->reading(), 9)),
            std::vector<std::string>());
}

TEST_P(TransferSuite, WhatIsThereIsNotCopiedAgain) {
  house_.move_in();
  copy_all();
  Copying again({from_->reading(), from_->blobs()}, {to_->writing(), to_->blobs()}, {});
  // It is in use since the first copy ended.
  EXPECT_EQ(fault_of(again.learn()), Fault::conflict);
  run_task(to_->catalog().set_mode(CatalogMode::read_only));
  Copying allowed({from_->reading(), from_->blobs()}, {to_->writing(), to_->blobs()}, {});
  run_task(allowed.learn());
  auto counts = run_task(allowed.pass());
  EXPECT_EQ(counts.put, 0u);
  EXPECT_EQ(counts.erased, 0u);
  EXPECT_EQ(counts.blobs, 0u);
}

TEST_P(TransferSuite, TheNextPassFindsWhatTheSourceDidMeanwhile) {
  house_.move_in();
  auto& from = from_->catalog();
  Copying copying({from_->reading(), from_->blobs()}, {to_->writing(), to_->blobs()}, {});
  asio::io_context context(1);
  run_task(context, copying.learn());
  run_task(context, copying.pass());

  house_.append(house_.live);
  house_.append(house_.recovered);  // it is live again
  RecordingPatch patch;
  patch.title = "Another title";
  ASSERT_TRUE(run_task(from.change_recording(house_.ada.id, house_.ready.id, patch, {}, at(950))));
  ASSERT_TRUE(run_task(from.purge_recording(house_.ada.id, house_.trashed.id, at(960))));
  auto fresh = house_.add(house_.new_recording(2));
  run_task(from.remove_upload(sha256_of("upload")));
  auto removed = run_task(from.remove_account(house_.bob.id));
  ASSERT_TRUE(removed);

  auto counts = run_task(context, copying.pass());
  // Two grew, one has a title, one is gone, one is new.
  EXPECT_EQ(counts.put, 5u);
  EXPECT_GE(counts.erased, 3u);  // bob, his token, the upload
  run_task(context, copying.finish());
  EXPECT_EQ(house_.told_by(*from_), house_.told_by(*to_));
  EXPECT_EQ(house_.damages_of(*to_), std::vector<std::string>());
}

TEST_P(TransferSuite, WhatWasMovedGoesOn) {
  house_.move_in();
  copy_all();
  auto& catalog = to_->catalog();
  auto id = house_.ada.id;
  auto live = run_task(catalog.find_recording(id, house_.live.id));
  ASSERT_TRUE(live);
  Append append;
  append.account = id;
  append.recording = live->id;
  append.from = live->size;
  SystemEnv env;
  append.segments = {Segment{Ulid::make(env), live->size, live->size + 10, sha256_of("10")}};
  append.hash_state = live->hash_state;
  append.now = at(2'000);
  append.ending = Append::Ending{sha256_of("whole")};
  EXPECT_EQ(run_task(catalog.advance(append)).outcome, Advance::done);
  auto account = run_task(catalog.find_account(id));
  EXPECT_EQ(account->reserved_bytes, 0u);

  for (const auto* one : {&house_.ready, &house_.live, &house_.long_live, &house_.long_ready,
                          &house_.recovered, &house_.partial, &house_.trashed}) {
    run_task(catalog.trash_recording(id, one->id, at(3'000), at(4'000)));
    EXPECT_TRUE(run_task(catalog.purge_recording(id, one->id, at(3'001))));
  }
  account = run_task(catalog.find_account(id));
  EXPECT_EQ(account->used_bytes, 0u);
  EXPECT_EQ(account->reserved_bytes, 0u);
  EXPECT_TRUE(run_task(catalog.remove_account(id)));
  EXPECT_FALSE(run_task(catalog.find_account_by_username("ada")));
}

TEST_P(TransferSuite, ACopyThatEndsAnywhereIsFinishedByAnother) {
  house_.move_in();
  auto& reading = from_->reading();
  int runs = 0;
  for (int calls = 1;; calls += 3, ++runs) {
    FailingTransfer failing(to_->writing(), calls);
    Copying copying({reading, from_->blobs()}, {failing, to_->blobs()}, {});
    asio::io_context context(1);
    run_task(context, copying.learn());
    try {
      run_task(context, copying.pass());
      run_task(context, copying.finish());
      break;
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::unavailable);
      ASSERT_TRUE(failing.has_failed());
    }
    EXPECT_EQ(run_task(to_->catalog().find_mode()), CatalogMode::filling);
  }
  EXPECT_GE(runs, 2);
  EXPECT_EQ(house_.told_by(*from_), house_.told_by(*to_));
  EXPECT_EQ(house_.damages_of(*to_), std::vector<std::string>());
}

TEST_P(TransferSuite, ADamagedBlobIsReportedAndItsRecordingLeftOut) {
  house_.move_in();
  auto key = blob_key(house_.ready, house_.ready.tail[0]);
  run_task(from_->blobs().erase(key));
  MemorySource other("other bytes");
  Checksums sums;
  run_task(from_->blobs().put(key, other, sums));
  Copying copying({from_->reading(), from_->blobs()}, {to_->writing(), to_->blobs()}, {});
  asio::io_context context(1);
  run_task(context, copying.learn());
  run_task(context, copying.pass());
  ASSERT_EQ(copying.problems().size(), 1u);
  EXPECT_EQ(copying.problems()[0].what, "blob " + key.text());
  run_task(context, copying.finish());
  EXPECT_FALSE(run_task(to_->catalog().find_recording(house_.ada.id, house_.ready.id)));
  EXPECT_EQ(house_.damages_of(*to_), std::vector<std::string>());
}

TEST_P(TransferSuite, EachFactOfManyPagesIsListed) {
  house_.move_in();
  std::set<RecordingId> added;
  for (int i = 0; i < 450; ++i) {
    Recording recording = house_.ready;
    SystemEnv env;
    recording.id = RecordingId::make(env);
    recording.size = 0;
    recording.tail.clear();
    Due due{at(i), DueKind::purge, recording.account, recording.id};
    added.insert(house_.add(recording, due).id);
    run_task(
        from_->catalog().claim(recording.account, sha256_of(recording.id.view()), recording.id));
  }
  std::set<RecordingId> listed, claimed, due;
  std::string position;
  do {
    auto page = run_task(from_->reading().list_facts(position));
    for (const auto& fact : page.facts) {
      auto key = key_of(fact);
      if (!added.contains(key.recording) && key.kind != FactKey::Kind::claim) continue;
      bool is_first = true;
      if (key.kind == FactKey::Kind::recording) is_first = listed.insert(key.recording).second;
      if (key.kind == FactKey::Kind::due) is_first = due.insert(key.recording).second;
      EXPECT_TRUE(is_first);
      if (key.kind == FactKey::Kind::claim) claimed.insert(std::get<ClaimFact>(fact).recording);
    }
    position = page.next;
  } while (!position.empty());
  claimed.erase(house_.ready.id);
  EXPECT_EQ(listed, added);
  EXPECT_EQ(claimed, added);
  EXPECT_EQ(due, added);
}

TEST_P(TransferSuite, ANameThatIsAnothersIsRefused) {
  house_.move_in();
  copy_all();
  SystemEnv env;
  AccountFact impostor;
  impostor.account.id = AccountId::make(env);
  impostor.account.username = "ADA";
  EXPECT_EQ(fault_of(to_->writing().put_fact(impostor, true)), Fault::conflict);
  impostor.account.username = "somebody";
  impostor.identity = Identity{"original:kakao", "7_Ada"};
  EXPECT_EQ(fault_of(to_->writing().put_fact(impostor, true)), Fault::conflict);
}

}  // namespace tapedeck
