// tapedeck_fill_table: puts rows of recordings into a table, in batches and past the catalog, so
// that a list of many can be measured. What the account counts is not raised.
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "base/env.h"
#include "base/error.h"
#include "base/json.h"
#include "base/run_task.h"
#include "base/spawn.h"
#include "http/client_pool.h"
#include "store/dynamo_catalog.h"
#include "store/dynamo_client.h"
#include "store/dynamo_rows.h"

namespace {

using namespace tapedeck;

constexpr std::size_t batch_max = 25;  // the service's own limit
constexpr unsigned at_once = 16;

struct Fill {
  AwsClient& aws;
  Env& env;
  std::string table;
  AccountId account;
  std::size_t count = 0;
  Time first;
  std::size_t next = 0;
};

json::object item_of(Fill& fill, std::size_t number) {
  DynamoRecording row;
  row.rev = Ulid::make(fill.env).text();
  auto& recording = row.recording;
  recording.id = RecordingId::make(fill.env);
  recording.account = fill.account;
  recording.description.title = "Memo " + std::to_string(number);
  recording.description.file_name = "memo.wav";
  recording.description.content_type = "audio/wav";
  recording.description.recorded_at = fill.first + std::chrono::seconds(number);
  recording.sniffed_type = "audio/wav";
  recording.state = RecordingState::ready;
  recording.created_at = recording.last_append_at = recording.changed_at = fill.env.now();
  recording.size = 1;
  recording.sha256 = Sha256Digest{};
  Segment segment;
  segment.piece = Ulid::make(fill.env);
  segment.end = 1;
  recording.tail = {segment};
  return to_item(row).wire();
}

Task<void> add_some(Fill& fill) {
  while (fill.next < fill.count) {
    json::array puts;
    for (; puts.size() < batch_max && fill.next < fill.count; ++fill.next) {
      puts.push_back(json::object{{"PutRequest", {{"Item", item_of(fill, fill.next)}}}});
    }
    json::object body{{"RequestItems", json::object{{fill.table, std::move(puts)}}}};
    auto text = json::serialize(body);
    AwsCall call{.method = "POST"};
    call.fields.set("X-Amz-Target", "DynamoDB_20120810.BatchWriteItem");
    call.fields.set("Content-Type", "application/x-amz-json-1.0");
    call.body = text;
    auto answer = co_await fill.aws.send(call);
    auto left = parse_json_object(answer.body);
    const auto* items = left.if_contains("UnprocessedItems");
    if (answer.status != 200 || items == nullptr || !items->get_object().empty()) {
      throw Error(Fault::unavailable, "a batch was not written: " + answer.body.substr(0, 300));
    }
  }
}

void fill_with(Fill& fill) {
  asio::io_context context(1);
  std::exception_ptr failed;
  auto keep = [&failed](std::exception_ptr error) {
    if (error) failed = error;
  };
  for (unsigned i = 0; i < at_once; ++i) {
    spawn(context.get_executor(), add_some(fill), keep);
  }
  context.run();
  if (failed) std::rethrow_exception(failed);
}

AccountId account_of(DynamoClient& client, Env& env, const std::string& username) {
  DynamoCatalog catalog(client, env, {});
  auto account = run_task(catalog.find_account_by_username(username));
  if (!account) throw Error(Fault::not_found, "there is no account " + username);
  return account->id;
}

void run(const std::string& endpoint, const std::string& table, const std::string& username,
         std::size_t count) {
  SystemEnv env;
  FixedCredentials keys({"bench", "bench", "", std::nullopt});
  AwsClient::Options options;
  options.scope = {"us-east-1", "dynamodb"};
  options.code_of = dynamo_error_code;
  auto origin = http::parse_origin(endpoint);
  if (!origin) throw Error(Fault::invalid, endpoint + " is no URL");
  http::ClientPool pool(*origin, {});
  AwsClient aws(options, pool, keys, env);
  DynamoClient client(aws, env, table);
  auto first = env.now() - std::chrono::days(400);
  Fill fill{aws, env, table, account_of(client, env, username), count, first};
  fill_with(fill);
}

}  // namespace

int main(int count, char** words) {
  CLI::App app("Puts rows of recordings into an account of a table.");
  std::string endpoint;
  std::string table;
  std::string username;
  std::size_t recordings = 0;
  app.add_option("--endpoint", endpoint, "of DynamoDB")->required();
  app.add_option("--table", table, "the table")->required();
  app.add_option("--username", username, "whose they are")->required();
  app.add_option("--count", recordings, "how many")->required();
  CLI11_PARSE(app, count, words);
  try {
    run(endpoint, table, username, recordings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tapedeck_fill_table: %s\n", error.what());
    return 1;
  }
  return 0;
}
