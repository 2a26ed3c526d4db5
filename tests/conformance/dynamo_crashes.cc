// A server dies between any two of its calls to DynamoDB. What is left must be true at once, and
// as good as new when the same is asked again.
#include <set>

#include "base/check.h"
#include "base/error.h"
#include "conformance/cloud_catalogs.h"
#include "core/test_env.h"

namespace tapedeck {

namespace {

constexpr ByteCount room = 10;

/// The process ends with its call number `at`, which is done or not.
class Crashing final : public FaultyOutbound {
 public:
  Crashing(http::Outbound& real, std::size_t at, bool is_done)
      : FaultyOutbound(real), at_(at), is_done_(is_done) {}
  bool has_crashed() const { return has_crashed_; }

 protected:
  NetworkFault fault_of(std::size_t call) override {
    if (call < at_) return NetworkFault::none;
    has_crashed_ = true;
    if (call == at_ && is_done_) return NetworkFault::lost_answer;
    throw Error(Fault::internal, "the process is gone");
  }

 private:
  const std::size_t at_;
  const bool is_done_;
  bool has_crashed_ = false;
};

/// One account, and the recordings that a flow is about.
class Scene {
 public:
  Scene() : stack_(*outbound_, env_, "tapedeck-" + Ulid::make(system_).text()) {
    stack_.make_table();
    stack_.reopen();
    account.id = AccountId::make(env_);
    account.username = "ada";
    account.created_at = env_.now();
    MUST(run_task(catalog().add_account({account, {}, {}})) == AddAccount::added);
  }

  Catalog& catalog() { return stack_.catalog(); }
  TestEnv& env() { return env_; }

  Recording make(RecordingState state, ByteCount segments, ByteCount reserved_bytes = 0) {
    Recording recording;
    recording.id = RecordingId::make(env_);
    recording.account = account.id;
    recording.state = state;
    recording.created_at = recording.last_append_at = recording.changed_at = env_.now();
    recording.size = segments * 10;
    recording.reserved_bytes = reserved_bytes;
    recording.tail = make_segments(0, segments);
    return recording;
  }
  std::vector<Segment> make_segments(ByteCount from, ByteCount count) {
    std::vector<Segment> segments;
    for (ByteCount i = 0; i < count; ++i) {
      segments.push_back({Ulid::make(env_), from + i * 10, from + i * 10 + 10, {}});
    }
    return segments;
  }
  Append make_append(const Recording& recording, ByteCount segments) {
    Append append;
    append.account = account.id;
    append.recording = recording.id;
    append.from = recording.size;
    append.segments = make_segments(recording.size, segments);
    append.now = env_.now();
    return append;
  }
  void add(const Recording& added) {
    auto result = run_task(catalog().add_recording(added, {}));
    MUST(result.outcome == AddRecording::added);
  }
  void advance(const Append& append) {
    MUST(run_task(catalog().advance(append)).outcome == Advance::done);
  }
  void trash(const Recording& recording) {
    auto now = env_.now();
    MUST(run_task(catalog().trash_recording(account.id, recording.id, now, now)));
  }

  /// With a crash in its call number `at`. False: it made fewer calls than that.
  template <class Act>
  bool crash(std::size_t at, bool is_done, Act& act) {
    Crashing crashing(*outbound_, at, is_done);
    DynamoStack dying(crashing, env_, stack_.table());
    dying.open();
    try {
      act(dying.catalog());
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::internal) << error.what();
    }
    return crashing.has_crashed();
  }

  std::vector<Recording> list_all() {
    std::vector<Recording> all;
    for (int pass = 0; pass < 3; ++pass) {
      ListFilter filter;
      if (pass == 1) filter.state = ShownState::trashed;
      if (pass == 2) filter.partial = true;
      auto page = run_task(catalog().list_recordings(account.id, filter, {}, 100, env_.now()));
      all.insert(all.end(), page.recordings.begin(), page.recordings.end());
    }
    return all;
  }

  /// What must be true at any time.
  void expect_whole() {
    ByteCount used = 0;
    ByteCount reserved = 0;
    for (const auto& recording : list_all()) {
      used += recording.size;
      reserved += recording.reserved_bytes;
      ByteCount at = 0;
      for (const auto& segment :
           run_task(catalog().list_segments(account.id, recording.id, 0, 1'000))) {
        EXPECT_EQ(segment.begin, at);
        at = segment.end;
      }
      EXPECT_EQ(at, recording.size) << "bytes are missing";
    }
    auto found = run_task(catalog().find_account(account.id));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->used_bytes, used);
    EXPECT_EQ(found->reserved_bytes, reserved);
  }

  /// What is counted for the account is what it holds, to the byte, and all of it can go.
  void expect_exact_quota_and_removal() {
    env_.pass(std::chrono::hours(1));
    auto found = run_task(catalog().find_account(account.id));
    ASSERT_TRUE(found);
    AccountPatch patch;
    patch.quota_bytes = found->used_bytes + found->reserved_bytes + room;
    run_task(catalog().change_account(account.id, patch));
    auto one_more = make(RecordingState::ready, 2);
    auto refused = run_task(catalog().add_recording(one_more, {}));
    EXPECT_EQ(refused.outcome, AddRecording::over_quota);
    EXPECT_EQ(refused.bytes_left, room);
    add(make(RecordingState::ready, 1));
    for (const auto& recording : list_all()) {
      if (!recording.trashed_at) trash(recording);
      EXPECT_TRUE(run_task(catalog().purge_recording(account.id, recording.id, env_.now())));
    }
    EXPECT_TRUE(run_task(catalog().remove_account(account.id)));
    EXPECT_FALSE(run_task(catalog().find_account_by_username("ada")));
  }

  Account account;

 private:
  SystemEnv system_;  // names tables, which tests share
  TestEnv env_;
  std::unique_ptr<http::Outbound> outbound_ = connect_to_dynamo();
  DynamoStack stack_;
};

/// `prepare` gives what to do, which is done with a crash in every call, and then again.
template <class Prepare>
void crash_everywhere(Prepare prepare) {
  std::size_t crashes = 0;
  for (std::size_t at = 0;; ++at) {
    bool crashed = false;
    for (bool is_done : {false, true}) {
      SCOPED_TRACE("call " + std::to_string(at) + (is_done ? ", done" : ", not done"));
      Scene scene;
      auto act = prepare(scene);
      crashed = scene.crash(at, is_done, act);
      scene.expect_whole();
      act(scene.catalog());
      scene.expect_whole();
      scene.expect_exact_quota_and_removal();
      if (testing::Test::HasFailure()) return;
    }
    if (!crashed) break;
    ++crashes;
  }
  EXPECT_GE(crashes, 3u);
}

}  // namespace

TEST(DynamoCrashes, WhileARecordingOfManySegmentsIsAdded) {
  crash_everywhere([](Scene& scene) {
    auto recording = scene.make(RecordingState::ready, 70);
    Due due{scene.env().now(), DueKind::join, recording.account, recording.id};
    return [=](Catalog& catalog) {
      auto result = run_task(catalog.add_recording(recording, due));
      EXPECT_TRUE(result.outcome == AddRecording::added ||
                  result.outcome == AddRecording::id_taken);
    };
  });
}

TEST(DynamoCrashes, WhileALiveRecordingIsAdded) {
  crash_everywhere([](Scene& scene) {
    auto recording = scene.make(RecordingState::recording, 0, 50);
    return [=](Catalog& catalog) {
      auto result = run_task(catalog.add_recording(recording, {}, {1, {}}));
      EXPECT_TRUE(result.outcome == AddRecording::added ||
                  result.outcome == AddRecording::id_taken);
    };
  });
}

TEST(DynamoCrashes, WhileATailSpillsBeyondTheReservation) {
  crash_everywhere([](Scene& scene) {
    auto recording = scene.make(RecordingState::recording, 30);
    scene.add(recording);
    auto append = scene.make_append(recording, 40);
    return [=](Catalog& catalog) {
      auto result = run_task(catalog.advance(append));
      EXPECT_EQ(result.size, 700u);
    };
  });
}

TEST(DynamoCrashes, WhileARecordingIsCompleted) {
  crash_everywhere([](Scene& scene) {
    auto recording = scene.make(RecordingState::recording, 5, 100);
    scene.add(recording);
    auto append = scene.make_append(recording, 2);
    append.ending = Append::Ending{{}, RecordingState::ready, false};
    auto id = recording.id;
    return [=](Catalog& catalog) {
      auto result = run_task(catalog.advance(append));
      EXPECT_TRUE(result.outcome == Advance::done || result.outcome == Advance::gone);
      auto found = run_task(catalog.find_recording(append.account, id));
      ASSERT_TRUE(found);
      EXPECT_EQ(found->size, 70u);
      EXPECT_EQ(found->state, RecordingState::ready);
    };
  });
}

TEST(DynamoCrashes, WhileARecoveredRecordingGoesOn) {
  crash_everywhere([](Scene& scene) {
    auto recording = scene.make(RecordingState::recording, 5);
    scene.add(recording);
    auto recovery = scene.make_append(recording, 0);
    recovery.ending = Append::Ending{{}, RecordingState::ready, true};
    scene.advance(recovery);
    auto append = scene.make_append(recording, 2);
    return [=](Catalog& catalog) {
      auto result = run_task(catalog.advance(append));
      EXPECT_EQ(result.size, 70u);
    };
  });
}

TEST(DynamoCrashes, WhileMoreIsReserved) {
  crash_everywhere([](Scene& scene) {
    auto recording = scene.make(RecordingState::recording, 1, 10);
    scene.add(recording);
    return [=](Catalog& catalog) {
      EXPECT_TRUE(run_task(catalog.reserve(recording.account, recording.id, 60)));
    };
  });
}

TEST(DynamoCrashes, WhileARecordingIsPurged) {
  crash_everywhere([](Scene& scene) {
    auto recording = scene.make(RecordingState::ready, 40);
    scene.add(recording);
    scene.trash(recording);
    auto now = scene.env().now();
    return [=](Catalog& catalog) {
      bool purged = run_task(catalog.purge_recording(recording.account, recording.id, now));
      auto found = run_task(catalog.find_recording(recording.account, recording.id));
      EXPECT_FALSE(found.has_value()) << purged;
    };
  });
}

TEST(DynamoCrashes, WhileSegmentsAreJoined) {
  crash_everywhere([](Scene& scene) {
    auto recording = scene.make(RecordingState::ready, 70);
    scene.add(recording);
    std::vector<Segment> joined{{Ulid::make(scene.env()), 0, 700, {}}};
    return [=](Catalog& catalog) {
      EXPECT_TRUE(run_task(catalog.join_segments(recording.account, recording.id, 700, joined)));
    };
  });
}

TEST(DynamoCrashes, WhileARecordingIsTrashedAndRestored) {
  crash_everywhere([](Scene& scene) {
    auto recording = scene.make(RecordingState::ready, 1);
    scene.add(recording);
    auto now = scene.env().now();
    return [=](Catalog& catalog) {
      EXPECT_TRUE(run_task(catalog.trash_recording(recording.account, recording.id, now, now)));
      EXPECT_TRUE(run_task(catalog.restore_recording(recording.account, recording.id, now)));
    };
  });
}

TEST(DynamoCrashes, WhileAnAccountIsAdded) {
  Identity identity{"issuer", "subject"};
  auto secret = sha256_of("invitation");
  for (std::size_t at = 0;; ++at) {
    bool crashed = false;
    for (bool is_done : {false, true}) {
      SCOPED_TRACE("call " + std::to_string(at) + (is_done ? ", done" : ", not done"));
      Scene scene;
      auto now = scene.env().now();
      run_task(scene.catalog().add_invitation({secret, false, now, now}));
      AddAccount outcome{};
      auto act = [&](Catalog& catalog) {
        NewAccount added{scene.account, identity, secret};
        added.account.id = AccountId::make(scene.env());  // each try has its own
        added.account.username = "eve";
        outcome = run_task(catalog.add_account(added));
      };
      crashed = scene.crash(at, is_done, act);
      bool exists = run_task(scene.catalog().find_account_by_username("eve")).has_value();
      bool invited = run_task(scene.catalog().find_invitation(secret)).has_value();
      EXPECT_NE(exists, invited);
      act(scene.catalog());
      EXPECT_EQ(outcome, exists ? AddAccount::name_taken : AddAccount::added);
      EXPECT_TRUE(run_task(scene.catalog().find_account_by_identity(identity)));
      EXPECT_FALSE(run_task(scene.catalog().find_invitation(secret)));
      EXPECT_EQ(run_task(scene.catalog().list_accounts({}, 10)).accounts.size(), 2u);
    }
    if (!crashed || HasFailure()) break;
  }
}

TEST(DynamoCrashes, WhileAnAccountIsRemoved) {
  for (std::size_t at = 0;; ++at) {
    bool crashed = false;
    for (bool is_done : {false, true}) {
      SCOPED_TRACE("call " + std::to_string(at) + (is_done ? ", done" : ", not done"));
      Scene scene;
      Token token;
      token.id = TokenId::make(scene.env());
      token.account = scene.account.id;
      token.secret_hash = sha256_of("token");
      run_task(scene.catalog().add_token(token));
      auto act = [&](Catalog& catalog) {
        EXPECT_TRUE(run_task(catalog.remove_account(scene.account.id)));
      };
      crashed = scene.crash(at, is_done, act);
      bool exists = run_task(scene.catalog().find_account(scene.account.id)).has_value();
      bool works = run_task(scene.catalog().find_credential(token.secret_hash)).has_value();
      bool named = run_task(scene.catalog().find_account_by_username("ada")).has_value();
      EXPECT_EQ(exists, works);
      EXPECT_EQ(exists, named);
      act(scene.catalog());
      EXPECT_FALSE(run_task(scene.catalog().find_account(scene.account.id)));
      EXPECT_FALSE(run_task(scene.catalog().find_credential(token.secret_hash)));
      auto again = scene.account;
      again.id = AccountId::make(scene.env());
      EXPECT_EQ(run_task(scene.catalog().add_account({again, {}, {}})), AddAccount::added);
      EXPECT_EQ(run_task(scene.catalog().list_accounts({}, 10)).accounts.size(), 1u);
    }
    if (!crashed || HasFailure()) break;
  }
}

}  // namespace tapedeck
