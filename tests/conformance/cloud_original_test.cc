// Importing from real tables and a real bucket, as the original server left them.
#include <cstdlib>

#include "api/original_deployment.h"
#include "conformance/cloud_catalogs.h"
#include "conformance/s3_harness.h"
#include "http/target.h"
#include "store/original_cloud.h"

namespace tapedeck {

namespace {

json::object text(const std::string& value) {
  return {{"S", value}};
}

/// The original's deployment on dynalite and Ceph, made by their own calls.
class CloudDeployment {
 public:
  CloudDeployment() {
    make_table(users_, "id", "auth_key");
    make_table(records_, "id", "user_id");
    for (const auto& [id, key] : deployment_.users) {
      put_row(users_, {{"id", text(id)}, {"auth_key", text(key)}});
    }
    for (const auto& record : deployment_.records) {
      put_row(records_, {{"id", text(record.id)},
                         {"user_id", text(record.user_id)},
                         {"file_name", text(record.file_name)},
                         {"created_at", text(record.created_at)}});
    }
    for (const auto& [id, bytes] : deployment_.objects) {
      put_object(id, bytes, deployment_.public_objects.contains(id));
    }
  }

  OriginalCloud& data() { return data_; }

 private:
  static AwsClient::Options options_of(const char* service) {
    AwsClient::Options options;
    options.scope = {"us-east-1", service};
    if (std::string(service) == "dynamodb") {
      options.code_of = dynamo_error_code;
    } else {
      options.code_of = [](const AwsAnswer& answer) { return find_s3_error(answer.body); };
    }
    return options;
  }

  static json::array keys_of(const char* hash, const char* range) {
    return {json::object{{"AttributeName", hash}, {"KeyType", "HASH"}},
            json::object{{"AttributeName", range}, {"KeyType", "RANGE"}}};
  }
  void make_table(DynamoClient& table, const char* hash, const char* range) {
    json::array attributes;
    for (const auto* name : {hash, range}) {
      attributes.push_back(json::object{{"AttributeName", name}, {"AttributeType", "S"}});
    }
    json::object description{{"BillingMode", "PAY_PER_REQUEST"},
                             {"AttributeDefinitions", attributes},
                             {"KeySchema", keys_of(hash, range)}};
    run_task(table.create_table(description));
    for (int look = 0; look < 300; ++look) {
      auto found = run_task(table.describe_table());
      if (found && find_string(*found, "TableStatus") == "ACTIVE") return;
      run_task(env_.sleep(Millis{20}));
    }
    throw std::runtime_error("the table does not become active");
  }
  void put_row(DynamoClient& table, json::object row) {
    run_task(table.put(DynamoItem(std::move(row))));
  }
  void put_object(const std::string& id, const std::string& bytes, bool is_public) {
    std::string target = "/" + s3_.bucket().bucket + "/record/";
    for (char c : id) target += c == '/' ? "/" : http::percent_encode(std::string(1, c));
    AwsCall call{.method = "PUT", .target = target};
    if (is_public) call.fields.set("X-Amz-Acl", "public-read");
    call.body = bytes;
    auto answer = run_task(s3_client_.send(call));
    ASSERT_TRUE(answer.is_success()) << answer.status << answer.code;
  }

  api::OriginalDeployment deployment_;
  SystemEnv env_;
  std::unique_ptr<http::Outbound> dynamo_ = connect_to_dynamo();
  FixedCredentials dynamo_keys_{{"test", "secret", "", {}}};
  AwsClient dynamo_client_{options_of("dynamodb"), *dynamo_, dynamo_keys_, env_};
  std::string name_ = Ulid::make(env_).text();
  DynamoClient users_{dynamo_client_, env_, "recording_user-" + name_};
  DynamoClient records_{dynamo_client_, env_, "recording_recording-" + name_};
  S3Harness s3_{8 * MiB};
  AwsClient s3_client_{options_of("s3"), s3_.outbound(), s3_.keys(), env_};
  OriginalCloud data_{{users_, records_, s3_client_, s3_.outbound(), s3_.bucket()}};
};

}  // namespace

TEST(CloudOriginal, IsTakenOverAndItsPhoneAppGoesOn) {
  CloudDeployment deployment;
  api::expect_import_works(deployment.data());
}

}  // namespace tapedeck
