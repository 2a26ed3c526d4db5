#include "conformance/s3_harness.h"

#include <cstdlib>
#include <stdexcept>

namespace tapedeck {

namespace {

std::string setting(const char* name) {
  const auto* value = std::getenv(name);
  if (value == nullptr)
    throw std::runtime_error(std::string(name) + " is not set; run ./test cloud");
  return value;
}

/// Of this process; unique among all that ever used the service.
std::string new_bucket_name() {
  SystemEnv env;
  auto name = "conformance-" + Ulid::make(env).text();
  for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace

S3Harness::S3Harness(ByteCount part_bytes)
    : part_bytes_(part_bytes),
      keys_({setting("AWS_ACCESS_KEY_ID"), setting("AWS_SECRET_ACCESS_KEY"), "", {}}) {
  auto endpoint = http::parse_origin(setting("TEST_S3_ENDPOINT"));
  if (!endpoint) throw std::runtime_error("TEST_S3_ENDPOINT is no origin");
  bucket_ = {*endpoint, new_bucket_name()};
  pool_ = std::make_unique<http::ClientPool>(*endpoint, http::ClientPoolOptions());
  make_bucket();
  reopen();
}

void S3Harness::make_bucket() {
  AwsClient::Options options;
  options.scope = {"us-east-1", "s3"};
  options.code_of = [](const AwsAnswer& answer) { return find_s3_error(answer.body); };
  AwsClient client(options, *pool_, keys_, env_);
  AwsCall call{.method = "PUT", .target = "/" + bucket_.bucket, .time_max = Millis{30'000}};
  auto answer = run_task(client.send(call));
  if (!answer.is_success()) throw std::runtime_error("no bucket: " + answer.code);
}

void S3Harness::reopen() {
  blobs_.reset();
  S3Blobs::Options options;
  options.bucket = bucket_;
  options.part_bytes = part_bytes_;
  blobs_ = std::make_unique<S3Blobs>(options, *pool_, keys_, env_);
}

}  // namespace tapedeck
