#include "store/s3_answers.h"

#include <fmt/format.h>

#include "store/s3_xml.h"

namespace tapedeck {

namespace {
constexpr std::chrono::seconds refused_retry_after{30};  // somebody has to change a setting
}  // namespace

Error refused(const AwsCall& call, const AwsAnswer& answer) {
  auto fault = answer.code == "QuotaExceeded" ? Fault::storage_full : Fault::unavailable;
  auto what = find_xml_text(answer.body, "Message").value_or("");
  Error error(fault, fmt::format("S3 refuses {} {}: {} {} {}", call.method, call.target,
                                 answer.status, answer.code, what));
  error.retry_after = refused_retry_after;
  return error;
}

bool is_absent(const AwsAnswer& answer) {
  return answer.status == 404 && answer.code != "NoSuchBucket";
}

}  // namespace tapedeck
