#include "api/problem.h"

#include <string_view>

#include "base/json.h"

namespace tapedeck::api {

namespace {

struct Kind {
  int status;
  std::string_view type;  // behind "/problems/"
  std::string_view title;
};

Kind kind_of(Fault fault) {
  switch (fault) {
    case Fault::invalid:
      return {400, "invalid", "The request is not valid"};
    case Fault::unauthenticated:
      return {401, "unauthenticated", "Who are you?"};
    case Fault::forbidden:
      return {403, "forbidden", "This is not allowed"};
    case Fault::not_found:
      return {404, "not-found", "There is no such thing"};
    case Fault::timed_out:
      return {408, "timed-out", "The request took too long"};
    case Fault::conflict:
      return {409, "conflict", "It is in another state"};
    case Fault::gone:
      return {410, "gone", "It is no longer available"};
    case Fault::precondition_failed:
      return {412, "precondition-failed", "It changed meanwhile"};
    case Fault::too_large:
      return {413, "too-large", "The request is too large"};
    case Fault::over_quota:
      return {413, "over-quota", "The account is full"};
    case Fault::digest_mismatch:
      return {422, "digest-mismatch", "The bytes are not the ones described"};
    case Fault::key_reused:
      return {422, "key-reused", "The idempotency key was used before"};
    case Fault::locked:
      return {423, "locked", "Another request is busy with it"};
    case Fault::limited:
      return {429, "limited", "Too many requests"};
    case Fault::internal:
      return {500, "internal", "The server made a mistake"};
    case Fault::unavailable:
      return {503, "unavailable", "A part of the server does not answer"};
    case Fault::read_only:
      return {503, "read-only", "Nothing can be changed at the moment"};
    case Fault::storage_full:
      return {507, "storage-full", "The server's storage is full"};
  }
  return {500, "internal", "The server made a mistake"};
}

Kind kind_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::method_not_allowed:
      return {405, "method-not-allowed", "This path has other methods"};
    case Refusal::unsupported_media_type:
      return {415, "unsupported-media-type", "Send the body in another form"};
    case Refusal::range_not_satisfiable:
      return {416, "range-not-satisfiable", "The range lies outside the recording"};
    case Refusal::answer_too_large:
      return {503, "answer-too-large", "The answer does not fit"};
  }
  return {500, "internal", "The server made a mistake"};
}

/// What may be shown. The words of the last two are for the log.
std::string shown_detail(const Error& error, const std::string& request_id) {
  if (error.fault() == Fault::internal) {
    return "Nothing was acknowledged. Try again; if it stays, show the server's admin this "
           "request id: " +
           request_id + ".";
  }
  if (error.fault() == Fault::unavailable) {
    return "Nothing was acknowledged. Try again in a few seconds.";
  }
  return error.what();
}

json::object body_of(const Kind& kind, std::string_view detail, const std::string& request_id) {
  return {{"type", "/problems/" + std::string(kind.type)},
          {"title", kind.title},
          {"status", kind.status},
          {"detail", detail},
          {"request_id", request_id}};
}

http::Response response_of(const Kind& kind, const json::object& body) {
  return http::make_response(kind.status, "application/problem+json", json::serialize(body));
}

}  // namespace

http::Response make_problem(const Error& error, const std::string& request_id,
                            std::optional<int> status) {
  auto kind = kind_of(error.fault());
  kind.status = status.value_or(kind.status);
  auto body = body_of(kind, shown_detail(error, request_id), request_id);
  auto retry_after = error.retry_after;
  if (!retry_after && error.fault() == Fault::unavailable) retry_after = std::chrono::seconds(5);
  if (retry_after) body["retry_after"] = retry_after->count();
  if (error.bytes_left) body["bytes_left"] = *error.bytes_left;
  auto response = response_of(kind, body);
  if (retry_after) response.fields.set("Retry-After", std::to_string(retry_after->count()));
  if (error.fault() == Fault::unauthenticated) {
    response.fields.set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  }
  return response;
}

int status_of(Fault fault) {
  return kind_of(fault).status;
}

http::Response make_problem(Refusal refusal, const std::string& detail,
                            const std::string& request_id) {
  auto kind = kind_of(refusal);
  return response_of(kind, body_of(kind, detail, request_id));
}

}  // namespace tapedeck::api
