// What another server does between two calls of this one.
#include <functional>
#include <utility>

#include <gtest/gtest.h>

#include "base/run_task.h"
#include "conformance/cloud_catalogs.h"

namespace tapedeck {

namespace {

/// Before its call of that number, somebody else does something.
class Interrupted final : public http::Outbound {
 public:
  explicit Interrupted(http::Outbound& real) : real_(real) {}

  void arm(std::size_t call, std::function<Task<void>()> act) {
    left_ = call;
    act_ = std::move(act);
  }
  bool has_acted() const { return act_ == nullptr; }

  Task<http::Response> send(http::ClientRequest& request) override {
    bool is_now = act_ != nullptr && left_ == 0;
    if (left_ > 0) --left_;
    if (is_now) {
      auto act = std::exchange(act_, nullptr);
      co_await act();
    }
    co_return co_await real_.send(request);
  }
  std::string host() const override { return real_.host(); }

 private:
  http::Outbound& real_;
  std::size_t left_ = 0;
  std::function<Task<void>()> act_;
};

}  // namespace

TEST(DynamoRaces, ARecordingThatTwoServersAddIsCountedOnce) {
  for (std::size_t call = 0;; ++call) {
    SCOPED_TRACE(call);
    SystemEnv env;
    auto engine = connect_to_dynamo();
    Interrupted network(*engine);
    auto table = "tapedeck-" + Ulid::make(env).text();
    DynamoStack one(network, env, table);
    one.make_table();
    one.open();
    DynamoStack two(*engine, env, table);
    two.open();
    NewAccount added;
    added.account.id = AccountId::make(env);
    added.account.username = "ada";
    added.account.created_at = env.now();
    ASSERT_EQ(run_task(two.catalog().add_account(added)), AddAccount::added);
    Recording recording;
    recording.id = RecordingId::make(env);
    recording.account = added.account.id;
    recording.state = RecordingState::ready;
    recording.created_at = recording.changed_at = env.now();
    recording.size = 5'000;
    recording.tail = {{Ulid::make(env), 0, 5'000, {}}};
    Catalog& first = one.catalog();
    Catalog& second = two.catalog();
    int wins = 0;
    network.arm(call, [&]() -> Task<void> {
      auto result = co_await second.add_recording(recording, std::nullopt);
      wins += result.outcome == AddRecording::added ? 1 : 0;
    });
    auto result = run_task(first.add_recording(recording, std::nullopt));
    if (!network.has_acted()) break;
    wins += result.outcome == AddRecording::added ? 1 : 0;
    EXPECT_EQ(wins, 1);
    auto account = run_task(two.catalog().find_account(added.account.id));
    ASSERT_TRUE(account);
    EXPECT_EQ(account->used_bytes, 5'000u);
    ASSERT_LT(call, 20u);
  }
}

}  // namespace tapedeck
