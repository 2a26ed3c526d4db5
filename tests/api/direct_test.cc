// Uploads whose bytes go straight to the store, as HTTP has them; and every way to ask wrongly.
#include "api/harness.h"
#include "base/encoding.h"

namespace tapedeck::api {
namespace {

struct DirectServer : ApiHarness {
  DirectServer() : ApiHarness(wanting()) { owner = sign_up(); }
  static Options wanting() {
    Options options;
    options.direct_from_bytes = 500;
    return options;
  }

  Answer create(const std::string& body, std::vector<http::Field> fields = {}) {
    fields.push_back({"Content-Type", "application/json"});
    return ask({"POST", "/api/v1/uploads", owner, std::move(fields), body});
  }
  Answer create_of(ByteCount length, const std::string& more = "") {
    return create(R"({"mode": "direct", "length": )" + std::to_string(length) + more + "}");
  }
  /// Puts all parts of the page, as a client does; gives the body that completes it.
  json::array put(const Answer& page, const std::string& bytes) {
    json::array named;
    auto told = page.object();
    for (const auto& part : told.at("parts").as_array()) {
      auto offset = part.at("offset").to_number<std::size_t>();
      auto count = part.at("bytes").to_number<std::size_t>();
      auto url = std::string(part.at("url").as_string());
      auto etag = world.direct_blobs.put_part(url, bytes.substr(offset, count));
      named.push_back({{"number", part.at("number")}, {"etag", '"' + etag + '"'}});
    }
    return named;
  }
  Answer complete(const std::string& upload, const json::array& parts,
                  const std::string& sha256 = "") {
    json::object body{{"parts", parts}};
    if (!sha256.empty()) body["sha256"] = sha256;
    return post(upload + "/complete", "", json::serialize(body));
  }

  std::string owner;
};

std::string hex_of(const std::string& bytes) {
  return to_hex(view_of(sha256_of(bytes)));
}

TEST(Direct, TheServerSaysFromWhichSizeOnItWantsThem) {
  DirectServer server;
  auto uploads_of = [](ApiHarness& asked) {
    return asked.get("/api/v1/config").object().at("uploads").as_object();
  };
  auto config = uploads_of(server);
  EXPECT_EQ(config["direct_possible"], true);
  EXPECT_EQ(config["direct_from_bytes"], 500);
  EXPECT_EQ(config["recording_bytes_max"], 1000);
  server.world.direct_blobs.is_possible = false;
  config = uploads_of(server);
  EXPECT_EQ(config["direct_possible"], false);
  EXPECT_TRUE(config["direct_from_bytes"].is_null());
  ApiHarness unwilling;
  EXPECT_TRUE(uploads_of(unwilling)["direct_from_bytes"].is_null());
}

TEST(Direct, FromItsCreationToItsPlayback) {
  DirectServer server;
  auto bytes = some_wav();
  auto created = server.create_of(bytes.size(), R"(, "title": "T", "tags": ["a", "b"],
      "clientId": "phone-1", "recordedAt": "2026-11-01T10:00:00Z", "filename": "a.wav",
      "contentType": "audio/wav", "note": "N")");
  ASSERT_EQ(created.status, 201) << created.body;
  auto upload = created.field("Location");
  EXPECT_TRUE(upload.starts_with("/api/v1/uploads/td_u_"));
  auto shown = created.object();
  EXPECT_EQ(shown["part_bytes"], 100);
  EXPECT_EQ(shown["part_count"], 3);
  EXPECT_EQ(shown["length"], bytes.size());
  EXPECT_EQ(shown["assembled"], false);
  EXPECT_TRUE(shown["next_part"].is_null());
  auto id = created.text("recording_id");
  EXPECT_EQ(server.get(path(id), server.owner).text("state"), "recording");

  auto parts = server.put(created, bytes);
  auto listed = server.get(upload + "/parts?from=2").object();
  ASSERT_EQ(listed["parts"].as_array().size(), 2u);
  EXPECT_EQ(listed["parts"].at(0).at("number"), 2);
  EXPECT_TRUE(listed["parts"].at(0).as_object().contains("etag"));

  for (int i = 0; i < 2; ++i) {
    auto done = server.complete(upload, parts, hex_of(bytes));
    ASSERT_EQ(done.status, 201) << done.body;
    EXPECT_EQ(done.field("Location"), path(id));
    EXPECT_EQ(done.text("id"), id);
    EXPECT_EQ(done.text("state"), "ready");
    EXPECT_EQ(done.text("sha256"), hex_of(bytes));
    EXPECT_EQ(done.text("title"), "T");
    EXPECT_EQ(done.text("note"), "N");
    EXPECT_EQ(done.text("file_name"), "a.wav");
    EXPECT_EQ(done.text("client_id"), "phone-1");
    EXPECT_EQ(done.text("recorded_at"), "2026-11-01T10:00:00.000Z");
    EXPECT_EQ(done.object()["tags"].as_array().size(), 2u);
  }
  EXPECT_EQ(server.get(path(id, "/audio"), server.owner).body, bytes);
  EXPECT_EQ(server.get(path(id, "/audio"), server.owner).field("Content-Type"), "audio/wav");
}

TEST(Direct, ACreationThatCannotBeIsRefused) {
  DirectServer server;
  struct Case {
    std::string body;
    int status;
    const char* type;
  };
  for (const auto& [body, status, type] : std::vector<Case>{
           {R"({"mode": "direct", "length": 0})", 400, "invalid"},
           {R"({"mode": "direct", "length": -1})", 400, "invalid"},
           {R"({"mode": "direct", "length": 1.5})", 400, "invalid"},
           {R"({"mode": "direct", "length": "10"})", 400, "invalid"},
           {R"({"mode": "direct", "length": 18446744073709551615})", 400, "invalid"},
           {R"({"mode": "direct"})", 400, "invalid"},
           {R"({"mode": "tus", "length": 10})", 400, "invalid"},
           {R"({"length": 10})", 400, "invalid"},
           {R"({"mode": 1, "length": 10})", 400, "invalid"},
           {R"(["direct"])", 400, "invalid"},
           {"{", 400, "invalid"},
           {"", 400, "invalid"},
           {R"({"mode": "direct", "length": 1001})", 413, "too-large"},
           {R"({"mode": "direct", "length": 5497558138881})", 413, "too-large"},
           {R"({"mode": "direct", "length": 9223372036854775807})", 413, "too-large"}}) {
    SCOPED_TRACE(body);
    expect_problem(server.create(body), status, type);
  }
  auto body = R"({"mode": "direct", "length": 10})";
  auto json = std::vector<http::Field>{{"Content-Type", "application/json"}};
  expect_problem(server.ask({"POST", "/api/v1/uploads", "", json, body}), 401, "unauthenticated");
  auto reader = server.token(server.owner, "read");
  expect_problem(server.ask({"POST", "/api/v1/uploads", reader, json, body}), 403, "forbidden");
  server.world.direct_blobs.is_possible = false;
  expect_problem(server.create(body), 400, "invalid");
  EXPECT_NE(server.create(body).text("detail").find("tus"), std::string::npos);
  EXPECT_EQ(server.get("/api/v1/recordings", server.owner).object()["items"].as_array().size(), 0u);
}

TEST(Direct, WhatCannotBeReadOfTheDescriptionIsLeftOut) {
  DirectServer server;
  auto created = server.create_of(10, R"(, "title": 7, "tags": [1, "x"], "recordedAt": "soon")");
  ASSERT_EQ(created.status, 201);
  auto shown = server.get(path(created.text("recording_id")), server.owner);
  EXPECT_EQ(shown.text("title"), "");
  EXPECT_EQ(shown.object()["tags"], (json::array{"x"}));
}

TEST(Direct, ACompletionThatCannotBeIsRefusedAndChangesNothing) {
  DirectServer server;
  auto bytes = some_bytes(250);
  auto created = server.create_of(bytes.size());
  auto upload = created.field("Location");
  auto parts = server.put(created, bytes);
  auto body_of = [](const json::value& list) {
    return json::serialize(json::object{{"parts", list}});
  };
  auto without = json::array{parts[0], parts[2]};
  auto twice = json::array{parts[0], parts[1], parts[1]};
  auto more = json::array{parts[0], parts[1], parts[2], {{"number", 4}, {"etag", "x"}}};
  for (const auto& body :
       {std::string("{"), std::string("[]"), std::string("{}"), body_of(json::array()),
        body_of(without), body_of(twice), body_of(more), body_of("all"), body_of({{"number", 1}}),
        body_of({json::object{{"number", 1}}}), body_of({{{"number", 0}, {"etag", "x"}}}),
        body_of({{{"number", "1"}, {"etag", "x"}}}), body_of({{{"number", 10'001}, {"etag", "x"}}}),
        body_of({{{"number", 1}, {"etag", "</ETag>"}}}),
        body_of({{{"number", 1}, {"etag", std::string(129, 'a')}}}),
        std::string(R"({"parts": [], "sha256": "abc"})"),
        std::string(R"({"parts": [], "sha256": 5})")}) {
    SCOPED_TRACE(body);
    expect_problem(server.post(upload + "/complete", "", body), 400, "invalid");
  }
  auto wrong = parts;
  wrong[1].as_object()["etag"] = "0123";
  expect_problem(server.complete(upload, wrong), 409, "conflict");
  expect_problem(server.get(upload + "/parts?from=0"), 400, "invalid");
  expect_problem(server.get(upload + "/parts?from=4"), 400, "invalid");
  expect_problem(server.get(upload + "/parts?from=x"), 400, "invalid");
  expect_problem(server.get(upload + "/parts?from=99999999999"), 400, "invalid");
  EXPECT_EQ(server.complete(upload, parts, hex_of(bytes)).status, 201);
}

TEST(Direct, NobodyElsesAndNoUploadLookTheSame) {
  DirectServer server;
  auto created = server.create_of(150);
  auto upload = created.field("Location");
  auto parts = server.put(created, some_bytes(150));
  auto eve = server.sign_up("eve");
  auto body = json::serialize(json::object{{"parts", parts}});
  for (const auto& [where, who] : std::vector<std::pair<std::string, std::string>>{
           {upload, eve},
           {upload, "Bearer nonsense"},
           {"/api/v1/uploads/td_u_nonsense", server.owner},
           {"/api/v1/uploads/" + created.text("recording_id"), server.owner}}) {
    SCOPED_TRACE(where + " " + who);
    expect_problem(server.post(where + "/complete", who, body), 404, "not-found");
    expect_problem(server.get(where + "/parts", who), 404, "not-found");
    EXPECT_EQ(server.ask({"DELETE", where, who}).status, 404);
  }
  EXPECT_EQ(server.post(upload + "/complete", server.owner, body).status, 201);
}

TEST(Direct, ADigestOrALengthThatIsNotTrueEndsIt) {
  DirectServer server;
  auto created = server.create_of(150);
  auto upload = created.field("Location");
  auto parts = server.put(created, some_bytes(150));
  expect_problem(server.complete(upload, parts, hex_of("else")), 422, "digest-mismatch");
  expect_problem(server.complete(upload, parts), 404, "not-found");
  expect_problem(server.get(path(created.text("recording_id")), server.owner), 404, "not-found");
  EXPECT_EQ(server.world.blob_count(), 0u);
}

TEST(Direct, DeleteEndsIt) {
  DirectServer server;
  auto created = server.create_of(150);
  auto upload = created.field("Location");
  auto parts = server.put(created, some_bytes(150));
  EXPECT_EQ(server.ask({"DELETE", upload}).status, 204);
  EXPECT_EQ(server.world.unfinished_count(), 0u);
  expect_problem(server.complete(upload, parts), 404, "not-found");
  EXPECT_EQ(server.ask({"DELETE", upload}).status, 404);
}

TEST(Direct, ATusUploadIsNone) {
  DirectServer server;
  auto tus = std::vector<http::Field>{{"Tus-Resumable", "1.0.0"}, {"Upload-Length", "150"}};
  auto begun = server.ask({"POST", "/api/v1/uploads", server.owner, tus});
  ASSERT_EQ(begun.status, 201);
  auto upload = begun.field("Location");
  expect_problem(server.get(upload + "/parts"), 409, "conflict");
  expect_problem(server.complete(upload, {}), 409, "conflict");
  EXPECT_EQ(server.ask({"DELETE", upload}).status, 412) << "tus asks for its version";
}

TEST(Direct, ARepeatWithTheSameKeyIsTheSameRecording) {
  DirectServer server;
  auto key = std::vector<http::Field>{{"Idempotency-Key", "k"}};
  auto body = R"({"mode": "direct", "length": 150})";
  auto first = server.create(body, key);
  auto second = server.create(body, key);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(first.text("recording_id"), second.text("recording_id"));
  expect_problem(server.create(R"({"mode": "direct", "length": 151})", key), 422, "key-reused");
  auto parts = server.put(first, some_bytes(150));
  EXPECT_EQ(server.complete(second.field("Location"), parts).status, 201);
  auto third = server.create(body, key);
  EXPECT_EQ(third.object()["assembled"], true);
  EXPECT_EQ(third.object()["parts"].as_array().size(), 0u);
}

TEST(Direct, AnUploadThatExpiredIsGone) {
  DirectServer server;
  auto created = server.create_of(150);
  auto upload = created.field("Location");
  auto parts = server.put(created, some_bytes(150));
  server.world.env.pass(std::chrono::hours(24) + std::chrono::seconds(1));
  expect_problem(server.complete(upload, parts), 404, "not-found");
  expect_problem(server.get(upload + "/parts"), 404, "not-found");
}

}  // namespace
}  // namespace tapedeck::api
