// Playing: ranges, conditions, and playback URLs.
#include "api/harness.h"

namespace tapedeck::api {
namespace {

using testing::HasSubstr;
using testing::Not;

struct RangeCase {
  std::string range;
  int status;
  std::string body;
  std::string content_range;
};

TEST(Audio, AnswersEachRangeWithItsBytes) {
  ApiHarness server;
  auto me = server.sign_up();
  auto id = server.upload(me, "0123456789");
  const RangeCase cases[]{
      {"bytes=0-3", 206, "0123", "bytes 0-3/10"}, {"bytes=-2", 206, "89", "bytes 8-9/10"},
      {"bytes=7-", 206, "789", "bytes 7-9/10"},   {"bytes=5-99", 206, "56789", "bytes 5-9/10"},
      {"bytes=nonsense", 200, "0123456789", ""},
  };
  for (const auto& given : cases) {
    SCOPED_TRACE(given.range);
    auto answer = server.ask({"GET", path(id, "/audio"), me, {{"Range", given.range}}});
    EXPECT_EQ(answer.status, given.status);
    EXPECT_EQ(answer.body, given.body);
    EXPECT_EQ(answer.body_bytes, given.body.size());
    EXPECT_EQ(answer.field("Content-Range"), given.content_range);
  }
  auto beyond = server.ask({"GET", path(id, "/audio"), me, {{"Range", "bytes=10-"}}});
  expect_problem(beyond, 416, "range-not-satisfiable");
  EXPECT_EQ(beyond.field("Content-Range"), "bytes */10");
}

TEST(Audio, SeveralRangesComeAsParts) {
  ApiHarness server;
  auto me = server.sign_up();
  auto id = server.upload(me, some_bytes(500));  // several blobs
  auto answer = server.ask({"GET", path(id, "/audio"), me, {{"Range", "bytes=0-1,200-202"}}});
  EXPECT_EQ(answer.status, 206);
  EXPECT_THAT(answer.field("Content-Type"), HasSubstr("multipart/byteranges; boundary="));
  EXPECT_EQ(answer.body_bytes, answer.body.size());
  EXPECT_THAT(answer.body, HasSubstr("bytes 0-1/500"));
  EXPECT_THAT(answer.body, HasSubstr("\r\n\r\n" + some_bytes(500).substr(200, 3) + "\r\n"));
}

TEST(Audio, HeadHasTheLengthAndNoBytes) {
  ApiHarness server;
  auto me = server.sign_up();
  auto id = server.upload(me, "0123456789");
  auto answer = server.ask({"HEAD", path(id, "/audio"), me});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(answer.body_bytes, 10u);
}

TEST(Audio, ConditionsCompareTheDigest) {
  ApiHarness server;
  auto me = server.sign_up();
  auto id = server.upload(me, "0123456789");
  auto tag = server.get(path(id, "/audio"), me).field("ETag");
  ASSERT_THAT(tag, HasSubstr("\"sha256-"));
  auto ask = [&](std::vector<http::Field> fields) {
    return server.ask({"GET", path(id, "/audio"), me, std::move(fields)});
  };
  EXPECT_EQ(ask({{"If-None-Match", tag}}).status, 304);
  EXPECT_EQ(ask({{"If-None-Match", "\"other\""}}).status, 200);
  EXPECT_EQ(ask({{"If-Match", "\"other\""}}).status, 412);
  EXPECT_EQ(ask({{"Range", "bytes=0-0"}, {"If-Range", tag}}).status, 206);
  EXPECT_EQ(ask({{"Range", "bytes=0-0"}, {"If-Range", "\"other\""}}).status, 200);
}

TEST(Audio, WhatIsNotKnownToBeAudioIsAnAttachment) {
  ApiHarness server;
  auto me = server.sign_up();
  auto made = server.ask({"POST",
                          "/api/v1/recordings?filename=x.html",
                          me,
                          {{"Content-Type", "text/html"}},
                          "<script>alert(1)</script>"});
  auto answer = server.get(path(made.text("id"), "/audio"), me);
  EXPECT_EQ(answer.field("Content-Type"), "application/octet-stream");
  EXPECT_THAT(answer.field("Content-Disposition"), HasSubstr("attachment"));
  EXPECT_EQ(answer.field("X-Content-Type-Options"), "nosniff");
  auto wav = server.upload(me, some_wav());
  auto download = server.get(path(wav, "/audio?download=1"), me);
  EXPECT_EQ(download.field("Content-Type"), "audio/wav");
  EXPECT_THAT(download.field("Content-Disposition"), HasSubstr("attachment"));
}

TEST(Audio, BytesThatCannotBeOpenedAreAProblemAndNoBrokenBody) {
  ApiHarness server;
  auto me = server.sign_up();
  auto id = server.upload(me, "0123456789");
  auto page = run_task(server.world.memory_blobs.list(std::nullopt, 10));
  for (const auto& key : page.keys) run_task(server.world.memory_blobs.erase(key));
  expect_problem(server.get(path(id, "/audio"), me), 503, "unavailable");
}

TEST(PlaybackUrl, PlaysOneRecordingWithoutATokenUntilItsTime) {
  ApiHarness server;
  auto me = server.sign_up();
  auto id = server.upload(me, "0123456789");
  auto made = server.post(path(id, "/playback-urls"), me, R"({"expires_in": 60})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("expires_at"), "2026-11-23T00:01:00.000Z");
  auto url = made.text("url");
  EXPECT_EQ(server.get(url).body, "0123456789");
  EXPECT_EQ(server.ask({"GET", url, "", {{"Range", "bytes=1-1"}}}).body, "1");

  auto forged = url;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  forged[20] = forged[20] == 'A' ? 'B' : 'A';
  expect_problem(server.get(forged), 404, "not-found");
  server.world.env.pass(std::chrono::seconds(61));
  expect_problem(server.get(url), 410, "gone");
}

TEST(PlaybackUrl, DiesWithTheRecordingAndWithTheAccount) {
  ApiHarness server;
  auto me = server.sign_up();
  auto id = server.upload(me, "0123456789");
  auto url = server.post(path(id, "/playback-urls"), me, "").text("url");
  EXPECT_EQ(server.get(url).status, 200);
  server.ask({"DELETE", path(id), me});
  EXPECT_EQ(server.get(url).status, 404);
  server.ask({"POST", path(id, "/restore"), me});
  EXPECT_EQ(server.get(url).status, 200);
  server.ask({"DELETE", "/api/v1/users/me", me, {}, R"({"password": "correct horse"})"});
  EXPECT_EQ(server.get(url).status, 404);
}

TEST(PlaybackUrl, ADownloadIsAnAttachment) {
  ApiHarness server;
  auto me = server.sign_up();
  auto id = server.upload(me, some_wav());
  auto url = server.post(path(id, "/playback-urls"), me, R"({"download": true})").text("url");
  EXPECT_THAT(server.get(url).field("Content-Disposition"), HasSubstr("attachment"));
  expect_problem(server.post(path(id, "/playback-urls"), me, R"({"expires_in": 0})"), 400,
                 "invalid");
}

}  // namespace
}  // namespace tapedeck::api
