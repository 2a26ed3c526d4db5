// What a server says and does when what is in front of it carries only so much at once.
#include "api/harness.h"

namespace tapedeck::api {
namespace {

using testing::HasSubstr;
using testing::Not;

Options limited(bool follows_live = false) {
  Options options;
  options.append_bytes_max = 100;
  options.answer_bytes_max = 4;
  options.follows_live = follows_live;
  return options;
}

TEST(GatewayLimits, AreAnnouncedToEveryClient) {
  ApiHarness server(limited());
  auto me = server.sign_up();
  auto config = server.get("/api/v1/config").object();
  EXPECT_EQ(config.at("uploads").at("append_bytes_max"), 100);
  EXPECT_EQ(config.at("uploads").at("chunk_bytes"), 100);
  EXPECT_EQ(config.at("uploads").at("chunks_required"), true);
  EXPECT_THAT(std::string(config.at("hint").as_string()), HasSubstr("chunk size"));

  auto tus = server.ask(
      {"POST", "/api/v1/uploads", me, {{"Tus-Resumable", "1.0.0"}, {"Upload-Length", "500"}}});
  EXPECT_EQ(tus.status, 201);
  EXPECT_EQ(tus.field("Upload-Limit"), "max-append-size=100");
  auto options = server.ask({"OPTIONS", "/api/v1/uploads"});
  EXPECT_THAT(options.field("Upload-Limit"), HasSubstr("max-append-size=100"));
  auto draft = server.ask({"POST",
                           "/api/v1/uploads",
                           me,
                           {{"Upload-Draft-Interop-Version", "8"}, {"Upload-Complete", "?0"}}});
  EXPECT_THAT(draft.field("Upload-Limit"), HasSubstr("max-size="));
  EXPECT_THAT(draft.field("Upload-Limit"), HasSubstr(", max-append-size=100"));
  EXPECT_EQ(server.get("/healthz").field("Upload-Limit"), "");
}

TEST(GatewayLimits, NoLimitIsNotAnnounced) {
  ApiHarness server;
  auto me = server.sign_up();
  auto tus = server.ask(
      {"POST", "/api/v1/uploads", me, {{"Tus-Resumable", "1.0.0"}, {"Upload-Length", "500"}}});
  EXPECT_EQ(tus.field("Upload-Limit"), "");
}

TEST(GatewayLimits, ALargerBodyIsRefusedAndSaysWhatToDo) {
  ApiHarness server(limited());
  auto me = server.sign_up();
  auto over = server.ask({"PUT", "/api/v1/recordings", me, {}, some_bytes(101)});
  expect_problem(over, 413, "too-large");
  EXPECT_THAT(over.body, HasSubstr("/api/v1/uploads"));
  EXPECT_EQ(server.ask({"PUT", "/api/v1/recordings", me, {}, some_bytes(100)}).status, 201);
}

TEST(GatewayLimits, AudioThatDoesNotFitComesInRanges) {
  ApiHarness server(limited());
  auto me = server.sign_up();
  auto id = server.upload(me, "0123456789");
  auto ask = [&](const std::string& range) {
    return server.ask({"GET", path(id, "/audio"), me, {{"Range", range}}});
  };
  auto whole = server.get(path(id, "/audio"), me);
  expect_problem(whole, 503, "answer-too-large");
  EXPECT_EQ(whole.field("Retry-After"), "60");
  EXPECT_EQ(ask("bytes=0-").body, "0123");
  EXPECT_EQ(ask("bytes=0-").field("Content-Range"), "bytes 0-3/10");
  EXPECT_EQ(ask("bytes=8-").body, "89");
  EXPECT_EQ(ask("bytes=2-5").body, "2345");
  EXPECT_EQ(ask("bytes=0-1,3-4").status, 206);
  EXPECT_EQ(ask("bytes=0-2,4-6").status, 503);
  EXPECT_EQ(server.ask({"HEAD", path(id, "/audio"), me}).body_bytes, 10u);
  auto small = server.upload(me, "0123");
  EXPECT_EQ(server.get(path(small, "/audio"), me).body, "0123");
}

std::string begin_live(ApiHarness& server, const std::string& me) {
  auto begun = server.ask(
      {"POST", "/api/v1/uploads", me, {{"Tus-Resumable", "1.0.0"}, {"Upload-Defer-Length", "1"}}});
  server.ask({"PATCH",
              begun.field("Location"),
              me,
              {{"Tus-Resumable", "1.0.0"},
               {"Upload-Offset", "0"},
               {"Content-Type", "application/offset+octet-stream"}},
              "0123456789"});
  return begun.field("Recording-Id");
}

TEST(GatewayLimits, WhatStillGrowsComesAsFarAsItIs) {
  ApiHarness server(limited());
  auto me = server.sign_up();
  auto id = begin_live(server, me);
  auto ask = [&](const std::string& range) {
    return server.ask({"GET", path(id, "/audio"), me, {{"Range", range}}});
  };
  expect_problem(server.get(path(id, "/audio"), me), 503, "answer-too-large");
  auto part = ask("bytes=7-9007199254740991");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "789");
  EXPECT_EQ(part.field("Content-Range"), "bytes 7-9/*");
  EXPECT_EQ(ask("bytes=2-9").body, "2345");
  EXPECT_EQ(ask("bytes=10-9007199254740991").status, 416);
}

}  // namespace
}  // namespace tapedeck::api
