#include "simulator/server.h"

namespace tapedeck::simulator {

namespace {

AwsClient::Options aws_options() {
  AwsClient::Options options;
  options.scope = {"us-east-1", "dynamodb"};
  options.code_of = dynamo_error_code;
  return options;
}

/// S3's parts are smaller here than S3 takes them; the simulated one is told.
S3Blobs::Options blobs_options(Limits limits) {
  S3Blobs::Options options;
  options.bucket.endpoint = {"http", "service.simulated", 80};
  options.bucket.bucket = bucket_name;
  if (limits == Limits::usual) return options;
  options.part_bytes = 300;
  options.part_bytes_first = 100;
  return options;
}

Accounts::Options accounts_options() {
  Accounts::Options options;
  options.password_cost = {.memory_bytes = 8 * 1024, .passes = 1};
  return options;
}

Live::Options live_options(Limits limits) {
  Live::Options options;
  if (limits == Limits::usual) return options;
  options.recording_bytes_max = 1 * MiB;
  options.segment_bytes_max = 400;
  options.reserved_step = 500;
  return options;
}

Recordings::Options recordings_options() {
  Recordings::Options options;
  options.trash_time = std::chrono::hours(6);
  return options;
}

Uploads::Options uploads_options() {
  Uploads::Options options;
  options.resumable_time = std::chrono::hours(6);
  return options;
}

Sweeper::Options sweeper_options(Limits limits, const Bug& bug) {
  Sweeper::Options options;
  options.grace = bug.grace.value_or(options.grace);
  options.trash_time = recordings_options().trash_time;
  options.resumable_time = uploads_options().resumable_time;
  if (limits == Limits::small) options.joining.segment_bytes_max = 1'000;
  return options;
}

std::unique_ptr<http::Outbound> wrap(const Bug::Wrap& bug, http::Outbound& network) {
  return bug ? bug(network) : nullptr;
}

http::Outbound& outer(const std::unique_ptr<http::Outbound>& wrapped, http::Outbound& network) {
  return wrapped ? *wrapped : network;
}

}  // namespace

struct Server::Parts {
  Parts(NetworkRules& rules, Service& dynamo_service, Service& s3_service, const Options& options,
        const Bug& bug)
      : env(rules.timeline, options.number, options.seed, options.skew),
        to_dynamo(rules, dynamo_service, options.number),
        to_s3(rules, s3_service, options.number),
        dynamo_bug(wrap(bug.dynamo, to_dynamo)),
        s3_bug(wrap(bug.s3, to_s3)),
        aws(aws_options(), outer(dynamo_bug, to_dynamo), keys, env),
        client(aws, env, table_name),
        dynamo(client, env, {}),
        s3(blobs_options(options.limits), outer(s3_bug, to_s3), keys, env),
        ports(make_ports(bug)),
        accounts(*ports.catalog, pool, env, accounts_options()),
        live(*ports.catalog, *ports.blobs, env, live_options(options.limits)),
        recordings(*ports.catalog, *ports.blobs, env, live, recordings_options()),
        uploads(*ports.catalog, *ports.blobs, env, live, accounts, recordings, uploads_options()),
        sweeper(*ports.catalog, *ports.blobs, env, log, sweeper_options(options.limits, bug)) {}

  Ports make_ports(const Bug& bug) {
    Ports made{&dynamo, &s3, {}};
    if (bug.ports) bug.ports(made);
    return made;
  }

  VirtualEnv env;
  Log log{{.format = LogFormat::human, .level = LogLevel::error}};
  Pool pool{{.name = "none", .threads = 0}};
  FixedCredentials keys{{"simulated", "secret", "", {}}};
  Network to_dynamo;
  Network to_s3;
  std::unique_ptr<http::Outbound> dynamo_bug;
  std::unique_ptr<http::Outbound> s3_bug;
  AwsClient aws;
  DynamoClient client;
  DynamoCatalog dynamo;
  S3Blobs s3;
  Ports ports;
  Accounts accounts;
  Live live;
  Recordings recordings;
  Uploads uploads;
  Sweeper sweeper;
};

Server::Server(NetworkRules& rules, Service& dynamo, Service& s3, Options options, const Bug& bug)
    : parts_(std::make_unique<Parts>(rules, dynamo, s3, options, bug)),
      number(options.number),
      env(parts_->env),
      client(parts_->client),
      catalog(*parts_->ports.catalog),
      blobs(*parts_->ports.blobs),
      accounts(parts_->accounts),
      recordings(parts_->recordings),
      uploads(parts_->uploads),
      sweeper(parts_->sweeper) {}

Server::~Server() = default;

}  // namespace tapedeck::simulator
