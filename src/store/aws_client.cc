#include "store/aws_client.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/encoding.h"
#include "base/error.h"

namespace tapedeck {

namespace {

constexpr std::chrono::seconds usual_retry_after{2};
constexpr std::chrono::seconds retry_after_max{60};
constexpr std::chrono::seconds skew_noticed{30};  // less cannot be why a signature was refused

/// A source over bytes that stay.
class ViewSource final : public ByteSource {
 public:
  explicit ViewSource(ByteView bytes) : bytes_(bytes) {}
  Task<ByteView> read() override { co_return std::exchange(bytes_, ByteView()); }

 private:
  ByteView bytes_;
};

std::chrono::seconds retry_after_of(const AwsAnswer& answer) {
  auto text = answer.fields.find("Retry-After").value_or("");
  std::uint32_t seconds = 0;
  auto end = text.data() + text.size();
  auto [stopped, failed] = std::from_chars(text.data(), end, seconds);
  if (text.empty() || failed != std::errc() || stopped != end) return usual_retry_after;
  return std::min(std::chrono::seconds{seconds}, retry_after_max);
}

Error unavailable(std::string detail, std::chrono::seconds retry_after) {
  Error error(Fault::unavailable, std::move(detail));
  error.retry_after = retry_after;
  return error;
}

}  // namespace

/// How one attempt ended.
struct AwsClient::Attempt {
  Time ends_by;
  AwsAnswer answer;
  Again again = Again::no;
  std::string why;  // it is not the answer
};

AwsClient::AwsClient(Options options, http::Outbound& outbound, AwsCredentialSource& credentials,
                     Env& env)
    : options_(std::move(options)), outbound_(outbound), credentials_(credentials), env_(env) {}

Task<AwsAnswer> AwsClient::send_once(const AwsCall& call, Millis time_max) {
  auto keys = co_await credentials_.find();
  http::ClientRequest request{.method = call.method, .target = call.target, .fields = call.fields};
  ViewSource body(call.body);
  if (!call.body.empty()) request.body = &body;
  request.body_bytes = call.body.size();
  if (!call.streamed) request.time_max = time_max;
  auto digest = call.body_sha256.empty() ? to_hex(view_of(sha256_of(call.body))) : call.body_sha256;
  sign_request(request, outbound_.host(), options_.scope, keys, digest, service_time());

  auto response = co_await outbound_.send(request);
  AwsAnswer answer;
  answer.status = response.status;
  answer.fields = std::move(response.fields);
  answer.body_bytes = response.body_bytes;
  if (call.streamed && answer.is_success()) {
    answer.stream = std::move(response.body);
    co_return answer;
  }
  answer.body = co_await read_all(*response.body, options_.answer_bytes_max);
  answer.code = options_.code_of(answer);
  co_return answer;
}

/// True when the service's clock explains why it refused the signature; the next one is by it.
bool AwsClient::correct_clock(const AwsAnswer& answer) {
  auto date = parse_http_date(answer.fields.find("Date").value_or(""));
  if (!date) return false;
  auto off = std::chrono::abs(*date - service_time());
  if (off < skew_noticed) return false;
  skew_ = (*date - env_.now()).count();
  return true;
}

Task<void> AwsClient::try_once(const AwsCall& call, Attempt& attempt) {
  try {
    attempt.answer = co_await send_once(call, attempt.ends_by - env_.now());
    attempt.again = judge_answer(attempt.answer.status, attempt.answer.code);
    attempt.why = fmt::format("it answers {} {}", attempt.answer.status, attempt.answer.code);
    if (attempt.again == Again::skewed && !correct_clock(attempt.answer)) attempt.again = Again::no;
  } catch (const Error& error) {
    if (error.fault() != Fault::unavailable) throw;
    attempt.answer = AwsAnswer();
    attempt.again = Again::uncertain;
    attempt.why = error.what();
  }
}

Task<AwsAnswer> AwsClient::send(const AwsCall& call) {
  bool repeated = false;
  Attempt attempt;
  attempt.ends_by = env_.now() + call.time_max;
  for (int failed = 0;;) {
    co_await try_once(call, attempt);
    if (attempt.again == Again::no) {
      budget_.give_back();
      attempt.answer.repeated = repeated;
      co_return std::move(attempt.answer);
    }
    ++failed;
    auto uncertain = attempt.again == Again::uncertain;
    auto pause = pause_before_retry(failed, options_.pause_first, options_.pause_max, env_);
    auto in_time = env_.now() + pause < attempt.ends_by;
    if (failed >= options_.attempts_max || !in_time || (uncertain && !call.repeatable) ||
        !budget_.take()) {
      throw unavailable(fmt::format("{} {} failed after {} attempts: {}", call.method, call.target,
                                    failed, attempt.why),
                        retry_after_of(attempt.answer));
    }
    repeated = repeated || uncertain;
    if (attempt.again != Again::skewed) co_await env_.sleep(pause);
  }
}

Task<std::string> AwsClient::presign(const Presigning& call) {
  auto keys = co_await credentials_.find();
  co_return tapedeck::presign(call, outbound_.host(), options_.scope, keys, service_time());
}

}  // namespace tapedeck
