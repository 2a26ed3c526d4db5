// The original server's routes: its bodies byte for byte, and its defects, each by its number.
#include "api/harness.h"

namespace tapedeck::api {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

Options with_logins() {
  Options options;
  options.allow_unverified_social_login = true;
  return options;
}

struct OriginalServer : ApiHarness {
  explicit OriginalServer(Options options = with_logins(),
                          Accounts::Options accounts = World::cheap())
      : ApiHarness(std::move(options), std::move(accounts)) {}

  /// "user_id auth_key" of that person.
  std::string login(const std::string& id = "42", const std::string& type = "kakao") {
    auto answer = get("/login?social_id=" + id + "&social_type=" + type);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.text("user_id") + " " + answer.text("auth_key");
  }
  Answer put(const std::string& who, const std::string& name, const std::string& bytes = "bytes") {
    return ask({"PUT",
                "/upload/record/" + name,
                who,
                {{"Content-Type", "application/octet-stream"}},
                bytes});
  }
  std::vector<std::string> ids(const std::string& who) {
    std::vector<std::string> found;
    auto list = get("/record/list", who).object();
    for (const auto& record : list["records"].as_array()) {
      found.emplace_back(record.at("id").as_string());
    }
    return found;
  }
};

void expect_body(const Answer& answer, int status, const std::string& body) {
  EXPECT_EQ(answer.status, status);
  EXPECT_EQ(answer.body, body);
  EXPECT_EQ(answer.field("Content-Type"), "application/json");
}

TEST(Original, AnswersAtTheRootAndUnderApiByteForByte) {
  for (const std::string prefix : {"", "/api"}) {
    SCOPED_TRACE(prefix);
    OriginalServer server;
    auto login = server.get(prefix + "/login?social_id=42&social_type=kakao");
    EXPECT_EQ(login.status, 200);
    EXPECT_THAT(login.body,
                MatchesRegex(R"(\{"auth_key": "[0-9A-Za-z]{64}", "user_id": "kakao_42"\})"));
    EXPECT_EQ(login.field("Cache-Control"), "no-store");
    auto who = "kakao_42 " + login.text("auth_key");
    http::Field octets{"Content-Type", "application/octet-stream"};
    expect_body(server.get(prefix + "/record/list", who), 200, R"({"records": []})");
    expect_body(server.ask({"PUT", prefix + "/record/first.wav", who, {octets}, "1"}), 200,
                R"({"result": "success"})");
    server.world.env.pass(std::chrono::seconds(1));
    expect_body(server.ask({"PUT", prefix + "/upload/record/J%C3%BC.wav", who, {octets}, "2"}), 200,
                R"({"result": "success"})");
    auto ids = server.ids(who);
    ASSERT_EQ(ids.size(), 2u);
    expect_body(server.get(prefix + "/record/list", who), 200,
                R"({"records": [{"id": ")" + ids[0] +
                    R"(", "user_id": "kakao_42", "file_name": "J\u00fc.wav", )"
                    R"("created_at": "2026-11-23"}, {"id": ")" +
                    ids[1] +
                    R"(", "user_id": "kakao_42", "file_name": "first.wav", )"
                    R"("created_at": "2026-11-23"}]})");
    expect_body(server.ask({"DELETE", prefix + "/record/" + ids[0], who}), 200,
                R"({"result": "success"})");
    expect_body(server.ask({"DELETE", prefix + "/record/" + ids[0], who}), 400,
                R"({"result": "fail"})");
    expect_body(server.ask({"DELETE", prefix + "/record/nothing", who}), 400,
                R"({"result": "fail"})");
    EXPECT_EQ(server.ids(who), std::vector{ids[1]});
  }
}

TEST(Original, RefusesAsItAlwaysDid) {
  OriginalServer server;
  auto who = server.login();
  const auto required = R"({"error": "Authorization Header is required."})";
  const auto missing = R"({"error": "social_id or social_type is null."})";
  expect_body(server.get("/login"), 400, missing);
  expect_body(server.get("/login?social_id=42"), 400, missing);
  expect_body(server.get("/login?social_id=&social_type=kakao"), 400, missing);
  expect_body(server.get("/record/list"), 400, required);
  expect_body(server.ask({"DELETE", "/record/x"}), 400, required);
  expect_body(server.put("", "x.wav"), 400, required);
  expect_body(
      server.ask({"PUT", "/record/x", who, {{"Content-Type", "audio/wav"}}, "1"}), 415,
      R"({"Code": "UnsupportedMediaType", "Message": "Unsupported media type: audio/wav"})");
  expect_body(server.ask({"PUT", "/record/x", who, {}, "1"}), 415,
              R"({"Code": "UnsupportedMediaType", )"
              R"("Message": "Unsupported media type: application/json"})");
  expect_body(server.ask({"POST", "/record/list", who}), 405,
              R"({"Code": "MethodNotAllowedError", "Message": "Unsupported method: POST"})");
  expect_body(server.ask({"POST", "/api/login"}), 405,
              R"({"Code": "MethodNotAllowedError", "Message": "Unsupported method: POST"})");
}

TEST(Original, AListLongerThanAPageIsComplete) {
  OriginalServer server;
  auto who = server.login();
  for (int i = 0; i < 205; ++i) server.put(who, std::to_string(i), "b");
  EXPECT_EQ(server.ids(who).size(), 205u);
}

TEST(Original, LoginsObeyTheSignUpMode) {
  auto options = World::cheap();
  options.signup = SignupMode::closed;
  OriginalServer server(with_logins(), options);
  auto answer = server.get("/login?social_id=42&social_type=kakao");
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(answer.body, testing::StartsWith(R"({"error": ")"));
}

TEST(Original, ItsKeysOpenNothingElseAndTokensNothingOfIts) {
  OriginalServer server;
  auto who = server.login();
  auto key = who.substr(who.find(' ') + 1);
  EXPECT_EQ(server.get("/api/v1/recordings", who).status, 401);
  EXPECT_EQ(server.get("/api/v1/recordings", "Bearer " + key).status, 401);
  auto token = server.sign_up();
  EXPECT_EQ(server.get("/record/list", token).status, 401);
}

TEST(Original, SeedDefect01_LoginWithoutProofIsRefusedUnlessSwitchedOn) {
  OriginalServer server{Options{}};
  auto answer = server.get("/login?social_id=42&social_type=kakao");
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(answer.text("error"), HasSubstr("/api/v1/sessions"));
  EXPECT_THAT(answer.text("error"), HasSubstr("--allow-unverified-social-login"));
  EXPECT_THAT(answer.body, Not(HasSubstr("auth_key")));
}

TEST(Original, SeedDefect02_KeysAreFreshNotStoredInClearAndLimitedInNumber) {
  OriginalServer server;
  auto first = server.login();
  auto key = first.substr(first.find(' ') + 1);
  EXPECT_FALSE(run_task(server.world.catalog.find_credential(Sha256Digest{})));
  EXPECT_TRUE(run_task(server.world.catalog.find_credential(sha256_of(key))));
  std::string last;
  for (int i = 0; i < 20; ++i) {
    server.world.env.pass(std::chrono::minutes(1));
    last = server.login();
    EXPECT_NE(last, first);
  }
  expect_body(server.get("/record/list", first), 401, R"({"error": "Not Authorization"})");
  EXPECT_EQ(server.get("/record/list", last).status, 200);
}

TEST(Original, SeedDefect03_BytesAreNotPublic) {
  OriginalServer server;
  auto who = server.login();
  server.put(who, "a.wav");
  auto id = server.ids(who).front();
  EXPECT_THAT(id, Not(HasSubstr("42")));
  for (const auto& target : {"/record/" + id, path(id, "/audio"), path(id)}) {
    auto answer = server.get(target);
    EXPECT_GE(answer.status, 400) << target;
    EXPECT_THAT(answer.body, Not(HasSubstr("bytes")));
  }
}

TEST(Original, SeedDefect04_DeleteOfSomebodyElsesRecordIsRefusedAndKeepsTheBytes) {
  OriginalServer server;
  auto ann = server.login("1");
  auto bob = server.login("2");
  server.put(ann, "a.wav");
  auto id = server.ids(ann).front();
  expect_body(server.ask({"DELETE", "/record/" + id, bob}), 400, R"({"result": "fail"})");
  EXPECT_EQ(server.ids(ann), std::vector{id});
  auto key = ann.substr(ann.find(' ') + 1);
  auto caller = run_task(server.world.accounts.identify_original("kakao_1", key));
  ASSERT_TRUE(caller);
  EXPECT_EQ(server.world.play(caller->account, *RecordingId::parse(id)), "bytes");
}

TEST(Original, SeedDefect05_TwoUploadsInOneSecondAreTwoRecordings) {
  OriginalServer server;
  auto who = server.login();
  server.put(who, "a.wav", "one");
  server.put(who, "a.wav", "two");
  EXPECT_EQ(server.ids(who).size(), 2u);
}

TEST(Original, SeedDefect06_AFailedStoreIsNever200) {
  OriginalServer server;
  auto who = server.login();
  for (auto when : {Faults::When::before, Faults::When::after}) {
    int failed = 0;
    for (int call = 2; call < 30; ++call) {  // the first call is the key's
      auto before = server.ids(who).size();
      server.world.faults.arm(when, call);
      auto answer = server.put(who, "a.wav");
      auto reached = server.world.faults.calls >= call;
      server.world.faults.disarm();
      if (!reached) break;
      if (answer.status != 200) {
        ++failed;
        expect_body(answer, 500, R"({"result": "fail"})");
      } else {
        EXPECT_EQ(server.ids(who).size(), before + 1);
      }
    }
    EXPECT_GE(failed, 2);
  }
  server.world.blobs.free = 0;
  server.world.env.pass(std::chrono::minutes(1));
  expect_body(server.put(who, "a.wav"), 500, R"({"result": "fail"})");
}

TEST(Original, SeedDefect07_FileNamesNeverBecomePaths) {
  OriginalServer server;
  auto who = server.login();
  auto long_name = std::string(5'000, 'n');
  for (const auto& name : {std::string("..%2F..%2Ftmp%2Fevil"), long_name, std::string("a%0Ab")}) {
    expect_body(server.put(who, name), 200, R"({"result": "success"})");
  }
  auto list = server.get("/record/list", who).body;
  EXPECT_THAT(list, Not(HasSubstr("..")));
  EXPECT_THAT(list, Not(HasSubstr("/")));
  EXPECT_THAT(list, Not(HasSubstr("\\n")));
  EXPECT_THAT(list, Not(HasSubstr(std::string(256, 'n'))));
}

TEST(Original, SeedDefect08_AnUploadIsListedAtOnce) {
  OriginalServer server;
  auto who = server.login();
  for (std::size_t i = 1; i <= 5; ++i) {
    server.put(who, "a.wav", "bytes " + std::to_string(i));
    EXPECT_EQ(server.ids(who).size(), i);
  }
}

TEST(Original, SeedDefect09_WhatAFailureLeavesIsSwept) {
  OriginalServer server;
  auto who = server.login();
  // Bytes durable, fact missing: every later call fails in turn.
  for (int call = 2; call < 12; ++call) {
    server.world.faults.arm(Faults::When::before, call);
    server.put(who, "a.wav");
    server.world.faults.disarm();
  }
  auto listed = server.ids(who).size();
  server.world.env.pass(std::chrono::seconds(1));
  run_task(server.world.sweeper.sweep());
  EXPECT_EQ(server.ids(who).size(), listed);
  EXPECT_EQ(server.world.blob_count(), listed);
}

TEST(Original, SeedDefect10_MalformedHeadersAndQueriesAreAnsweredNot500) {
  OriginalServer server;
  auto who = server.login();
  for (const auto& odd : {std::string("oneword"), who + " third", who + " ", " " + who,
                          std::string("  "), std::string("a  b"), std::string("Bearer x")}) {
    SCOPED_TRACE(odd);
    expect_body(server.get("/record/list", odd), 401, R"({"error": "Not Authorization"})");
    expect_body(server.ask({"DELETE", "/record/x", odd}), 401, R"({"error": "Not Authorization"})");
  }
  EXPECT_EQ(server.get("/login?").status, 400);
}

TEST(Original, SeedDefect12_ItsRecordingsCanBeFetchedByTheirOwner) {
  OriginalServer server;
  auto who = server.login();
  server.put(who, "a.wav");
  auto key = who.substr(who.find(' ') + 1);
  auto caller = run_task(server.world.accounts.identify_original("kakao_42", key));
  auto id = RecordingId::parse(server.ids(who).front());
  ASSERT_TRUE(caller && id);
  EXPECT_EQ(server.world.play(caller->account, *id), "bytes");
}

TEST(Original, SeedDefect13_TypeAndIdDoNotRunIntoEachOther) {
  OriginalServer server;
  auto one = server.login("c", "a_b");
  auto two = server.login("b_c", "a");
  server.put(one, "a.wav");
  EXPECT_EQ(server.ids(one).size(), 1u);
  EXPECT_EQ(server.ids(two).size(), 0u);
}

TEST(Original, SeedDefect14_RecordsOfOneDayAreInOrder) {
  OriginalServer server;
  auto who = server.login();
  for (auto name : {"1", "2", "3"}) {
    server.put(who, name, name);
    server.world.env.pass(std::chrono::seconds(1));
  }
  auto list = server.get("/record/list", who).body;
  EXPECT_LT(list.find(R"("file_name": "3")"), list.find(R"("file_name": "2")"));
  EXPECT_LT(list.find(R"("file_name": "2")"), list.find(R"("file_name": "1")"));
}

TEST(Original, SeedDefect15_QuotaAndRateAreLimited) {
  auto options = with_logins();
  options.sign_ins_per_minute = 1;
  auto accounts = World::cheap();
  accounts.quota_bytes = 10;
  OriginalServer server(options, accounts);
  auto who = server.login();
  expect_body(server.put(who, "a.wav", std::string(11, 'x')), 413, R"({"result": "fail"})");
  auto answer = server.get("/login?social_id=43&social_type=kakao");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.field("Retry-After"), "60");
  EXPECT_THAT(answer.body, testing::StartsWith(R"({"error": ")"));
}

}  // namespace
}  // namespace tapedeck::api
