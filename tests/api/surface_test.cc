// Requests and their answers, one after the other in one server: a table of what is said and what
// must not be.
#include "api/harness.h"

namespace tapedeck::api {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Step {
  std::string name;
  Ask ask;  // "$ID" in target and fields is the first recording, "$ME" the session
  int status;
  std::vector<http::Field> fields = {};  // what each must contain
  std::vector<std::string> contains = {};
  std::vector<std::string> lacks = {};
};

std::string filled(std::string text, const std::string& id, const std::string& me) {
  for (auto [mark, value] : {std::pair{"$ID", &id}, std::pair{"$ME", &me}}) {
    if (auto at = text.find(mark); at != std::string::npos) text.replace(at, 3, *value);
  }
  return text;
}

const std::vector<Step> steps{
    {"config",
     {"GET", "/api/v1/config"},
     200,
     {{"Content-Type", "application/json"}},
     {"\"append_bytes_max\":null", "\"chunks_required\":false"},
     {"hint"}},
    {"health", {"GET", "/healthz"}, 200, {{"Content-Type", "text/plain"}}, {"ok"}},
    {"home",
     {"GET", "/"},
     200,
     {{"Content-Security-Policy", "default-src 'none'"}},
     {"/api/v1/docs"},
     {"http://", "https://", "ann"}},
    {"docs", {"GET", "/api/v1/docs"}, 200, {{"Content-Type", "text/html"}}, {"docs.js"}, {"http"}},
    {"script", {"GET", "/assets/docs.js"}, 200, {{"Content-Type", "text/javascript"}}, {"curl"}},
    {"style", {"GET", "/assets/pages.css"}, 200, {{"Content-Type", "text/css"}}, {}, {"@import"}},
    {"setup", {"GET", "/setup"}, 200, {{"Cache-Control", "no-store"}}, {"password"}},
    {"no asset", {"GET", "/assets/openapi.json"}, 404, {}, {"not-found"}},
    {"nothing here", {"GET", "/nowhere"}, 404, {}, {"/problems/not-found", "/api/v1/docs"}},
    {"wrong method",
     {"PATCH", "/api/v1/recordings"},
     405,
     {{"Allow", "POST"}, {"Allow", "HEAD"}},
     {"/problems/method-not-allowed"}},
    {"options", {"OPTIONS", "/api/v1/recordings"}, 204, {{"Allow", "PUT"}}},
    {"no token",
     {"GET", "/api/v1/recordings"},
     401,
     {{"WWW-Authenticate", "Bearer error=\"invalid_token\""}},
     {"Authorization: Bearer"}},
    {"a wrong token",
     {"GET", "/api/v1/recordings", "Bearer td_s_nonsense"},
     401,
     {{"WWW-Authenticate", "Bearer"}},
     {"/problems/unauthenticated"},
     {"td_s_nonsense"}},
    {"basic", {"GET", "/api/v1/recordings", "Basic YTpi"}, 401, {}, {"Bearer"}},
    {"me",
     {"GET", "/api/v1/users/me", "$ME"},
     200,
     {{"Cache-Control", "no-store"}},
     {R"("username":"ann")", R"("admin":false)", R"("quota_bytes":null)"},
     {"password", "hash"}},
    {"taken",
     {"POST", "/api/v1/users", "", {}, R"({"username": "Ann", "password": "another horse"})"},
     409,
     {},
     {"conflict"}},
    {"short password",
     {"POST", "/api/v1/users", "", {}, R"({"username": "bob", "password": "short"})"},
     400,
     {},
     {"8"}},
    {"wrong password",
     {"POST", "/api/v1/sessions", "", {}, R"({"username": "ann", "password": "wrong horse"})"},
     401,
     {},
     {},
     {"wrong horse"}},
    {"sessions",
     {"GET", "/api/v1/sessions", "$ME"},
     200,
     {},
     {R"("kind":"session")", R"("current":true)"},
     {"td_s_"}},
    {"create",
     {"POST",
      "/api/v1/recordings?title=Idea&tags=a,%20b",
      "$ME",
      {{"Content-Disposition", "attachment; filename=\"../up.wav\""}},
      some_wav()},
     201,
     {{"Location", "/api/v1/recordings/0"}, {"ETag", "\"1\""}},
     {R"("title":"Idea")", R"("tags":["a","b"])", R"("size":300)", R"("state":"ready")",
      R"("content_type":"audio/wav")", "up.wav"},
     {"../"}},
    {"show", {"GET", "/api/v1/recordings/$ID", "$ME"}, 200, {{"ETag", "\"1\""}}, {"Idea"}},
    {"unchanged", {"GET", "/api/v1/recordings/$ID", "$ME", {{"If-None-Match", "\"1\""}}}, 304},
    {"not that version",
     {"PATCH", "/api/v1/recordings/$ID", "$ME", {{"If-Match", "\"7\""}}, R"({"title": "x"})"},
     412,
     {},
     {"fetch it again"}},
    {"change",
     {"PATCH",
      "/api/v1/recordings/$ID",
      "$ME",
      {{"If-Match", "\"1\""}},
      R"({"title": "Better", "recorded_at": "2026-01-02T03:04:05+01:00"})"},
     200,
     {{"ETag", "\"2\""}},
     {"Better", "2026-01-02T02:04:05.000Z"},
     {"Idea"}},
    {"bad time",
     {"PATCH", "/api/v1/recordings/$ID", "$ME", {}, R"({"recorded_at": "today"})"},
     400,
     {},
     {"2026-11-23T10:00:00Z"}},
    {"list",
     {"GET", "/api/v1/recordings?q=better&tag=a&state=ready", "$ME"},
     200,
     {},
     {"$ID", R"("next_cursor":null)"}},
    {"list others",
     {"GET", "/api/v1/recordings?q=absent", "$ME"},
     200,
     {},
     {R"("items":[])"},
     {"$ID"}},
    {"bad limit", {"GET", "/api/v1/recordings?limit=0", "$ME"}, 400, {}, {"from 1 to 200"}},
    {"bad state", {"GET", "/api/v1/recordings?state=odd", "$ME"}, 400, {}, {"trashed"}},
    {"bad from", {"GET", "/api/v1/recordings?from=monday", "$ME"}, 400, {}, {"from"}},
    {"changes",
     {"GET", "/api/v1/recordings/changes", "$ME"},
     200,
     {},
     {R"("deleted":false)", "$ID", R"("more":false)"}},
    {"play",
     {"GET", "/api/v1/recordings/$ID/audio", "$ME"},
     200,
     {{"Content-Type", "audio/wav"},
      {"Accept-Ranges", "bytes"},
      {"ETag", "\"sha256-"},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Disposition", "inline"},
      {"Content-Security-Policy", "sandbox; default-src 'none'"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Cache-Control", "private, no-store"}},
     {"RIFF"}},
    {"purge too early", {"DELETE", "/api/v1/recordings/$ID?permanent=1", "$ME"}, 409},
    {"trash", {"DELETE", "/api/v1/recordings/$ID", "$ME"}, 204},
    {"no link to trash",
     {"POST", "/api/v1/recordings/$ID/playback-urls", "$ME"},
     409,
     {},
     {"restore it first"}},
    {"not listed", {"GET", "/api/v1/recordings", "$ME"}, 200, {}, {}, {"$ID"}},
    {"in the trash", {"GET", "/api/v1/recordings?state=trashed", "$ME"}, 200, {}, {"$ID"}},
    {"restore",
     {"POST", "/api/v1/recordings/$ID/restore", "$ME"},
     200,
     {},
     {R"("trashed_at":null)"}},
    {"trash again", {"DELETE", "/api/v1/recordings/$ID", "$ME"}, 204},
    {"purge", {"DELETE", "/api/v1/recordings/$ID?permanent=1", "$ME"}, 204},
    {"gone", {"GET", "/api/v1/recordings/$ID", "$ME"}, 404},
    {"tombstone",
     {"GET", "/api/v1/recordings/changes", "$ME"},
     200,
     {},
     {R"("deleted":true)"},
     {"Better"}},
    {"export",
     {"GET", "/api/v1/users/me/export", "$ME"},
     200,
     {{"Content-Type", "application/x-tar"}},
     {"account.json"}},
    {"a wrong old password",
     {"PATCH",
      "/api/v1/users/me",
      "$ME",
      {},
      R"({"password": "wrong", "new_password": "a new horse"})"},
     403},
    {"a new password",
     {"PATCH",
      "/api/v1/users/me",
      "$ME",
      {},
      R"({"password": "correct horse", "new_password": "a new horse"})"},
     200},
    {"still signed in", {"GET", "/api/v1/users/me", "$ME"}, 200},
    {"close without password", {"DELETE", "/api/v1/users/me", "$ME"}, 403},
    {"close", {"DELETE", "/api/v1/users/me", "$ME", {}, R"({"password": "a new horse"})"}, 204},
    {"closed", {"GET", "/api/v1/users/me", "$ME"}, 401},
};

TEST(Surface, AnswersAsTheContractSays) {
  ApiHarness server;
  auto me = server.sign_up();
  std::string id = "(none yet)";
  for (const auto& step : steps) {
    SCOPED_TRACE(step.name);
    auto ask = step.ask;
    ask.target = filled(ask.target, id, me);
    ask.authorization = filled(ask.authorization, id, me);
    auto answer = server.ask(ask);
    EXPECT_EQ(answer.status, step.status) << answer.body;
    if (step.name == "create") id = answer.text("id");
    EXPECT_FALSE(answer.field("X-Request-Id").empty());
    EXPECT_EQ(answer.field("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(answer.field("X-Content-Type-Options"), "nosniff");
    for (const auto& field : step.fields) {
      EXPECT_THAT(answer.field(field.name), HasSubstr(field.value)) << field.name;
    }
    for (const auto& text : step.contains) {
      EXPECT_THAT(answer.body, HasSubstr(filled(text, id, me)));
    }
    for (const auto& text : step.lacks) {
      EXPECT_THAT(answer.body, Not(HasSubstr(filled(text, id, me))));
    }
  }
}

TEST(Surface, PagesFollowEachOtherToTheEnd) {
  ApiHarness server;
  auto me = server.sign_up();
  for (int i = 0; i < 5; ++i) server.upload(me, "bytes " + std::to_string(i));
  std::size_t seen = 0;
  std::string cursor;
  for (int pages = 0; pages < 4; ++pages) {
    auto answer = server.get("/api/v1/recordings?limit=2&cursor=" + cursor, me);
    ASSERT_EQ(answer.status, 200) << answer.body;
    seen += answer.object()["items"].as_array().size();
    cursor = answer.text("next_cursor");
    if (cursor.empty()) break;
  }
  EXPECT_EQ(seen, 5u);
  EXPECT_EQ(cursor, "");
}

TEST(Surface, ARepeatedCreateGivesTheFirstRecording) {
  ApiHarness server;
  auto me = server.sign_up();
  Ask ask{"PUT", "/api/v1/recordings/memo.wav", me, {{"Idempotency-Key", "once"}}, "the bytes"};
  auto first = server.ask(ask);
  auto second = server.ask(ask);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(first.text("file_name"), "memo.wav");
  EXPECT_EQ(first.field("Idempotency-Replayed"), "");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.field("Idempotency-Replayed"), "true");
  EXPECT_EQ(first.text("id"), second.text("id"));
  ask.body = "other bytes";
  expect_problem(server.ask(ask), 422, "key-reused");
}

TEST(Surface, FieldsDescribeAnUploadAsWellAsParameters) {
  ApiHarness server;
  auto me = server.sign_up();
  auto answer = server.ask({"POST",
                            "/api/v1/recordings",
                            me,
                            {{"Title", "J%C3%BCrgen"},
                             {"Note", "50% of it"},
                             {"Tags", "x, y"},
                             {"Recorded-At", "2026-01-02T03:04:05Z"},
                             {"Client-Id", "c-1"},
                             {"Content-Type", "application/x-www-form-urlencoded"},
                             {"Want-Repr-Digest", "sha-256=1"}},
                            "abc",
                            true});
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.text("title"), "J\u00fcrgen");
  EXPECT_EQ(answer.text("note"), "50% of it");
  EXPECT_EQ(json::serialize(answer.object()["tags"]), R"(["x","y"])");
  EXPECT_EQ(answer.text("recorded_at"), "2026-01-02T03:04:05.000Z");
  EXPECT_EQ(answer.text("client_id"), "c-1");
  EXPECT_EQ(answer.text("content_type"), "application/octet-stream");
  EXPECT_EQ(answer.field("Repr-Digest"), "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:");
}

TEST(Surface, ReadinessTellsWhatIsWrong) {
  Options options;
  options.allow_unverified_social_login = true;
  ApiHarness server(options);
  auto well = server.get("/readyz");
  EXPECT_EQ(well.status, 200);
  EXPECT_THAT(well.body, HasSubstr(R"("ready":true)"));
  EXPECT_THAT(well.body, HasSubstr("allow_unverified_social_login"));
  server.world.faults.arm(Faults::When::before, 1);
  auto ill = server.get("/readyz");
  EXPECT_EQ(ill.status, 503);
  EXPECT_THAT(ill.body, HasSubstr("does not answer"));
  EXPECT_THAT(ill.body, Not(HasSubstr("injected")));
  server.world.faults.disarm();
  server.api.begin_stopping();
  EXPECT_EQ(server.get("/readyz").status, 503);
  EXPECT_EQ(server.get("/healthz").status, 200);
}

TEST(Surface, AFailureInsideShowsNoDetails) {
  ApiHarness server;
  auto me = server.sign_up();
  server.world.faults.arm(Faults::When::before, 1);
  auto answer = server.get("/api/v1/recordings", me);
  expect_problem(answer, 503, "unavailable");
  EXPECT_THAT(answer.body, Not(HasSubstr("injected")));
  EXPECT_EQ(answer.field("Retry-After"), "5");
}

TEST(Surface, CrossOriginsAreAnsweredOnlyWhereConfigured) {
  const Ask foreign{"GET", "/healthz", "", {{"Origin", "https://app.example"}}};
  Ask preflight{"OPTIONS",
                "/api/v1/recordings",
                "",
                {{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "POST"}}};
  ApiHarness closed;
  EXPECT_EQ(closed.ask(foreign).field("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(closed.ask(preflight).field("Access-Control-Allow-Methods"), "");

  Options options;
  options.cors_origins = {"https://app.example"};
  ApiHarness listed(options);
  auto answer = listed.ask(foreign);
  EXPECT_EQ(answer.field("Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(answer.field("Vary"), "Origin");
  EXPECT_EQ(answer.field("Access-Control-Allow-Credentials"), "");
  EXPECT_THAT(answer.field("Access-Control-Expose-Headers"), HasSubstr("Location"));
  auto allowed = listed.ask(preflight);
  EXPECT_EQ(allowed.status, 204);
  EXPECT_THAT(allowed.field("Access-Control-Allow-Headers"), HasSubstr("Authorization"));
  EXPECT_THAT(allowed.field("Access-Control-Allow-Methods"), HasSubstr("POST"));
  preflight.fields[0].value = "https://evil.example";
  EXPECT_EQ(listed.ask(preflight).field("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(listed.ask(preflight).field("Access-Control-Allow-Methods"), "");

  options.cors_origins = {"*"};
  ApiHarness any(options);
  EXPECT_EQ(any.ask(foreign).field("Access-Control-Allow-Origin"), "*");
}

TEST(Surface, ASaneRequestIdIsKeptAndAnotherReplaced) {
  ApiHarness server;
  EXPECT_EQ(
      server.ask({"GET", "/healthz", "", {{"X-Request-Id", "abc-1.2_3"}}}).field("X-Request-Id"),
      "abc-1.2_3");
  for (auto given : {std::string("a b"), std::string(65, 'a'), std::string("\"")}) {
    auto id = server.ask({"GET", "/healthz", "", {{"X-Request-Id", given}}}).field("X-Request-Id");
    EXPECT_TRUE(Ulid::parse(id)) << id;
  }
}

TEST(Surface, TooManyRequestsOfOneAddressAreToldToWait) {
  Options options;
  options.requests_per_minute = 3;
  options.sign_ins_per_minute = 1;
  ApiHarness server(options);
  server.sign_up();
  auto second = server.post("/api/v1/sessions", "", R"({"username": "x", "password": "y"})");
  expect_problem(second, 429, "limited");
  EXPECT_EQ(second.field("Retry-After"), "60");
  EXPECT_EQ(server.get("/healthz").status, 200);
  expect_problem(server.get("/healthz"), 429, "limited");
  EXPECT_EQ(server.ask({"GET", "/healthz", "", {}, "", false, "203.0.113.8"}).status, 200);
  server.world.env.pass(std::chrono::minutes(1));
  EXPECT_EQ(server.get("/healthz").status, 200);
}

}  // namespace
}  // namespace tapedeck::api
