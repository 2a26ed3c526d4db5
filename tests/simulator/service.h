// Service: one of AWS's services as a simulator plays it: requests and answers as values, no time
// of its own, no faults but those that it is asked for.
#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "http/fields.h"

namespace tapedeck::simulator {

/// What reached the service.
struct ServiceRequest {
  std::string method = "GET";
  std::string target = "/";
  http::Fields fields;
  std::string body;
};

/// What a service does now and then, and clients must be ready for.
struct ServiceMood {
  std::size_t items_max = ~std::size_t{0};  // a page or batch leaves out the rest, and says so
  bool loses_upload = false;                // the multipart upload that is named is gone
  bool hides_error = false;                 // what is done is answered with 200 and an error in it
};

struct ServiceAnswer {
  int status = 200;
  http::Fields fields{};
  std::string body{};
  std::size_t read_units = 0;  // that DynamoDB charges for it
  std::size_t write_units = 0;
};

/// For one thread.
class Service {
 public:
  virtual ~Service() = default;

  /// `now` is by the service's clock. Total: what the real one refuses is an answer, and so is
  /// everything that the simulator does not know: its code then says "Unsimulated".
  virtual ServiceAnswer serve(const ServiceRequest& request, Time now, const ServiceMood& mood) = 0;

  /// "GetItem", "PutObject": what the request asks for.
  virtual std::string name_of(const ServiceRequest& request) const = 0;

  /// An answer with that error, as this service words it; nothing was done.
  virtual ServiceAnswer refuse(int status, const std::string& code, Time now) const = 0;
};

/// How far a signature's time may be from the service's.
inline constexpr Millis signature_time_max = std::chrono::minutes(15);

/// Whether the request is signed at a time that the service takes. A signature itself is not
/// checked here: that the real services take ours is for other tests.
bool is_signed_in_time(const ServiceRequest& request, Time now);
bool is_signed(const ServiceRequest& request);

}  // namespace tapedeck::simulator
