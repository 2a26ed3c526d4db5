#include "simulator/network.h"

#include <array>
#include <charconv>

#include "base/error.h"

namespace tapedeck::simulator {

namespace {

constexpr ByteCount body_bytes_max = GiB;
constexpr Millis late_max = std::chrono::seconds(10);
constexpr Millis idle_time = std::chrono::seconds(15);  // as ClientPoolOptions'
constexpr Millis clock_jump = std::chrono::minutes(20);
constexpr Millis for_ever = std::chrono::hours(24 * 3'650);

/// Bytes that break off half way.
class BrokenSource final : public ByteSource {
 public:
  explicit BrokenSource(std::string bytes) : bytes_(std::move(bytes)) {
    bytes_.resize(bytes_.size() / 2);
  }
  Task<ByteView> read() override {
    if (given_) throw Error(Fault::unavailable, "the connection breaks off in the answer");
    given_ = true;
    if (bytes_.empty()) throw Error(Fault::unavailable, "the connection breaks off in the answer");
    co_return ByteView(bytes_);
  }

 private:
  std::string bytes_;
  bool given_ = false;
};

constexpr std::array<const char*, call_faults> fault_names{
    "none",           "lost call",   "lost answer",  "failed before",
    "failed after",   "throttled",   "late call",    "timed out",
    "skewed",         "cut body",    "short",        "hidden error",
    "hidden failure", "lost upload", "crash before", "crash after"};

/// The service does it; the server that asked may be gone by then.
ServiceAnswer serve(NetworkRules& rules, Service& service, const ServiceRequest& request,
                    const CallInfo& info, const ServiceMood& mood) {
  auto answer = service.serve(request, rules.timeline.now() + rules.service_skew, mood);
  if (rules.on_done) rules.on_done(info, answer);
  return answer;
}

bool is_page(const std::string& operation) {
  return operation == "Query" || operation == "BatchGetItem" || operation == "ListObjectsV2";
}

}  // namespace

const char* name_of(CallFault fault) {
  return fault_names.at(static_cast<std::size_t>(fault));
}

bool can_befall(CallFault fault, const std::string& operation) {
  if (fault == CallFault::short_answer) return is_page(operation);
  if (fault == CallFault::hidden_error || fault == CallFault::hidden_failure) {
    return operation == "CompleteMultipartUpload";
  }
  if (fault == CallFault::lost_upload) {
    return operation == "CompleteMultipartUpload" || operation == "UploadPart";
  }
  return true;
}

Task<ServiceRequest> read_request(http::ClientRequest& request) {
  ServiceRequest read{request.method, request.target, request.fields, ""};
  if (request.body != nullptr) read.body = co_await read_all(*request.body, body_bytes_max);
  co_return read;
}

http::Response to_response(ServiceAnswer answer, bool is_head, bool breaks_off) {
  http::Response response;
  response.status = answer.status;
  response.body_bytes = answer.body.size();
  if (is_head) {
    auto text = answer.fields.find("Content-Length").value_or("0");
    ByteCount bytes = 0;
    std::from_chars(text.data(), text.data() + text.size(), bytes);
    response.body_bytes = bytes;
  }
  response.fields = std::move(answer.fields);
  if (breaks_off) {
    response.body = std::make_unique<BrokenSource>(std::move(answer.body));
  } else {
    response.body = std::make_unique<MemorySource>(std::move(answer.body));
  }
  return response;
}

struct Network::Call {
  CallInfo info;
  CallFault fault = CallFault::none;
  ServiceRequest request;
  Millis time_max = idle_time;
};

Task<http::Response> Network::send(http::ClientRequest& request) {
  Call call;
  call.request = co_await read_request(request);
  if (request.time_max) call.time_max = *request.time_max;
  call.info = {server_, rules_.calls++, service_.name_of(call.request)};
  call.fault = rules_.fault_of ? rules_.fault_of(call.info) : CallFault::none;
  if (!can_befall(call.fault, call.info.operation)) call.fault = CallFault::none;
  if (rules_.on_call) rules_.on_call(call.info, call.request, call.fault);
  co_await travel();
  switch (call.fault) {
    case CallFault::lost_call:
    case CallFault::late_call:
    case CallFault::timed_out:
      co_return co_await lose(call);
    case CallFault::crash_before:
      co_await die();
      break;
    case CallFault::failed_before:
    case CallFault::hidden_failure:
    case CallFault::throttled:
    case CallFault::skewed: {
      auto refusal = refuse(call);
      co_await travel();
      co_return to_response(std::move(refusal), call.request.method == "HEAD", false);
    }
    default:
      break;
  }
  co_return co_await deliver(call);
}

Task<void> Network::travel() {
  auto most = static_cast<std::uint64_t>(rules_.latency_max.count());
  Millis time{static_cast<std::int64_t>(rules_.random() % (most + 1))};
  co_await rules_.timeline.pass(server_, time);
}

Task<http::Response> Network::deliver(Call& call) {
  ServiceMood mood;
  if (call.fault == CallFault::short_answer) mood.items_max = 1;
  mood.hides_error = call.fault == CallFault::hidden_error;
  mood.loses_upload = call.fault == CallFault::lost_upload;
  auto answer = serve(rules_, service_, call.request, call.info, mood);
  co_await travel();
  if (call.fault == CallFault::crash_after) co_await die();
  if (call.fault == CallFault::lost_answer) {
    throw Error(Fault::unavailable, "the connection broke before the answer");
  }
  if (call.fault == CallFault::failed_after) answer = refuse(call);
  co_return to_response(std::move(answer), call.request.method == "HEAD",
                        call.fault == CallFault::cut_body);
}

/// The caller hears nothing of it.
Task<http::Response> Network::lose(Call& call) {
  auto waits = Millis{0};
  if (call.fault != CallFault::lost_call) {
    auto late = Millis{
        static_cast<std::int64_t>(rules_.random() % static_cast<std::uint64_t>(late_max.count()))};
    auto arrive = [&rules = rules_, &service = service_, request = call.request, info = call.info] {
      serve(rules, service, request, info, ServiceMood());
    };
    rules_.timeline.call_at(rules_.timeline.now() + late, nobody, Job(std::move(arrive)));
  }
  if (call.fault == CallFault::timed_out) waits = call.time_max;
  co_await rules_.timeline.pass(server_, waits);
  throw Error(Fault::unavailable, "no answer came");
}

Task<void> Network::die() {
  rules_.crash(server_);
  co_await rules_.timeline.pass(server_, for_ever);
}

ServiceAnswer Network::refuse(const Call& call) const {
  bool is_s3 = !call.request.fields.contains("X-Amz-Target");
  if (call.fault == CallFault::throttled) {
    return is_s3 ? service_.refuse(503, "SlowDown", service_time())
                 : service_.refuse(400, "ProvisionedThroughputExceededException", service_time());
  }
  if (call.fault == CallFault::skewed) {
    auto time = service_time() + clock_jump;
    return is_s3 ? service_.refuse(403, "RequestTimeTooSkewed", time)
                 : service_.refuse(400, "InvalidSignatureException", time);
  }
  if (call.fault == CallFault::hidden_failure) {
    return service_.refuse(200, "InternalError", service_time());
  }
  return service_.refuse(500, is_s3 ? "InternalError" : "InternalServerError", service_time());
}

}  // namespace tapedeck::simulator
