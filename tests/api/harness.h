// A whole server in process: requests go in as values, answers come out as values.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api.h"
#include "base/json.h"
#include "core/world.h"
#include "http/target.h"

namespace tapedeck::api {

struct Ask {
  std::string method = "GET";
  std::string target = "/";
  std::string authorization;  // the whole field; empty: none
  std::vector<http::Field> fields = {};
  std::string body = {};
  bool chunked = false;
  std::string address = "203.0.113.7";
  bool hears_early = false;  // the door can send informational answers
};

struct Answer {
  int status = 0;
  http::Fields fields;
  std::string body;
  std::optional<ByteCount> body_bytes;
  bool abandoned = false;
  std::vector<http::Response> early = {};  // 1xx, in order

  std::string field(std::string_view name) const {
    return std::string(fields.find(name).value_or(""));
  }
  json::object object() const { return parse_json_object(body); }
  std::string text(std::string_view member) const {
    return find_string(object(), member).value_or("");
  }
};

/// A body that breaks off: what arrives, then the failure of the door.
class BrokenBody final : public ByteSource {
 public:
  explicit BrokenBody(std::string arrives) : arrives_(std::move(arrives)) {}
  Task<ByteView> read() override {
    if (given_) throw Error(Fault::invalid, "The body ended early; send all of it again.");
    given_ = true;
    co_return ByteView(arrives_);
  }

 private:
  std::string arrives_;
  bool given_ = false;
};

struct ApiHarness {
  explicit ApiHarness(Options options = {}, Accounts::Options accounts = World::cheap())
      : world(accounts, one_segment()),
        api({world.accounts, world.recordings, world.uploads, world.direct, world.catalog,
             world.blobs, signer, world.env, world.log},
            std::move(options)) {}

  static Live::Options one_segment() {
    auto options = World::small();
    options.segment_bytes_max = 1 * GiB;
    return options;
  }

  World world;
  Signer signer{"a secret of 32 bytes, or about it"};
  Api api;

  Answer ask(Ask wanted) {
    auto bytes = wanted.body.size();
    auto body = std::make_unique<MemorySource>(std::move(wanted.body), 4096);
    return send(wanted, std::move(body),
                wanted.chunked ? std::nullopt : std::optional<ByteCount>(bytes));
  }

  Answer send(const Ask& wanted, std::unique_ptr<ByteSource> body, std::optional<ByteCount> bytes) {
    http::Request request;
    request.method = wanted.method;
    auto target = http::parse_target(wanted.target);
    EXPECT_TRUE(target) << wanted.target;
    request.target = std::move(*target);
    for (const auto& field : wanted.fields) request.fields.add(field.name, field.value);
    if (!wanted.authorization.empty()) request.fields.add("Authorization", wanted.authorization);
    request.body = std::move(body);
    request.body_bytes = bytes;
    request.remote_address = wanted.address;
    std::vector<http::Response> early;
    auto inform = [&](http::Response response) { return keep(std::move(response), early); };
    if (wanted.hears_early) request.inform = inform;
    auto response = run_task(api.serve(request));
    Answer answer{response.status, response.fields, "", response.body_bytes, response.abandon};
    answer.early = std::move(early);
    if (response.body) answer.body = run_task(read_all(*response.body, 16 * MiB));
    return answer;
  }

  static Task<void> keep(http::Response response, std::vector<http::Response>& early) {
    early.push_back(std::move(response));
    co_return;
  }

  Answer get(const std::string& target, const std::string& authorization = "") {
    return ask({"GET", target, authorization});
  }
  Answer post(const std::string& target, const std::string& authorization,
              const std::string& body) {
    return ask({"POST", target, authorization, {}, body});
  }

  /// Signs up over HTTP and gives the Authorization field of the session.
  std::string sign_up(const std::string& name = "ann") {
    auto body = R"({"username": ")" + name + R"(", "password": "correct horse"})";
    return "Bearer " + post("/api/v1/users", "", body).text("token");
  }
  /// A personal token of `owner` with one scope.
  std::string token(const std::string& owner, const std::string& scope) {
    auto body = R"({"name": "t", "scopes": [")" + scope + R"("]})";
    return "Bearer " + post("/api/v1/tokens", owner, body).text("token");
  }
  /// Uploads and gives the id.
  std::string upload(const std::string& owner, const std::string& bytes = "some bytes",
                     const std::string& query = "") {
    return post("/api/v1/recordings" + query, owner, bytes).text("id");
  }
};

inline std::string path(const std::string& id, const std::string& rest = "") {
  return "/api/v1/recordings/" + id + rest;
}

/// The start of a WAV file, with some bytes behind it.
inline std::string some_wav() {
  return std::string("RIFF\x24\x01\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0",
                     36) +
         std::string("data\0\1\0\0", 8) + some_bytes(256);
}

inline void expect_problem(const Answer& answer, int status, const std::string& type) {
  EXPECT_EQ(answer.status, status) << answer.body;
  EXPECT_EQ(answer.field("Content-Type"), "application/problem+json") << answer.body;
  ASSERT_TRUE(answer.body.starts_with("{")) << answer.body;
  EXPECT_EQ(answer.text("type"), "/problems/" + type);
  EXPECT_EQ(answer.object()["status"], status);
  EXPECT_GT(answer.text("detail").size(), 10u);
  EXPECT_EQ(answer.text("request_id"), answer.field("X-Request-Id"));
}

}  // namespace tapedeck::api
