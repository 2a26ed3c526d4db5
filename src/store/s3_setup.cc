#include "store/s3_setup.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/encoding.h"
#include "base/error.h"
#include "store/s3_rules.h"
#include "store/s3_xml.h"

namespace tapedeck {

namespace {

constexpr Millis setup_time_max{30'000};

using Outcome = SetupStep::Outcome;

Error refused(const AwsPlace& place, const AwsAnswer& answer) {
  AwsRefusal refusal{answer.status, answer.code, find_xml_text(answer.body, "Message").value_or(""),
                     std::string(answer.fields.find("X-Amz-Bucket-Region").value_or(""))};
  if (refusal.region.empty()) refusal.region = find_xml_text(answer.body, "Region").value_or("");
  return {Fault::invalid, explain_refusal(place, refusal)};
}

/// The answer, whatever it is; throws when there is none.
Task<AwsAnswer> ask(const S3Place& at, const AwsCall& call) {
  try {
    auto answer = co_await at.client.send(call);
    co_return answer;
  } catch (const Error& error) {
    throw Error(Fault::unavailable, explain_silence(at.place, error.what()));
  }
}

/// The first object: a question that shows keys, name and region to be right.
Task<AwsAnswer> ask_for_list(const S3Place& at) {
  auto call = at.bucket.list("", 1);
  auto answer = co_await ask(at, call);
  co_return answer;
}

/// Not only a 200, which any web server gives.
bool is_list(const AwsAnswer& answer) {
  return answer.is_success() && find_xml_text(answer.body, "IsTruncated");
}

/// The document of that name; empty when the bucket has none.
Task<AwsAnswer> read_document(const S3Place& at, const std::string& name) {
  auto call = at.bucket.about_bucket("GET", "?" + name);
  auto answer = co_await ask(at, call);
  co_return answer;
}

/// S3 wants an MD5 with these; a store that has no such document answers 4xx or 501.
Task<AwsAnswer> write_document(const S3Place& at, const std::string& name,
                               const std::string& document) {
  Hasher md5(DigestAlgorithm::md5);
  md5.update(document);
  auto call = at.bucket.about_bucket("PUT", "?" + name);
  call.fields.set("Content-Type", "application/xml");
  call.fields.set("Content-MD5", to_base64(md5.finish()));
  call.body = document;
  call.time_max = setup_time_max;
  auto answer = co_await ask(at, call);
  co_return answer;
}

/// What many stores besides AWS's say to what they do not have.
bool is_unsupported(const AwsAnswer& answer) {
  return answer.status == 501 || answer.status == 405 || answer.code == "NotImplemented" ||
         answer.code == "MethodNotAllowed";
}

SetupStep step_of(std::string what, const AwsAnswer& written, std::string detail,
                  const AwsPlace& place) {
  if (is_unsupported(written)) {
    return {std::move(what), Outcome::unsupported, "this store has no such setting"};
  }
  if (!written.is_success()) throw refused(place, written);
  return {std::move(what), Outcome::made, std::move(detail)};
}

// ---- the public ---------------------------------------------------------------------------------

/// With these nothing that anybody sets opens the bucket; the fourth, BlockPublicAcls, only refuses
/// to set it.
constexpr const char* access_flags[] = {"IgnorePublicAcls", "BlockPublicPolicy",
                                        "RestrictPublicBuckets"};

bool blocks_all(const AwsAnswer& answer) {
  if (!answer.is_success()) return false;
  for (const auto* flag : access_flags) {
    auto text = find_xml_text(answer.body, flag).value_or("");
    if (text != "true" && text != "TRUE") return false;
  }
  return true;
}

std::string make_access_block(bool refuses_acls) {
  std::string document = "<PublicAccessBlockConfiguration>";
  document += fmt::format("<BlockPublicAcls>{}</BlockPublicAcls>", refuses_acls);
  for (const auto* flag : access_flags) document += fmt::format("<{0}>true</{0}>", flag);
  return document + "</PublicAccessBlockConfiguration>";
}

/// What S3 says to a small object of ours, which is gone again on return.
Task<AwsAnswer> try_to_write(const S3Place& at) {
  auto put = at.bucket.about_note("PUT", "trial");
  put.body = "trial";
  auto written = co_await ask(at, put);
  if (!written.is_success()) co_return written;
  auto erasure = at.bucket.about_note("DELETE", "trial");
  auto erased = co_await ask(at, erasure);
  co_return erased;
}

Task<SetupStep> close_to_public(const S3Place& at) {
  const std::string what = "public access";
  auto found = co_await read_document(at, "publicAccessBlock");
  if (blocks_all(found)) co_return SetupStep{what, Outcome::kept, "blocked"};
  auto written = co_await write_document(at, "publicAccessBlock", make_access_block(true));
  auto step = step_of(what, written, "blocked", at.place);
  auto tried = co_await try_to_write(at);
  if (tried.code != "AccessDenied" || step.outcome != Outcome::made) co_return step;
  // Ceph 16 takes any write for one with a public ACL.
  auto again = co_await write_document(at, "publicAccessBlock", make_access_block(false));
  co_return step_of(what, again, "blocked, but for BlockPublicAcls: it would refuse every write",
                    at.place);
}

/// By a policy, or by a list of who may what. What we may not read proves nothing.
Task<bool> is_public(const S3Place& at) {
  auto block = co_await read_document(at, "publicAccessBlock");
  if (blocks_all(block)) co_return false;
  auto policy = co_await read_document(at, "policyStatus");
  auto is_open = find_xml_text(policy.body, "IsPublic").value_or("");
  if (policy.is_success() && (is_open == "true" || is_open == "TRUE")) co_return true;
  auto acl = co_await read_document(at, "acl");
  co_return acl.is_success() && (acl.body.find("global/AllUsers") != std::string::npos ||
                                 acl.body.find("global/AuthenticatedUsers") != std::string::npos);
}

// ---- rules --------------------------------------------------------------------------------------

Task<SetupStep> limit_unfinished(const S3Place& at, int days) {
  const std::string what = "unfinished uploads";
  auto detail = fmt::format("removed after {} days", days);
  auto found = co_await read_document(at, "lifecycle");
  if (found.is_success() && has_lifecycle_rule(found.body, days)) {
    co_return SetupStep{what, Outcome::kept, detail};
  }
  auto old = found.is_success() ? found.body : std::string();
  auto document = with_lifecycle_rule(old, make_lifecycle_rule(days));
  auto written = co_await write_document(at, "lifecycle", document);
  co_return step_of(what, written, detail, at.place);
}

Task<SetupStep> allow_pages(const S3Place& at, const std::vector<std::string>& origins) {
  const std::string what = "browsers";
  auto detail = fmt::format("pages of {} may fetch and upload", fmt::join(origins, ", "));
  auto found = co_await read_document(at, "cors");
  if (found.is_success() && has_cors_rule(found.body, origins)) {
    co_return SetupStep{what, Outcome::kept, detail};
  }
  auto old = found.is_success() ? found.body : std::string();
  auto document = with_cors_rule(old, make_cors_rule(origins));
  auto written = co_await write_document(at, "cors", document);
  co_return step_of(what, written, detail, at.place);
}

// ---- the bucket itself --------------------------------------------------------------------------

/// AWS wants the region named, but for its first one.
std::string creation_body(const std::string& region) {
  if (region.empty() || region == "us-east-1") return "";
  return fmt::format(
      "<CreateBucketConfiguration><LocationConstraint>{}</LocationConstraint>"
      "</CreateBucketConfiguration>",
      region);
}

Task<SetupStep> make_bucket(const S3Place& at) {
  auto found = co_await ask_for_list(at);
  if (is_list(found)) co_return SetupStep{at.place.thing, Outcome::kept, "was there"};
  if (found.code != "NoSuchBucket") throw refused(at.place, found);
  auto body = creation_body(at.place.region);
  auto creation = at.bucket.about_bucket("PUT", "");
  creation.body = body;
  creation.time_max = setup_time_max;
  auto made = co_await ask(at, creation);
  if (made.code == "BucketAlreadyExists") {
    throw Error(Fault::conflict,
                "Somebody else has a bucket of the name in s3_bucket: names are "
                "unique among all who use the service. Choose another one.");
  }
  auto is_ours = made.is_success() || made.code == "BucketAlreadyOwnedByYou";
  if (!is_ours) throw refused(at.place, made);
  co_return SetupStep{at.place.thing, Outcome::made, "made"};
}

}  // namespace

Task<std::vector<SetupStep>> make_s3_bucket(const S3Place& at, const S3Wishes& wishes) {
  auto bucket = co_await make_bucket(at);
  auto access = co_await close_to_public(at);
  auto unfinished = co_await limit_unfinished(at, wishes.unfinished_days);
  std::vector<SetupStep> steps{bucket, access, unfinished};
  if (wishes.cors_origins.empty()) co_return steps;
  auto pages = co_await allow_pages(at, wishes.cors_origins);
  steps.push_back(pages);
  co_return steps;
}

Task<void> check_s3_bucket(const S3Place& at, Env& env) {
  auto answer = co_await ask_for_list(at);
  if (auto date = parse_http_date(answer.fields.find("Date").value_or(""))) {
    auto skew = explain_skew(at.place, *date, env.now());
    if (!skew.empty()) throw Error(Fault::invalid, skew);
  }
  if (!is_list(answer)) throw refused(at.place, answer);
  auto written = co_await try_to_write(at);
  if (!written.is_success()) throw refused(at.place, written);
  auto is_open = co_await is_public(at);
  if (!is_open) co_return;
  throw Error(Fault::invalid, fmt::format("Anybody may read {}. Close it: `tapedeck storage init` "
                                          "blocks public access; or name another bucket.",
                                          at.place.thing));
}

}  // namespace tapedeck
