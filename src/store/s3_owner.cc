#include "store/s3_owner.h"

#include "base/error.h"
#include "store/s3_xml.h"

namespace tapedeck {

namespace {

constexpr std::string_view note_name = "catalog";  // Stored. Do not change.
constexpr std::size_t id_bytes_max = 100;

Error refused(const S3Place& at, const AwsAnswer& answer) {
  AwsRefusal refusal{answer.status, answer.code, find_xml_text(answer.body, "Message").value_or(""),
                     ""};
  return {Fault::invalid, explain_refusal(at.place, refusal)};
}

/// Empty: nobody's.
Task<std::string> read_owner(const S3Place& at) {
  auto call = at.bucket.about_note("GET", note_name);
  auto answer = co_await at.client.send(call);
  if (answer.status == 404 && answer.code == "NoSuchKey") co_return "";
  if (!answer.is_success() || answer.body.empty()) throw refused(at, answer);
  co_return answer.body.substr(0, id_bytes_max);
}

}  // namespace

Task<std::string> find_or_set_owner(const S3Place& at, const std::string& proposed) {
  auto owner = co_await read_owner(at);
  if (!owner.empty()) co_return owner;
  auto call = at.bucket.about_note("PUT", note_name);
  call.fields.set("If-None-Match", "*");
  call.body = proposed;
  auto answer = co_await at.client.send(call);
  // 412, 409: somebody was first, or an earlier attempt of this call was.
  bool was_late = answer.status == 412 || answer.status == 409;
  if (!answer.is_success() && !was_late) throw refused(at, answer);
  owner = co_await read_owner(at);
  co_return owner;
}

}  // namespace tapedeck
