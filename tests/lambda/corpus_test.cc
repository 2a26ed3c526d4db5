// Every event of the corpus becomes the request that its file names, and answers take the form that
// Lambda wants. README.md says what is in a file.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/error.h"
#include "base/json.h"
#include "base/run_task.h"
#include "main/lambda_answer.h"
#include "main/lambda_event.h"

namespace tapedeck::lambda {

namespace {

constexpr std::size_t cases_min = 30;

struct Case {
  std::string name;
  json::object facts;
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Case> load_cases() {
  std::vector<Case> cases;
  for (const auto& entry : std::filesystem::directory_iterator(TAPEDECK_EVENTS)) {
    cases.push_back({entry.path().stem().string(), parse_json_object(read_file(entry.path()))});
  }
  std::sort(cases.begin(), cases.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return cases;
}

std::string text_of(const json::object& object, std::string_view name) {
  return find_string(object, name).value_or("");
}

std::string event_text(const Case& one) {
  auto event = one.facts.if_contains("event");
  return event ? json::serialize(*event) : text_of(one.facts, "event_text");
}

const char* name_of(Gateway gateway) {
  switch (gateway) {
    case Gateway::rest:
      return "rest";
    case Gateway::http:
      return "http";
    case Gateway::url:
      return "url";
  }
  return "";
}

/// A response's fields from [[name, value], …].
http::Fields fields_of(const json::array& pairs) {
  http::Fields fields;
  for (const auto& pair : pairs) {
    fields.add(std::string(pair.at(0).as_string()), std::string(pair.at(1).as_string()));
  }
  return fields;
}

http::Response response_of(const json::object& facts) {
  http::Response response;
  response.status = static_cast<int>(*find_integer(facts, "status"));
  response.fields = fields_of(facts.at("fields").as_array());
  auto bytes = parse_base64(text_of(facts, "body_base64")).value();
  response.body_bytes = find_integer(facts, "bytes").value_or(bytes.size());
  if (!bytes.empty()) response.body = std::make_unique<MemorySource>(bytes, 7);
  return response;
}

std::vector<std::string> lines_of(const http::Fields& fields) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : fields)
    lines.push_back(std::string(name) + ": " + std::string(value));
  return lines;
}

void expect_request(http::Request& request, const json::object& wanted) {
  EXPECT_EQ(request.method, text_of(wanted, "method"));
  EXPECT_EQ(request.target.raw, text_of(wanted, "target"));
  EXPECT_EQ(lines_of(request.fields), lines_of(fields_of(wanted.at("fields").as_array())));
  EXPECT_EQ(request.remote_address, text_of(wanted, "remote_address"));
  EXPECT_EQ(request.secure, wanted.at("secure").as_bool());
  EXPECT_FALSE(request.local);
  auto body = run_task(read_all(*request.body, 8 * MiB));
  EXPECT_EQ(to_base64(body), text_of(wanted, "body_base64"));
  EXPECT_EQ(request.body_bytes, body.size());
}

void expect_answer(HttpEvent& event, const json::object& facts) {
  auto response = response_of(facts.at("response").as_object());
  if (auto wanted = facts.if_contains("answer")) {
    auto text = run_task(make_buffered_answer(event.gateway, event.request, response));
    EXPECT_EQ(parse_json(text), *wanted) << text;
  } else {
    auto prelude = make_prelude(response);
    auto end = prelude.size() - 8;
    EXPECT_EQ(prelude.substr(end), std::string(8, '\0'));
    EXPECT_EQ(parse_json(prelude.substr(0, end)), facts.at("prelude"));
  }
}

void expect_refusal(RefusedEvent& event, const json::object& wanted) {
  auto body = run_task(read_all(*event.response.body, 1 * MiB));
  auto problem = parse_json_object(body);
  EXPECT_EQ(event.response.status, *find_integer(wanted, "status"));
  EXPECT_EQ(problem.at("status"), wanted.at("status"));
  EXPECT_EQ(text_of(problem, "type"), text_of(wanted, "type"));
  EXPECT_NE(text_of(problem, "detail").find(text_of(wanted, "says")), std::string::npos) << body;
}

void expect_invalid(const std::string& text, const std::string& says) {
  try {
    parse_event(text);
    ADD_FAILURE() << "it became an event";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::invalid);
    EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
  }
}

void check_case(const Case& one) {
  auto text = event_text(one);
  if (auto says = find_string(one.facts, "invalid")) return expect_invalid(text, *says);
  auto event = parse_event(text);
  if (auto scheduled = find_string(one.facts, "scheduled")) {
    ASSERT_TRUE(std::holds_alternative<ScheduledEvent>(event));
    EXPECT_EQ(std::get<ScheduledEvent>(event).all, *scheduled == "all");
  } else if (auto refused = one.facts.if_contains("refused")) {
    ASSERT_TRUE(std::holds_alternative<RefusedEvent>(event));
    EXPECT_EQ(name_of(std::get<RefusedEvent>(event).gateway), text_of(one.facts, "gateway"));
    expect_refusal(std::get<RefusedEvent>(event), refused->as_object());
  } else {
    ASSERT_TRUE(std::holds_alternative<HttpEvent>(event));
    auto& http_event = std::get<HttpEvent>(event);
    EXPECT_EQ(name_of(http_event.gateway), text_of(one.facts, "gateway"));
    expect_request(http_event.request, one.facts.at("request").as_object());
    if (one.facts.contains("response")) expect_answer(http_event, one.facts);
  }
}

class CorpusTest : public testing::TestWithParam<Case> {};

TEST_P(CorpusTest, becomes_what_it_says) {
  SCOPED_TRACE(text_of(GetParam().facts, "about"));
  check_case(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Events, CorpusTest, testing::ValuesIn(load_cases()),
                         [](const auto& one) { return one.param.name; });

TEST(CorpusTest, has_all_kinds_in_number) {
  auto cases = load_cases();
  EXPECT_GE(cases.size(), cases_min);
  for (const char* kind : {"rest_", "http_", "url_", "schedule"}) {
    auto is_kind = [&](const Case& one) { return one.name.starts_with(kind); };
    EXPECT_TRUE(std::any_of(cases.begin(), cases.end(), is_kind)) << kind;
  }
}

class AnswerBytesTest : public testing::Test {
 protected:
  std::string answer(std::string type, std::size_t bytes) {
    http::Request request;
    request.method = "GET";
    auto response = http::make_response(200, type, std::string(bytes, 'x'));
    return run_task(make_buffered_answer(Gateway::http, request, response));
  }
};

TEST_F(AnswerBytesTest, four_mebibytes_of_audio_fit) {
  EXPECT_LE(answer("audio/ogg", 4 * MiB).size(), answer_bytes_max);
}

TEST_F(AnswerBytesTest, more_than_lambda_carries_is_too_large) {
  for (auto [type, bytes] :
       {std::pair{"audio/ogg", 5 * MiB}, {"application/json", 6 * MiB}, {"audio/ogg", 7 * MiB}}) {
    try {
      answer(type, bytes);
      ADD_FAILURE() << type << bytes;
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::too_large);
    }
  }
}

}  // namespace

}  // namespace tapedeck::lambda
