// Network: what lies between one server and one service, and all that goes wrong there.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>

#include "http/client_pool.h"
#include "simulator/service.h"
#include "simulator/timeline.h"

namespace tapedeck::simulator {

/// Of one call.
enum class CallFault {
  none,
  lost_call,       // the connection breaks before it arrives
  lost_answer,     // it is done, and the connection breaks
  failed_before,   // 500 instead of doing it
  failed_after,    // it is done, and answered with 500
  throttled,       // too many calls at once: not done
  late_call,       // the connection breaks, and it arrives some time later
  timed_out,       // no answer until the caller gives up; it arrives later
  skewed,          // the service's clock was moved: not done
  cut_body,        // it is done; the connection breaks in the body of the answer
  short_answer,    // a page or batch ends early, and says so
  hidden_error,    // CompleteMultipartUpload: done, and answered with 200 and an error in it
  hidden_failure,  // the same, not done
  lost_upload,     // the multipart upload that it is part of has vanished
  crash_before,    // the server dies before it arrives
  crash_after,     // it is done, and the server dies before it hears of it
};
inline constexpr int call_faults = 16;
const char* name_of(CallFault fault);

/// A call before it is made.
struct CallInfo {
  Owner server = nobody;
  std::uint64_t number = 0;  // of all calls of the simulation, from 0
  std::string operation;     // "PutItem", "PutObject"
};
/// Whether that fault can come to such a call: else it is as none.
bool can_befall(CallFault fault, const std::string& operation);

/// What all networks of a simulation share.
struct NetworkRules {
  Timeline& timeline;
  std::mt19937_64& random;
  std::function<CallFault(const CallInfo&)> fault_of;  // asked once for each call
  /// For the story of a run; may be empty.
  std::function<void(const CallInfo&, const ServiceRequest&, CallFault)> on_call;
  std::function<void(Owner)> crash;  // the server dies, in a moment
  /// The service has done it, or refused it.
  std::function<void(const CallInfo&, const ServiceAnswer&)> on_done;
  Millis service_skew{0};  // how far its clock is ahead
  Millis latency_max{20};  // of one way
  std::uint64_t calls = 0;
};

/// For the tasks of one server. `name`: the service's, for calls' info and Host.
class Network final : public http::Outbound {
 public:
  /// All must outlive it and its calls.
  Network(NetworkRules& rules, Service& service, Owner server)
      : rules_(rules), service_(service), server_(server) {}

  Task<http::Response> send(http::ClientRequest& request) override;
  std::string host() const override { return "service.simulated"; }

 private:
  struct Call;
  Task<void> travel();
  Task<http::Response> deliver(Call& call);
  Task<http::Response> lose(Call& call);
  Task<void> die();
  ServiceAnswer refuse(const Call& call) const;
  Time service_time() const { return rules_.timeline.now() + rules_.service_skew; }

  NetworkRules& rules_;
  Service& service_;
  const Owner server_;
};

/// The response that a client would read off the wire.
http::Response to_response(ServiceAnswer answer, bool is_head, bool breaks_off);
/// Reads the request's body.
Task<ServiceRequest> read_request(http::ClientRequest& request);

}  // namespace tapedeck::simulator
