#include "store/aws_role_credentials.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "http/target.h"

namespace tapedeck {

namespace {

constexpr ByteCount answer_bytes_max = 64 * KiB;
constexpr Millis answer_time_max{3'000};
constexpr std::chrono::minutes asked_before_end{10};
constexpr std::chrono::seconds asked_again_after{30};
constexpr std::string_view role_folder = "/latest/meta-data/iam/security-credentials/";

/// The body of a 200; throws unavailable for anything else.
Task<std::string> fetch(http::Outbound& outbound, http::ClientRequest& request) {
  request.time_max = answer_time_max;
  auto response = co_await outbound.send(request);
  auto body = co_await read_all(*response.body, answer_bytes_max);
  if (response.status == 200) co_return body;
  throw Error(Fault::unavailable, fmt::format("no AWS keys: {} answers {} to {}", outbound.host(),
                                              response.status, request.target));
}

/// The keys in the answer that both endpoints give.
AwsCredentials parse_keys(const std::string& body, const http::Outbound& outbound) {
  AwsCredentials keys;
  try {
    auto fields = parse_json_object(body);
    auto text = [&](std::string_view name) { return find_string(fields, name).value_or(""); };
    keys = {text("AccessKeyId"), text("SecretAccessKey"), text("Token"),
            parse_rfc3339(text("Expiration"))};
  } catch (const Error&) {
    // What JSON's error would quote must not get into a log; below it counts as keys that lack.
  }
  if (keys.access_key_id.empty() || keys.secret_access_key.empty() || !keys.expires_at) {
    throw Error(Fault::unavailable, outbound.host() + " gives no AWS keys that can be read");
  }
  return keys;
}

}  // namespace

Task<AwsCredentials> ContainerCredentials::find() {
  http::ClientRequest request{.target = target_};
  if (!authorization_.empty()) request.fields.set("Authorization", authorization_);
  auto body = co_await fetch(outbound_, request);
  co_return parse_keys(body, outbound_);
}

Task<AwsCredentials> InstanceCredentials::find() {
  http::ClientRequest for_token{.method = "PUT", .target = "/latest/api/token"};
  for_token.fields.set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "60");
  auto token = co_await fetch(outbound_, for_token);
  http::ClientRequest for_role{.target = std::string(role_folder)};
  for_role.fields.set("X-Aws-Ec2-Metadata-Token", token);
  auto roles = co_await fetch(outbound_, for_role);
  auto role = roles.substr(0, roles.find('\n'));
  http::ClientRequest for_keys{.target = std::string(role_folder) + http::percent_encode(role)};
  for_keys.fields.set("X-Aws-Ec2-Metadata-Token", token);
  auto body = co_await fetch(outbound_, for_keys);
  co_return parse_keys(body, outbound_);
}

/// What is known. Of the callers that find the keys ending, one at a time is told so.
KeptCredentials::Age KeptCredentials::look(std::optional<AwsCredentials>& known) {
  std::lock_guard lock(mutex_);
  auto now = env_.now();
  if (!known_ || (known_->expires_at && *known_->expires_at <= now)) return Age::none;
  known = known_;
  auto is_ending = known_->expires_at && *known_->expires_at - asked_before_end <= now;
  if (!is_ending || now < ask_again_at_) return Age::fresh;
  ask_again_at_ = now + asked_again_after;
  return Age::ending;
}

void KeptCredentials::keep(const AwsCredentials& found) {
  std::lock_guard lock(mutex_);
  known_ = found;
}

Task<AwsCredentials> KeptCredentials::find() {
  std::optional<AwsCredentials> known;
  auto age = look(known);
  if (age == Age::fresh) co_return *known;
  try {
    auto found = co_await source_.find();
    keep(found);
    co_return found;
  } catch (const Error&) {
    if (age == Age::none) throw;
  }
  co_return *known;
}

}  // namespace tapedeck
