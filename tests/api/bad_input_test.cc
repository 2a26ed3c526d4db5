// Bad input: each gets a problem that says what to do, and leaves nothing half visible.
#include "api/harness.h"
#include "http/digest_fields.h"

namespace tapedeck::api {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Nothing is listed and nothing is counted.
void expect_empty(ApiHarness& server, const std::string& me) {
  EXPECT_EQ(server.get("/api/v1/recordings", me).object()["items"].as_array().size(), 0u);
  EXPECT_EQ(server.get("/api/v1/users/me", me).object()["used_bytes"], 0);
}

struct NameCase {
  std::string target;
  std::string disposition;
  std::vector<std::string> lacks;
};

TEST(BadInput, NamesAreMadeSafeAndTheRecordingIsKept) {
  std::string long_name;
  while (long_name.size() < 5'000) long_name += "\u00e4\U0001f399";
  const NameCase cases[]{
      {"/api/v1/recordings/..%2F..%2Fetc%2Fpasswd", "", {"..", "/", "\\"}},
      {"/api/v1/recordings?filename=..%5C..%5Cboot.ini", "", {"..", "\\\\"}},
      {"/api/v1/recordings",
       "attachment; filename*=UTF-8''a%00b.wav",
       {std::string("\0", 1), "\\u0000"}},
      {"/api/v1/recordings", "attachment; filename*=UTF-8''%E2%80%AEvaw.exe", {"\u202e"}},
      {"/api/v1/recordings?filename=" + http::percent_encode(long_name), "", {"\ufffd"}},
  };
  ApiHarness server;
  auto me = server.sign_up();
  for (const auto& given : cases) {
    SCOPED_TRACE(given.target.substr(0, 60) + given.disposition);
    Ask ask{"PUT", given.target, me, {}, "bytes"};
    if (!given.disposition.empty()) ask.fields = {{"Content-Disposition", given.disposition}};
    auto answer = server.ask(ask);
    EXPECT_EQ(answer.status, 201) << answer.body;
    auto name = answer.text("file_name");
    EXPECT_LE(name.size(), 255u);
    for (const auto& text : given.lacks) EXPECT_THAT(name, Not(HasSubstr(text)));
    EXPECT_EQ(server.get(path(answer.text("id"), "/audio"), me).body, "bytes");
  }
}

TEST(BadInput, ACursorThatWasTamperedWithIsRefused) {
  ApiHarness server;
  auto ann = server.sign_up("ann");
  auto bob = server.sign_up("bob");
  for (int i = 0; i < 3; ++i) server.upload(ann, "bytes " + std::to_string(i));
  auto cursor = server.get("/api/v1/recordings?limit=1", ann).text("next_cursor");
  ASSERT_FALSE(cursor.empty());
  auto tampered = cursor;
  tampered[10] = tampered[10] == 'A' ? 'B' : 'A';
  auto list = std::string("/api/v1/recordings?limit=1&cursor=");
  EXPECT_EQ(server.get(list + cursor, ann).status, 200);
  for (const auto& [target, who] : {std::pair{list + tampered, ann},
                                    {list + "x", ann},
                                    {list + cursor, bob},
                                    {list + cursor + "&q=other", ann},
                                    {"/api/v1/recordings/changes?since=" + cursor, ann}}) {
    SCOPED_TRACE(target);
    auto answer = server.get(target, who);
    expect_problem(answer, 400, "invalid");
    EXPECT_THAT(answer.text("detail"), HasSubstr("without it"));
  }
}

TEST(BadInput, JsonHasALimitKnownBeforeAndFoundWhileReading) {
  ApiHarness server;
  auto me = server.sign_up();
  auto id = server.upload(me);
  auto big = R"({"note": ")" + std::string(10 * MiB, 'x') + R"("})";
  for (bool chunked : {false, true}) {
    expect_problem(server.ask({"POST", "/api/v1/sessions", "", {}, big, chunked}), 413,
                   "too-large");
    expect_problem(server.ask({"PATCH", path(id), me, {}, big, chunked}), 413, "too-large");
  }
}

TEST(BadInput, MalformedJsonSaysWhere) {
  ApiHarness server;
  for (std::string body : {"", "{", "[]", "null", "{\"username\": 7}", "{\"username\": \"a\"}",
                           "\xff", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}) {
    SCOPED_TRACE(body);
    expect_problem(server.post("/api/v1/sessions", "", body), 400, "invalid");
  }
}

TEST(BadInput, ABodyOnGetIsIgnored) {
  ApiHarness server;
  auto me = server.sign_up();
  EXPECT_EQ(server.ask({"GET", "/api/v1/recordings", me, {}, "{\"a\": 1}"}).status, 200);
  EXPECT_EQ(server.ask({"GET", "/healthz", "", {}, std::string(100'000, 'x'), true}).body, "ok");
}

TEST(BadInput, OfATruncatedBodyWhatArrivedIsALiveRecording) {
  ApiHarness server;
  auto me = server.sign_up();
  for (auto bytes : {std::optional<ByteCount>(500), std::optional<ByteCount>()}) {
    auto body = std::make_unique<BrokenBody>("the first half");
    auto answer = server.send({"POST", "/api/v1/recordings", me}, std::move(body), bytes);
    expect_problem(answer, 400, "invalid");
    EXPECT_THAT(answer.text("detail"), HasSubstr("again"));
  }
  auto items = server.get("/api/v1/recordings", me).object()["items"].as_array();
  ASSERT_EQ(items.size(), 2u);
  for (const auto& item : items) {
    EXPECT_EQ(item.at("state"), "recording");
    EXPECT_EQ(item.at("size"), 14);
  }
}

TEST(BadInput, OfATruncatedBodyWithADigestNothingIsKept) {
  ApiHarness server;
  auto me = server.sign_up();
  auto body = std::make_unique<BrokenBody>("the first half");
  Ask ask{"POST", "/api/v1/recordings", me};
  ask.fields = {{"Repr-Digest",
                 http::format_digest(DigestAlgorithm::sha256, view_of(sha256_of("all of it")))}};
  expect_problem(server.send(ask, std::move(body), 500), 400, "invalid");
  expect_empty(server, me);
}

TEST(BadInput, AnEmptyRecordingIsRefused) {
  ApiHarness server;
  auto me = server.sign_up();
  expect_problem(server.post("/api/v1/recordings", me, ""), 400, "invalid");
  expect_empty(server, me);
}

TEST(BadInput, WrongDigestsKeepNothingAndRightOnesPass) {
  ApiHarness server;
  auto me = server.sign_up();
  const http::Field right[]{
      {"Repr-Digest", "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:"},
      {"Content-Digest", "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:"},
      {"Content-MD5", "kAFQmDzST7DWlj99KOF/cg=="}};
  for (const auto& field : right) {
    SCOPED_TRACE(field.name);
    expect_problem(server.ask({"POST", "/api/v1/recordings", me, {field}, "abd"}), 422,
                   "digest-mismatch");
    expect_empty(server, me);
  }
  for (const auto& field : right) {
    EXPECT_EQ(server.ask({"POST", "/api/v1/recordings", me, {field}, "abc"}).status, 201);
  }
  auto malformed =
      Ask{"POST", "/api/v1/recordings", me, {{"Repr-Digest", "sha-256=nothing"}}, "abc"};
  expect_problem(server.ask(malformed), 400, "invalid");
}

TEST(BadInput, QuotaIsRefusedWithHowMuchIsLeft) {
  ApiHarness server;
  auto me = server.sign_up();
  auto account = AccountId::parse(server.get("/api/v1/users/me", me).text("id"));
  server.world.set_quota(*account, 100);
  server.upload(me, std::string(70, 'x'));
  for (bool chunked : {false, true}) {
    auto answer = server.ask({"POST", "/api/v1/recordings", me, {}, std::string(31, 'x'), chunked});
    expect_problem(answer, 413, "over-quota");
    EXPECT_EQ(answer.object()["bytes_left"], 30);
  }
  EXPECT_EQ(server.get("/api/v1/users/me", me).object()["used_bytes"], 70);
  EXPECT_EQ(server.post("/api/v1/recordings", me, std::string(30, 'x')).status, 201);
}

TEST(BadInput, ARecordingOverTheServersLimitIsTooLarge) {
  ApiHarness server;
  auto me = server.sign_up();
  for (bool chunked : {false, true}) {
    expect_problem(
        server.ask({"POST", "/api/v1/recordings", me, {}, std::string(1001, 'x'), chunked}), 413,
        "too-large");
  }
  expect_empty(server, me);
}

TEST(BadInput, FullStorageIsSaidBeforeAnythingIsKept) {
  ApiHarness server;
  auto me = server.sign_up();
  server.world.blobs.free = 1000;
  expect_problem(server.post("/api/v1/recordings", me, "bytes"), 507, "storage-full");
  expect_empty(server, me);
  EXPECT_THAT(server.get("/readyz").body, HasSubstr("Free space is low"));
}

TEST(BadInput, AFormIsToldHowToSendTheFile) {
  ApiHarness server;
  auto me = server.sign_up();
  auto answer = server.ask({"POST",
                            "/api/v1/recordings",
                            me,
                            {{"Content-Type", "Multipart/Form-Data; boundary=x"}},
                            "--x\r\n"});
  expect_problem(answer, 415, "unsupported-media-type");
  EXPECT_THAT(answer.text("detail"), HasSubstr("curl -T"));
  expect_empty(server, me);
}

TEST(BadInput, AnIdempotencyKeyHasALimit) {
  ApiHarness server;
  auto me = server.sign_up();
  Ask ask{"POST", "/api/v1/recordings", me, {{"Idempotency-Key", std::string(256, 'k')}}, "bytes"};
  expect_problem(server.ask(ask), 400, "invalid");
  ask.fields[0].value.pop_back();
  EXPECT_EQ(server.ask(ask).status, 201);
}

TEST(BadInput, PathsThatLookLikeOthersLeadNowhere) {
  ApiHarness server;
  auto me = server.sign_up();
  for (auto target : {"/api/v1/recordings//", "/api/v1//recordings", "/API/v1/recordings",
                      "/api/v1/../v1/recordings", "/api%2Fv1/recordings", "/healthz//", "//",
                      "/assets/..%2Fopenapi.json"}) {
    EXPECT_EQ(server.get(target, me).status, 404) << target;
  }
  EXPECT_EQ(server.get("/api/v1/recordings/", me).status, 200) << "as `curl -T - URL/` sends it";
}

TEST(BadInput, AHundredFieldsAreNoReasonToFail) {
  ApiHarness server;
  Ask ask{"GET", "/healthz"};
  for (int i = 0; i < 100; ++i) ask.fields.push_back({"X-" + std::to_string(i), "v"});
  EXPECT_EQ(server.ask(ask).status, 200);
}

}  // namespace
}  // namespace tapedeck::api
