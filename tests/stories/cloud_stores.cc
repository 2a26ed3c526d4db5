#include "stories/cloud_stores.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "base/run_task.h"
#include "http/client_pool.h"
#include "store/dynamo_catalog.h"
#include "store/dynamo_table.h"
#include "store/s3_blobs.h"
#include "store/s3_xml.h"

namespace tapedeck::stories {

namespace {

constexpr const char* s3_variable = "TEST_S3_ENDPOINT";
constexpr const char* dynamo_variable = "TEST_DYNAMODB";
constexpr const char* region = "us-east-1";
constexpr std::size_t erased_at_once = 1'000;

std::string setting(const char* name) {
  const auto* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set");
  return value;
}

http::Origin origin_at(const char* variable) {
  auto origin = http::parse_origin(setting(variable));
  if (!origin) throw std::runtime_error(std::string(variable) + " is no origin");
  return *origin;
}

/// Of this story; unique among all that ever used the engines.
std::string new_name(Env& env) {
  auto name = "story-" + Ulid::make(env).text();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

AwsClient::Options s3_options() {
  AwsClient::Options options;
  options.scope = {region, "s3"};
  options.code_of = [](const AwsAnswer& answer) { return find_s3_error(answer.body); };
  return options;
}

AwsClient::Options dynamo_options() {
  AwsClient::Options options;
  options.scope = {region, "dynamodb"};
  options.code_of = dynamo_error_code;
  return options;
}

http::ClientPoolOptions short_lived() {
  http::ClientPoolOptions options;
  options.client.idle_time = std::chrono::seconds{3};  // before dynalite hangs up
  return options;
}

/// Signs by the real clock; the catalog goes by the story's.
class CloudStores final : public StorePair {
 public:
  explicit CloudStores(Env& env)
      : bucket_({origin_at(s3_variable), new_name(system_)}),
        s3_(bucket_.endpoint, {}),
        s3_client_(s3_options(), s3_, keys_, system_),
        blobs_(blobs_options(bucket_), s3_, keys_, system_),
        dynamo_(origin_at(dynamo_variable), short_lived()),
        dynamo_client_(dynamo_options(), dynamo_, keys_, system_),
        table_(dynamo_client_, env, bucket_.bucket),
        catalog_(table_, env, {}) {
    run_task(make_dynamo_table(table_, system_));
    ask_bucket("PUT");
  }
  ~CloudStores() override {
    try {
      erase_blobs();
      ask_bucket("DELETE");
    } catch (const std::exception&) {
      // The engine's memory ends with it.
    }
  }

  Catalog& catalog() override { return catalog_; }
  Blobs& blobs() override { return blobs_; }

 private:
  static S3Blobs::Options blobs_options(const S3BucketOptions& bucket) {
    S3Blobs::Options options;
    options.bucket = bucket;
    return options;
  }

  void ask_bucket(const char* method) {
    auto call = S3Bucket(bucket_).about_bucket(method, "");
    auto answer = run_task(s3_client_.send(call));
    if (!answer.is_success()) throw std::runtime_error(method + (" a bucket: " + answer.code));
  }

  void erase_blobs() {
    for (;;) {
      auto page = run_task(blobs_.list(std::nullopt, erased_at_once));
      for (const auto& key : page.keys) run_task(blobs_.erase(key));
      if (!page.next) return;
    }
  }

  SystemEnv system_;
  FixedCredentials keys_{
      {setting("AWS_ACCESS_KEY_ID"), setting("AWS_SECRET_ACCESS_KEY"), "", std::nullopt}};
  const S3BucketOptions bucket_;
  http::ClientPool s3_;
  AwsClient s3_client_;
  S3Blobs blobs_;
  http::ClientPool dynamo_;
  AwsClient dynamo_client_;
  DynamoClient table_;
  DynamoCatalog catalog_;
};

}  // namespace

bool has_cloud() {
  return std::getenv(s3_variable) != nullptr && std::getenv(dynamo_variable) != nullptr;
}

std::unique_ptr<StorePair> make_cloud_stores(Env& env) {
  return std::make_unique<CloudStores>(env);
}

}  // namespace tapedeck::stories
