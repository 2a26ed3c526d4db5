#include "http/refusal.h"

#include <fmt/format.h>

namespace tapedeck::http {

namespace {

struct Name {
  std::string_view type;
  std::string_view title;
};

Name name_of(int status) {
  switch (status) {
    case 408:
      return {"timed-out", "The request was too slow"};
    case 414:
      return {"too-large", "The request line is too long"};
    case 417:
      return {"invalid", "Unknown expectation"};
    case 431:
      return {"too-large", "The request head is too large"};
    case 503:
      return {"unavailable", "Too many connections"};
    case 505:
      return {"invalid", "Unsupported HTTP version"};
    default:
      return {"invalid", "Malformed request"};
  }
}

}  // namespace

std::string problem_text(const Refusal& refusal) {
  auto name = name_of(refusal.status);
  // Details are our own sentences: ASCII without quotes or backslashes.
  return fmt::format(R"({{"type":"/problems/{}","title":"{}","status":{},"detail":"{}"}})",
                     name.type, name.title, refusal.status, refusal.detail);
}

Response make_response(const Refusal& refusal) {
  auto response = make_response(refusal.status, "application/problem+json", problem_text(refusal));
  response.fields.set("Cache-Control", "no-store");
  response.close = true;
  return response;
}

}  // namespace tapedeck::http
