// What each operation asks of DynamoDB, call by call: the table's design is for this. And which
// tables are refused.
#include "base/error.h"
#include "conformance/cloud_catalogs.h"
#include "store/dynamo_table.h"

namespace tapedeck {

namespace {

/// Notes the operations that go through it: "GetItem PutItem".
class Noting final : public http::Outbound {
 public:
  explicit Noting(http::Outbound& real) : real_(real) {}
  Task<http::Response> send(http::ClientRequest& request) override {
    auto target = request.fields.find("X-Amz-Target").value_or("");
    if (!noted_.empty()) noted_ += ' ';
    noted_ += target.substr(target.find('.') + 1);
    auto response = co_await real_.send(request);
    co_return response;
  }
  std::string host() const override { return real_.host(); }

  std::string take() { return std::exchange(noted_, {}); }

 private:
  http::Outbound& real_;
  std::string noted_;
};

class DynamoCalls : public testing::Test {
 protected:
  DynamoCalls() {
    stack_.make_table();
    stack_.open();
    account_.id = AccountId::make(env_);
    account_.username = "ada";
    auto outcome = run_task(catalog().add_account({account_, {}, {}}));
    EXPECT_EQ(outcome, AddAccount::added);
    noting_.take();
  }
  Catalog& catalog() { return stack_.catalog(); }
  std::string calls() { return noting_.take(); }

  Recording add(RecordingState state, ByteCount size, ByteCount reserved_bytes = 0) {
    Recording recording;
    recording.id = RecordingId::make(env_);
    recording.account = account_.id;
    recording.state = state;
    recording.created_at = recording.changed_at = env_.now();
    recording.size = size;
    recording.reserved_bytes = reserved_bytes;
    if (size > 0) recording.tail = {{Ulid::make(env_), 0, size, {}}};
    auto result = run_task(catalog().add_recording(recording, std::nullopt));
    EXPECT_EQ(result.outcome, AddRecording::added);
    return recording;
  }
  Append append_to(const Recording& recording, ByteCount from) {
    Append append;
    append.account = account_.id;
    append.recording = recording.id;
    append.from = from;
    append.segments = {{Ulid::make(env_), from, from + 10, {}}};
    append.now = env_.now();
    return append;
  }

  SystemEnv env_;
  std::unique_ptr<http::Outbound> engine_ = connect_to_dynamo();
  Noting noting_{*engine_};
  DynamoStack stack_{noting_, env_, "tapedeck-" + Ulid::make(env_).text()};
  Account account_;
};

}  // namespace

TEST_F(DynamoCalls, AnAppendIsOneReadAndOneWriteHoweverLongTheRecording) {
  auto live = add(RecordingState::recording, 0, 10'000);
  calls();
  for (ByteCount i = 0; i < 100; ++i) {
    auto append = append_to(live, i * 10);
    EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
    bool spills = i > 0 && i % 8 == 0;
    EXPECT_EQ(calls(), spills ? "GetItem PutItem PutItem" : "GetItem PutItem") << i;
  }
  auto last = append_to(live, 1'000);
  last.ending = Append::Ending{{}, RecordingState::ready, false};
  EXPECT_EQ(run_task(catalog().advance(last)).outcome, Advance::done);
  EXPECT_EQ(calls(), "GetItem GetItem PutItem UpdateItem") << "its hold is settled";
}

TEST_F(DynamoCalls, AnAppendWithoutAQuotaSeldomRaisesItsHold) {
  auto live = add(RecordingState::recording, 0);
  calls();
  for (ByteCount i = 0; i < 10; ++i) {
    auto append = append_to(live, i * 10);
    EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
    bool spills = i == 8;
    EXPECT_EQ(calls(), spills ? "GetItem PutItem PutItem" : "GetItem PutItem") << i;
  }
}

TEST_F(DynamoCalls, ARecordingIsAddedInTwoReadsAndThreeWrites) {
  add(RecordingState::ready, 10);
  EXPECT_EQ(calls(), "GetItem GetItem UpdateItem PutItem UpdateItem");
  add(RecordingState::recording, 0);
  EXPECT_EQ(calls(), "GetItem GetItem UpdateItem PutItem") << "it keeps its hold";
}

TEST_F(DynamoCalls, AClaimIsOneReadAndTwoWrites) {
  auto id = RecordingId::make(env_);
  run_task(catalog().claim(account_.id, sha256_of("first"), id));
  EXPECT_EQ(calls(), "GetItem PutItem PutItem PutItem") << "the first of its hour notes it";
  run_task(catalog().claim(account_.id, sha256_of("second"), id));
  EXPECT_EQ(calls(), "GetItem PutItem PutItem");
  run_task(catalog().claim(account_.id, sha256_of("second"), id));
  EXPECT_EQ(calls(), "GetItem") << "a repeat";
}

TEST_F(DynamoCalls, APageOfTheListIsOneQueryHoweverLongTheList) {
  for (int i = 0; i < 30; ++i) add(RecordingState::ready, 10);
  calls();
  auto page = run_task(catalog().list_recordings(account_.id, {}, {}, 10, env_.now()));
  EXPECT_EQ(page.recordings.size(), 10u);
  EXPECT_EQ(calls(), "Query");
  run_task(catalog().list_recordings(account_.id, {}, page.next, 10, env_.now()));
  EXPECT_EQ(calls(), "Query");
  run_task(catalog().list_changes(account_.id, {}, 10));
  EXPECT_EQ(calls(), "Query");
  add(RecordingState::recording, 0);
  calls();
  run_task(catalog().list_recordings(account_.id, {}, {}, 10, env_.now()));
  EXPECT_EQ(calls(), "Query BatchGetItem") << "how far the live ones are";
}

TEST_F(DynamoCalls, ATokenIsTwoReadsAndTheSegmentsOfAShortRecordingOne) {
  Token token;
  token.id = TokenId::make(env_);
  token.account = account_.id;
  token.secret_hash = sha256_of("token");
  run_task(catalog().add_token(token));
  auto recording = add(RecordingState::ready, 10);
  calls();
  EXPECT_TRUE(run_task(catalog().find_credential(token.secret_hash)));
  EXPECT_EQ(calls(), "GetItem GetItem");
  EXPECT_EQ(run_task(catalog().list_segments(account_.id, recording.id, 0, 9)).size(), 1u);
  EXPECT_EQ(calls(), "GetItem");
  EXPECT_TRUE(run_task(catalog().find_recording(account_.id, recording.id)));
  EXPECT_EQ(calls(), "GetItem");
}

namespace {

class DynamoTable : public testing::Test {
 protected:
  DynamoTable() : client_(aws_, env_, "tapedeck-" + Ulid::make(env_).text()) {}

  Fault refusal() {
    try {
      run_task(check_dynamo_table(client_));
    } catch (const Error& error) {
      return error.fault();
    }
    ADD_FAILURE() << "it was accepted";
    return Fault::internal;
  }

  SystemEnv env_;
  std::unique_ptr<http::Outbound> engine_ = connect_to_dynamo();
  FixedCredentials keys_{{"test", "secret", "", {}}};
  AwsClient aws_{
      {.scope = {"us-east-1", "dynamodb"}, .code_of = dynamo_error_code}, *engine_, keys_, env_};
  DynamoClient client_;
};

}  // namespace

TEST_F(DynamoTable, ATableThatIsMadeTwiceIsAccepted) {
  run_task(make_dynamo_table(client_, env_));
  run_task(make_dynamo_table(client_, env_));
  run_task(check_dynamo_table(client_));
}

TEST_F(DynamoTable, NoTableIsRefused) {
  EXPECT_EQ(refusal(), Fault::not_found);
}

TEST_F(DynamoTable, ATableWithoutIndexesIsRefused) {
  auto attribute = [](const char* name) {
    return json::object{{"AttributeName", name}, {"AttributeType", "S"}};
  };
  auto key = [](const char* name, const char* type) {
    return json::object{{"AttributeName", name}, {"KeyType", type}};
  };
  json::object description{{"BillingMode", "PAY_PER_REQUEST"},
                           {"AttributeDefinitions", json::array{attribute("PK"), attribute("SK")}},
                           {"KeySchema", json::array{key("PK", "HASH"), key("SK", "RANGE")}}};
  run_task(client_.create_table(description));
  EXPECT_EQ(refusal(), Fault::conflict);
}

TEST_F(DynamoTable, ATableOfANewerProgramIsRefused) {
  run_task(make_dynamo_table(client_, env_));
  DynamoItem schema(DynamoKey{"schema", "schema"});
  schema.set_count("version", dynamo_schema_version + 1);
  run_task(client_.put(schema));
  EXPECT_EQ(refusal(), Fault::conflict);
}

}  // namespace tapedeck
