#include "simulator/service.h"

#include "base/check.h"

namespace tapedeck::simulator {

namespace {

/// "20261123T100000Z"
std::optional<Time> parse_amz_date(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  std::string date(text);
  auto rfc3339 = date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 5) + ":" +
                 date.substr(11, 2) + ":" + date.substr(13);
  return parse_rfc3339(rfc3339);
}

}  // namespace

bool is_signed(const ServiceRequest& request) {
  auto authorization = request.fields.find("Authorization");
  return authorization && authorization->starts_with("AWS4-HMAC-SHA256 Credential=");
}

bool is_signed_in_time(const ServiceRequest& request, Time now) {
  auto date = parse_amz_date(request.fields.find("X-Amz-Date").value_or(""));
  return date && std::chrono::abs(*date - now) <= signature_time_max;
}

}  // namespace tapedeck::simulator
