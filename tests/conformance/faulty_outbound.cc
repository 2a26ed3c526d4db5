#include "conformance/faulty_outbound.h"

#include <utility>

#include "base/byte_source.h"
#include "base/error.h"

namespace tapedeck {

namespace {

constexpr ByteCount body_bytes_max = 16 * MiB;

}  // namespace

std::size_t FaultyOutbound::count_call() {
  std::lock_guard lock(mutex_);
  return calls_++;
}

std::optional<FaultyOutbound::Kept> FaultyOutbound::take_late(std::size_t call) {
  std::lock_guard lock(mutex_);
  if (!late_ || call < late_->due) return std::nullopt;
  return std::exchange(late_, std::nullopt);
}

Task<http::Response> FaultyOutbound::deliver(Kept kept) {
  MemorySource body(kept.body);
  kept.request.body = &body;
  kept.request.body_bytes = kept.body.size();
  auto response = co_await real_.send(kept.request);
  co_return response;
}

Task<http::Response> FaultyOutbound::send(http::ClientRequest& request) {
  auto call = count_call();
  auto late = take_late(call);
  if (late) {
    auto unheard = co_await deliver(*std::move(late));
    auto body = co_await read_all(*unheard.body, body_bytes_max);
  }
  auto fault = fault_of(call);
  if (fault == NetworkFault::none) {
    auto response = co_await real_.send(request);
    co_return response;
  }
  if (fault == NetworkFault::lost_call) throw Error(Fault::unavailable, "the call was lost");
  Kept kept{request, {}, call + 2};
  if (request.body != nullptr) kept.body = co_await read_all(*request.body, body_bytes_max);
  if (fault == NetworkFault::lost_answer) {
    auto unheard = co_await deliver(std::move(kept));
    auto body = co_await read_all(*unheard.body, body_bytes_max);
    throw Error(Fault::unavailable, "the answer was lost");
  }
  std::lock_guard lock(mutex_);
  late_ = std::move(kept);
  throw Error(Fault::unavailable, "the call is late");
}

}  // namespace tapedeck
