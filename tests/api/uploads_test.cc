// Uploads that resume, where a transcript cannot tell it: faults, limits of requests, and what is
// said before the answer. The protocols themselves are told in tests/stories/tus and draft.
#include "api/harness.h"

namespace tapedeck::api {
namespace {

constexpr const char* chunk_type = "application/offset+octet-stream";

Ask tus(const std::string& method, const std::string& target, std::vector<http::Field> fields = {},
        const std::string& body = "") {
  Ask ask{method, target};
  ask.fields = std::move(fields);
  ask.fields.push_back({"Tus-Resumable", "1.0.0"});
  if (!body.empty()) ask.fields.push_back({"Content-Type", chunk_type});
  ask.body = body;
  return ask;
}

std::string begin(ApiHarness& server, const std::string& owner) {
  auto ask = tus("POST", "/api/v1/uploads", {{"Upload-Length", "100"}});
  ask.authorization = owner;
  auto answer = server.ask(ask);
  EXPECT_EQ(answer.status, 201) << answer.body;
  return answer.field("Location");
}

TEST(Uploads, AreNotCountedAgainstTheRequestsOfAnAddress) {
  ApiHarness server({.requests_per_minute = 4});
  auto upload = begin(server, server.sign_up());
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(server.ask(tus("HEAD", upload)).status, 200) << i;
    auto offset = std::to_string(i);
    ASSERT_EQ(server.ask(tus("PATCH", upload, {{"Upload-Offset", offset}}, "x")).status, 204) << i;
  }
  int refused = 0;
  for (int i = 0; i < 5; ++i) refused += server.get("/api/v1/recordings").status == 429 ? 1 : 0;
  EXPECT_GE(refused, 3) << "other requests are";
}

TEST(Uploads, HeadOfOneThatIsThereIs423WhateverFails) {
  ApiHarness server;
  auto upload = begin(server, server.sign_up());
  auto failed = 0;
  for (int call = 1;; ++call) {
    server.world.faults.arm(Faults::When::before, call);
    auto answer = server.ask(tus("HEAD", upload));
    server.world.faults.disarm();
    if (answer.status == 200) break;
    ASSERT_EQ(answer.status, 423) << call;
    EXPECT_EQ(answer.field("Upload-Offset"), "");
    ++failed;
  }
  EXPECT_GE(failed, 3);
}

TEST(Uploads, AppendThatFailsHasNoOffsetUnlessItIs409) {
  ApiHarness server;
  auto upload = begin(server, server.sign_up());
  auto offset = 0;
  for (int call = 1;; ++call) {
    server.world.faults.arm(Faults::When::before, call);
    auto answer =
        server.ask(tus("PATCH", upload, {{"Upload-Offset", std::to_string(offset)}}, "x"));
    server.world.faults.disarm();
    if (answer.status == 204) break;
    ASSERT_EQ(answer.status, 503) << call;
    EXPECT_EQ(answer.field("Upload-Offset"), "");
    EXPECT_EQ(answer.field("Tus-Resumable"), "1.0.0");
    offset = std::stoi(server.ask(tus("HEAD", upload)).field("Upload-Offset"));
  }
}

Ask draft(const std::string& owner) {
  Ask ask{"POST", "/api/v1/recordings", owner};
  ask.fields = {{"Upload-Complete", "?1"}, {"Upload-Draft-Interop-Version", "8"}};
  ask.body = "hello";
  ask.hears_early = true;
  return ask;
}

TEST(Uploads, AfterA104AFailureOfOursGivesUpTheConnection) {
  ApiHarness server;
  auto me = server.sign_up();
  auto before = 0, after = 0;
  for (int call = 1;; ++call) {
    server.world.faults.arm(Faults::When::before, call);
    auto answer = server.ask(draft(me));
    server.world.faults.disarm();
    if (answer.status == 201) break;
    ASSERT_EQ(answer.status, 503) << call;
    ASSERT_EQ(answer.abandoned, !answer.early.empty()) << call;
    ++(answer.abandoned ? after : before);
    if (!answer.abandoned) continue;
    auto upload = std::string(answer.early.front().fields.find("Location").value_or(""));
    EXPECT_EQ(server.ask(tus("HEAD", upload)).status, 200) << "and the client goes on";
  }
  EXPECT_GE(before, 2);
  EXPECT_GE(after, 2);
}

TEST(Uploads, AtItsURLAFailureOfOursGivesUpTheConnectionOfADraft) {
  ApiHarness server;
  auto upload = begin(server, server.sign_up());
  for (const auto* version : {"8", ""}) {
    Ask ask{"PATCH", upload};
    ask.fields = {{"Upload-Complete", "?0"},
                  {"Upload-Offset", "0"},
                  {"Content-Type", "application/partial-upload"}};
    bool is_known = *version != '\0';
    if (is_known) ask.fields.push_back({"Upload-Draft-Interop-Version", version});
    server.world.faults.arm(Faults::When::before, 1);
    EXPECT_EQ(server.ask(ask).abandoned, is_known);
    ask.method = "HEAD";
    server.world.faults.arm(Faults::When::before, 1);
    EXPECT_EQ(server.ask(ask).abandoned, is_known);
    server.world.faults.disarm();
  }
}

TEST(Uploads, ProgressIsToldOnceASecond) {
  ApiHarness server;
  auto ask = draft(server.sign_up());
  ask.body = std::string(900, 'x');  // nine segments, at one moment of the test's clock
  auto answer = server.ask(ask);
  EXPECT_EQ(answer.status, 201);
  ASSERT_EQ(answer.early.size(), 2u);
  EXPECT_TRUE(answer.early[0].fields.contains("Upload-Limit"));
  EXPECT_TRUE(answer.early[1].fields.contains("Upload-Offset"));
  EXPECT_EQ(answer.early[0].fields.find("Location"), answer.early[1].fields.find("Location"));
}

TEST(Uploads, ARecordingInChunksSaysItsIdToWhoWaitsFor100) {
  struct Case {
    const char* name;
    bool chunked, expects, hears;
    std::size_t early;
  };
  for (const auto& c : {Case{"chunked, waiting", true, true, true, 1},
                        Case{"chunked, not waiting", true, false, true, 0},
                        Case{"of known length", false, true, true, 0},
                        Case{"by a door that cannot", true, true, false, 0}}) {
    ApiHarness server;
    Ask ask{"POST", "/api/v1/recordings", server.sign_up()};
    ask.body = "hello";
    ask.chunked = c.chunked;
    ask.hears_early = c.hears;
    if (c.expects) ask.fields.push_back({"Expect", "100-Continue"});
    auto answer = server.ask(ask);
    EXPECT_EQ(answer.status, 201) << c.name;
    ASSERT_EQ(answer.early.size(), c.early) << c.name;
    for (const auto& early : answer.early) {
      EXPECT_EQ(early.status, 103);
      EXPECT_EQ(early.fields.find("Location"), answer.field("Location"));
      EXPECT_EQ(early.fields.find("Recording-Id"), answer.text("id"));
    }
  }
}

}  // namespace
}  // namespace tapedeck::api
