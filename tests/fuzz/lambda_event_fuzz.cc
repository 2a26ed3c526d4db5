// Whatever an event says, it becomes a request that the socket door might have made, a refusal, the
// clock, or an error that names what is wrong. The seeds are the corpus: an event in a wrapper.
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "base/run_task.h"
#include "http/server.h"
#include "main/lambda_event.h"
#include "tests/fuzz/fuzz.h"

using namespace tapedeck;

namespace {

/// The event of a corpus file; else the input itself.
std::string unwrap(std::string_view input) {
  try {
    auto object = parse_json_object(input);
    if (auto event = object.if_contains("event")) return json::serialize(*event);
  } catch (const Error&) {
    return std::string(input);
  }
  return std::string(input);
}

void check(lambda::HttpEvent& event) {
  const http::ServerLimits limits;
  auto& request = event.request;
  HOLDS(request.target.raw.size() <= limits.request_line_bytes);
  auto again = http::parse_target(request.target.raw);
  HOLDS(again && again->segments == request.target.segments);
  HOLDS(request.fields.size() <= limits.header_fields + 2);
  for (const auto& [name, value] : request.fields) {
    HOLDS(!name.empty() && value.find_first_of(std::string("\r\n\0", 3)) == std::string::npos);
  }
  auto body = run_task(read_all(*request.body, 64 * KiB));
  HOLDS(request.body_bytes == body.size());
  auto length = request.fields.find("Content-Length");
  HOLDS(!length ? body.empty() : *length == std::to_string(body.size()));
}

}  // namespace

FUZZ(input) {
  try {
    auto event = lambda::parse_event(unwrap(input));
    if (auto http_event = std::get_if<lambda::HttpEvent>(&event)) check(*http_event);
    if (auto refused = std::get_if<lambda::RefusedEvent>(&event)) {
      HOLDS(refused->response.status >= 400 && refused->response.body);
    }
  } catch (const Error& error) {
    HOLDS(error.fault() == Fault::invalid);
  }
}
