#include "store/dynamo_setup.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "store/dynamo_table.h"

namespace tapedeck {

namespace {

std::string words_of(const AwsAnswer& answer) {
  try {
    auto body = parse_json_object(answer.body);
    auto words = find_string(body, "message");
    return words ? *words : find_string(body, "Message").value_or("");
  } catch (const Error&) {
    return "";  // it is none of DynamoDB's
  }
}

/// What the service says of the table, whatever it is; throws when it says nothing, or our clock is
/// off.
Task<AwsAnswer> probe(const DynamoPlace& at, Env& env) {
  auto body = json::serialize(json::object{{"TableName", at.client.table()}});
  AwsCall call{.method = "POST"};
  call.fields.set("X-Amz-Target", "DynamoDB_20120810.DescribeTable");
  call.fields.set("Content-Type", "application/x-amz-json-1.0");
  call.body = body;
  AwsAnswer answer;
  try {
    answer = co_await at.aws.send(call);
  } catch (const Error& error) {
    throw Error(Fault::unavailable, explain_silence(at.place, error.what()));
  }
  if (auto date = parse_http_date(answer.fields.find("Date").value_or(""))) {
    auto skew = explain_skew(at.place, *date, env.now());
    if (!skew.empty()) throw Error(Fault::invalid, skew);
  }
  co_return answer;
}

bool is_absent(const AwsAnswer& answer) {
  return answer.code == "ResourceNotFoundException";
}

Error refused(const DynamoPlace& at, const AwsAnswer& answer) {
  return {Fault::invalid,
          explain_refusal(at.place, {answer.status, answer.code, words_of(answer), ""})};
}

}  // namespace

Task<SetupStep> make_dynamo_setup(const DynamoPlace& at, Env& env) {
  auto answer = co_await probe(at, env);
  auto is_new = is_absent(answer);
  if (!is_new && answer.status != 200) throw refused(at, answer);
  co_await make_dynamo_table(at.client, env);
  SetupStep step{at.place.thing, SetupStep::Outcome::kept, "was there"};
  if (is_new) step.outcome = SetupStep::Outcome::made;
  if (is_new) step.detail = "made, with its two indexes";
  co_return step;
}

Task<void> check_dynamo_setup(const DynamoPlace& at, Env& env) {
  auto answer = co_await probe(at, env);
  if (answer.status != 200) throw refused(at, answer);
  co_await check_dynamo_table(at.client);
}

}  // namespace tapedeck
