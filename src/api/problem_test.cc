#include "api/problem.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/run_task.h"

namespace tapedeck::api {
namespace {

json::object body_of(const http::Response& response) {
  return parse_json_object(run_task(read_all(*response.body, 1 * MiB)));
}

struct Case {
  Fault fault;
  int status;
  const char* type;
};

TEST(Problem, EveryFaultHasItsStatusAndType) {
  const Case cases[]{
      {Fault::invalid, 400, "invalid"},
      {Fault::unauthenticated, 401, "unauthenticated"},
      {Fault::forbidden, 403, "forbidden"},
      {Fault::not_found, 404, "not-found"},
      {Fault::timed_out, 408, "timed-out"},
      {Fault::conflict, 409, "conflict"},
      {Fault::gone, 410, "gone"},
      {Fault::precondition_failed, 412, "precondition-failed"},
      {Fault::too_large, 413, "too-large"},
      {Fault::over_quota, 413, "over-quota"},
      {Fault::digest_mismatch, 422, "digest-mismatch"},
      {Fault::key_reused, 422, "key-reused"},
      {Fault::limited, 429, "limited"},
      {Fault::internal, 500, "internal"},
      {Fault::unavailable, 503, "unavailable"},
      {Fault::read_only, 503, "read-only"},
      {Fault::storage_full, 507, "storage-full"},
  };
  for (const auto& given : cases) {
    auto response = make_problem(Error(given.fault, "Do this."), "r-1");
    EXPECT_EQ(response.status, given.status);
    EXPECT_EQ(status_of(given.fault), given.status);
    auto body = body_of(response);
    EXPECT_EQ(find_string(body, "type"), "/problems/" + std::string(given.type));
    EXPECT_EQ(body["request_id"], "r-1");
    auto hidden = given.fault == Fault::internal || given.fault == Fault::unavailable;
    EXPECT_EQ(body["detail"] == "Do this.", !hidden);
  }
}

TEST(Problem, CarriesWhatAClientCanActOn) {
  Error error(Fault::over_quota, "Delete something.");
  error.bytes_left = 12;
  error.retry_after = std::chrono::seconds(3);
  auto response = make_problem(error, "r-1");
  EXPECT_EQ(response.fields.find("Retry-After"), "3");
  auto body = body_of(response);
  EXPECT_EQ(body["bytes_left"], 12);
  EXPECT_EQ(body["retry_after"], 3);
}

}  // namespace
}  // namespace tapedeck::api
