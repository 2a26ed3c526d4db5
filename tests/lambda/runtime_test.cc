// The runtime's loop, from a client's request to its answer, and a Runtime API that misbehaves.
#include <atomic>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"
#include "http/canned_server.h"
#include "lambda/function.h"

namespace tapedeck::lambda {

namespace {

constexpr ByteCount part_bytes = 64 * KiB;

/// Parts without end, until it is told to break or to wait for ever.
class EndlessBody final : public ByteSource {
 public:
  EndlessBody(Env& env, std::size_t parts, bool breaks)
      : env_(env), parts_(parts), breaks_(breaks), part_(part_bytes, 'x') {}

  Task<ByteView> read() override {
    if (parts_ > 0) {
      --parts_;
      co_return part_;
    }
    if (breaks_) throw Error(Fault::unavailable, "The store broke off.");
    co_await env_.sleep(std::chrono::hours(1));
    co_return ByteView();
  }

 private:
  Env& env_;
  std::size_t parts_;
  const bool breaks_;
  const std::string part_;
};

SystemEnv env;

/// Answers by the path.
Task<http::Response> answer(http::Request& request) {
  const auto& what = request.target.segments.front();
  if (what == "slow") co_await env.sleep(std::chrono::hours(1));
  if (what == "broken" || what == "endless") {
    http::Response response;
    response.fields.set("Content-Type", "audio/wav");
    response.body = std::make_unique<EndlessBody>(env, 20, what == "broken");
    co_return response;
  }
  if (what == "big") {
    co_return http::make_response(200, "audio/wav", std::string(7 * MiB, '\x80'));
  }
  auto body = co_await read_all(*request.body, 8 * MiB);
  auto response = http::make_response(201, "application/octet-stream", request.method + body);
  response.fields.add("Set-Cookie", "a=1");
  response.fields.add("Set-Cookie", "b=2");
  response.fields.set("X-Target", request.target.raw);
  response.fields.set("X-Id", std::string(request.fields.find("X-Request-Id").value_or("")));
  co_return response;
}

Duties duties_of(http::Handler handler) {
  return {.serve = std::move(handler),
          .sweep = [](bool) -> Task<SweepReport> { co_return SweepReport{}; }};
}

Function make_function(Gateway gateway, bool streams = false, Millis time_max = Millis(29'000)) {
  FunctionOptions options;
  options.gateway.gateway = gateway;
  options.gateway.time_max = time_max;
  options.streams = streams;
  return {options, duties_of(answer)};
}

TEST(LambdaRuntimeTest, every_gateway_carries_bytes_and_cookies_both_ways) {
  const std::string bytes("\x00\xFF\xFEOggS\r\n", 9);
  for (auto [gateway, streams] : {std::pair{Gateway::rest, false},
                                  {Gateway::http, false},
                                  {Gateway::url, false},
                                  {Gateway::url, true},
                                  {Gateway::rest, true}}) {
    auto function = make_function(gateway, streams);
    auto heard = function.ask("PUT", "/a/%C3%A4%2Fb?x=1&x=%20", bytes, "audio/ogg");
    EXPECT_EQ(heard.response.status, 201);
    EXPECT_EQ(heard.body, "PUT" + bytes);
    EXPECT_EQ(heard.response.fields.find("X-Target"), "/a/%C3%A4%2Fb?x=1&x=%20");
    EXPECT_EQ(heard.response.fields.find_all("Set-Cookie").size(), 2u);
    EXPECT_FALSE(heard.response.fields.find("X-Id")->empty());
  }
}

TEST(LambdaRuntimeTest, a_gateway_that_takes_bytes_for_text_is_found_out) {
  std::atomic<int> served{0};
  auto count = [&](http::Request& request) {
    ++served;
    return answer(request);
  };
  FunctionOptions options;
  options.gateway.gateway = Gateway::rest;
  options.gateway.binary = false;
  Function function(options, duties_of(count));
  auto heard = function.ask("PUT", "/x", "\xFF\xFE", "audio/ogg");
  EXPECT_EQ(heard.response.status, 500);
  EXPECT_NE(heard.body.find("binaryMediaTypes"), std::string::npos);
  EXPECT_EQ(served, 0);
}

TEST(LambdaRuntimeTest, work_stops_before_the_deadline_with_an_honest_answer) {
  auto function = make_function(Gateway::http, false, Millis(1'000));
  auto heard = function.ask("GET", "/slow");
  EXPECT_EQ(heard.response.status, 503);
  EXPECT_TRUE(heard.response.fields.contains("Retry-After"));
  EXPECT_EQ(json::serialize(parse_json_object(heard.body).at("type")), "\"/problems/unavailable\"");
  EXPECT_FALSE(function.was_late());
  EXPECT_EQ(function.ask("GET", "/next").response.status, 201) << "it goes on";
}

TEST(LambdaRuntimeTest, an_answer_that_does_not_fit_says_what_to_ask_for) {
  auto function = make_function(Gateway::http);
  auto heard = function.ask("GET", "/big");
  EXPECT_EQ(heard.response.status, 503);
  EXPECT_NE(heard.body.find("Range: bytes="), std::string::npos);
}

TEST(LambdaRuntimeTest, a_stream_carries_what_does_not_fit) {
  auto function = make_function(Gateway::url, true);
  auto heard = function.ask("GET", "/big");
  EXPECT_EQ(heard.response.status, 200);
  EXPECT_EQ(heard.body.size(), 7 * MiB);
  EXPECT_TRUE(heard.whole);
}

TEST(LambdaRuntimeTest, a_body_that_fails_is_a_problem_or_a_stream_that_breaks_off) {
  auto buffered = make_function(Gateway::http);
  EXPECT_EQ(buffered.ask("GET", "/broken").response.status, 503);
  auto streamed = make_function(Gateway::url, true);
  auto heard = streamed.ask("GET", "/broken");
  EXPECT_EQ(heard.response.status, 200);
  EXPECT_FALSE(heard.whole);
  EXPECT_EQ(heard.body.size(), 20 * part_bytes);
  EXPECT_EQ(streamed.ask("GET", "/next").response.status, 201) << "it goes on";
}

TEST(LambdaRuntimeTest, a_stream_without_end_is_cut_at_the_deadline) {
  auto function = make_function(Gateway::url, true, Millis(1'500));
  auto heard = function.ask("GET", "/endless");
  EXPECT_EQ(heard.body.size(), 20 * part_bytes);
  EXPECT_FALSE(heard.whole);
  EXPECT_FALSE(function.was_late());
  EXPECT_EQ(function.ask("GET", "/next").response.status, 201) << "it goes on";
}

TEST(LambdaRuntimeTest, more_than_an_event_holds_is_the_gateways_413) {
  auto function = make_function(Gateway::http);
  EXPECT_EQ(function.ask("PUT", "/x", std::string(5 * MiB, 'x'), "audio/ogg").response.status, 413);
  EXPECT_EQ(function.ask("PUT", "/x", std::string(4 * MiB, 'x'), "audio/ogg").response.status, 201);
}

TEST(LambdaRuntimeTest, the_clock_sweeps_once) {
  std::atomic<int> sweeps{0};
  Duties duties = duties_of(answer);
  duties.sweep = [&](bool) -> Task<SweepReport> {
    ++sweeps;
    co_return SweepReport{};
  };
  Function function({}, duties);
  function.tick();
  EXPECT_EQ(function.ask("GET", "/after").response.status, 201) << "one event at a time";
  EXPECT_EQ(sweeps, 1);
  EXPECT_TRUE(function.errors().empty());
}

TEST(LambdaRuntimeTest, a_sweep_that_fails_is_the_functions_error) {
  Duties duties = duties_of(answer);
  duties.sweep = [](bool) -> Task<SweepReport> {
    throw Error(Fault::unavailable, "The table is gone.");
    co_return SweepReport{};
  };
  Function function({}, duties);
  function.tick();
  function.ask("GET", "/after");
  ASSERT_EQ(function.errors().size(), 1u);
  EXPECT_NE(function.errors().front().find("The table is gone."), std::string::npos);
}

// ---- a Runtime API that is none
// ------------------------------------------------------------------

/// What run() throws when the API says this, once for each script.
std::string end_of_run(std::vector<http::Script> scripts) {
  http::CannedServer server(std::move(scripts));
  asio::io_context context(1);  // the API's connections belong to it
  RuntimeApi api(server.origin());
  Log log({LogFormat::json, LogLevel::error});
  Runtime runtime(api, duties_of(answer), env, log, {});
  try {
    run_task(context, runtime.run());
  } catch (const Error& error) {
    return error.what();
  }
  return "it went on";
}

http::Script saying(std::string answer) {
  return [answer](http::CannedConnection& connection) {
    connection.read_head();
    connection.write(answer);
  };
}

std::string event_head(std::string fields) {
  return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n" + fields + "\r\n{}";
}

TEST(RuntimeApiTest, nonsense_ends_the_loop_and_is_named) {
  struct {
    std::string answer;
    std::string says;
  } cases[] = {
      {"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "answered 500"},
      {event_head("Lambda-Runtime-Deadline-Ms: 1790000000000\r\n"), "without a usable id"},
      {event_head("Lambda-Runtime-Aws-Request-Id: a/../b\r\nLambda-Runtime-Deadline-Ms: 1\r\n"),
       "without a usable id"},
      {event_head("Lambda-Runtime-Aws-Request-Id: a\r\n"), "as the deadline"},
      {event_head("Lambda-Runtime-Aws-Request-Id: a\r\nLambda-Runtime-Deadline-Ms: soon\r\n"),
       "as the deadline"},
      {"SMTP ready\r\n\r\n", "127.0.0.1"},
      {"", "127.0.0.1"},
  };
  for (const auto& one : cases) {
    auto end = end_of_run({saying(one.answer)});
    EXPECT_NE(end.find(one.says), std::string::npos) << one.answer << "\n" << end;
  }
}

TEST(RuntimeApiTest, an_event_that_is_none_is_reported_and_the_next_one_taken) {
  std::string posted;
  auto event = event_head(
      "Lambda-Runtime-Aws-Request-Id: id-1\r\nLambda-Runtime-Deadline-Ms: 9000000000000\r\n");
  auto take_report = [&](http::CannedConnection& connection) {
    posted = connection.read_head();
    connection.read_until("[]}");
    connection.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  };
  auto end = end_of_run({saying(event), take_report, saying("HTTP/1.1 500 x\r\n\r\n")});
  EXPECT_NE(posted.find("POST /2018-06-01/runtime/invocation/id-1/error "), std::string::npos);
  EXPECT_NE(posted.find("Lambda-Runtime-Function-Error-Type: Tapedeck.InvalidEvent"),
            std::string::npos);
  EXPECT_NE(end.find("answered 500"), std::string::npos);
}

TEST(RuntimeApiTest, an_answer_that_is_not_accepted_ends_the_loop) {
  json::object event{{"version", "2.0"},
                     {"rawPath", "/x"},
                     {"requestContext", json::object{{"http", json::object{{"method", "GET"}}}}}};
  auto text = json::serialize(event);
  auto head =
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(text.size()) +
      "\r\nLambda-Runtime-Aws-Request-Id: id-1\r\n"
      "Lambda-Runtime-Deadline-Ms: 9000000000000\r\n\r\n";
  auto refuse = [&](http::CannedConnection& connection) {
    connection.read_head();
    connection.read_until("}");
    connection.write("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
    connection.drain();
  };
  auto end = end_of_run({saying(head + text), refuse});
  EXPECT_NE(end.find("answered 403 to an answer"), std::string::npos) << end;
}

TEST(RuntimeApiTest, addresses_are_host_and_port) {
  EXPECT_EQ(parse_runtime_api("127.0.0.1:9001")->port, 9001);
  EXPECT_EQ(parse_runtime_api("runtime.local:80")->host, "runtime.local");
  for (auto text : {"", "/path", "http://a b", "127.0.0.1:99999"}) {
    EXPECT_FALSE(parse_runtime_api(text)) << text;
  }
}

}  // namespace

}  // namespace tapedeck::lambda
