#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/env.h"
#include "base/run_task.h"
#include "core/original_import.h"
#include "main/cloud_stores.h"
#include "main/command.h"
#include "main/console.h"
#include "main/setting_values.h"
#include "main/wiring.h"
#include "store/original_cloud.h"

namespace tapedeck {

namespace {

constexpr std::string_view key_warning =
    "Old keys go on working for 90 days: they can be guessed, lay in clear, and were given to "
    "whoever knew a social id. Whoever has one can use its account so long.";

struct ImportOptions {
  std::string users_table = "recording_user";
  std::string records_table = "recording_recording";
  std::string bucket;
  std::string dynamo_endpoint, s3_endpoint, region;  // empty: as the destination's
  std::string utc_offset = "+00:00";
  OriginalImport::Options import;
};

/// "+09:00", "-03:30". Throws UsageError.
std::chrono::minutes parse_utc_offset(const std::string& text) {
  // RFC 3339 knows what an offset is.
  auto time = parse_rfc3339("2018-01-01T00:00:00" + text);
  auto zero = parse_rfc3339("2018-01-01T00:00:00Z");
  if (!time) throw UsageError("--utc-offset is written like +09:00 or -03:30.");
  return std::chrono::duration_cast<std::chrono::minutes>(*zero - *time);
}

/// Where the original's data are: as the settings say of the destination's, unless told otherwise.
Config source_of(const Config& destination, const ImportOptions& options,
                 const std::string& table) {
  auto config = destination;
  config.dynamo_table = table;
  config.s3_bucket = options.bucket;
  if (!options.dynamo_endpoint.empty()) config.dynamo_endpoint = options.dynamo_endpoint;
  if (!options.s3_endpoint.empty()) config.s3_endpoint = options.s3_endpoint;
  if (options.region.empty()) return config;
  config.dynamo_region = config.s3_region = options.region;
  return config;
}

json::object json_of(const ImportCounts& counts) {
  return {{"users", counts.users},     {"accounts", counts.accounts},
          {"keys", counts.keys},       {"rows", counts.rows},
          {"objects", counts.objects}, {"imported", counts.imported},
          {"bytes", counts.bytes},     {"already_there", counts.already_there}};
}

void show(const Invocation& invocation, const ImportFinding& finding) {
  if (invocation.json) {
    print_json(json::object{
        {"finding", name_of(finding.kind)}, {"id", finding.id}, {"detail", finding.detail}});
  } else {
    print_table({{name_of(finding.kind), finding.id, finding.detail}});
  }
}

int import_original(const Invocation& invocation, const ImportOptions& wanted) {
  auto config = invocation.load().config;
  auto options = wanted.import;
  options.utc_offset = parse_utc_offset(wanted.utc_offset);
  StatusLine line;
  std::map<std::string, std::uint64_t> kinds;
  options.on_finding = [&](const ImportFinding& finding) {
    line.clear();
    ++kinds[name_of(finding.kind)];
    show(invocation, finding);
  };
  options.on_progress = [&](const ImportCounts& counts) {
    line.show(fmt::format("{} recordings, {}", counts.imported + counts.already_there,
                          format_bytes_rounded(counts.bytes)));
  };
  if (options.takes_keys) print_note(key_warning);

  SystemEnv env;
  Log log({config.log_format, LogLevel::warning});
  Wiring wiring(config, log);
  auto keys = find_aws_keys(config, env);
  DynamoAccess users(source_of(config, wanted, wanted.users_table), keys, env);
  DynamoAccess records(source_of(config, wanted, wanted.records_table), keys, env);
  S3Access s3(source_of(config, wanted, wanted.records_table), keys, env);
  OriginalCloud data({users.client, records.client, s3.client, s3.pool, s3.bucket});
  OriginalImport import(data, wiring.accounts(), wiring.catalog(), wiring.blobs(), env, options);
  auto counts = run_task(import.run());
  line.clear();
  if (invocation.json) {
    auto done = json_of(counts);
    json::object found;
    for (const auto& [kind, count] : kinds) found[kind] = count;
    done["findings"] = std::move(found);
    print_json(json::object{{"done", std::move(done)}});
  } else {
    print_note(fmt::format(
        "{} recordings ({}) {} imported, {} were there already; {} accounts, {} keys accepted.",
        counts.imported, format_bytes_rounded(counts.bytes),
        options.is_dry_run ? "would be" : "were", counts.already_there, counts.accounts,
        counts.keys));
  }
  return exit_done;
}

}  // namespace

void add_import_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ImportOptions>();
  auto import = app.add_subcommand("import", "Take over what another server holds.");
  import->require_subcommand(1);
  auto original = add_command(*import, invocation, "original",
                              "The tables and the bucket of the original server.", admin_settings);
  original->add_option("--users-table", options->users_table, "Its table of users.")
      ->capture_default_str();
  original->add_option("--records-table", options->records_table, "Its table of recordings.")
      ->capture_default_str();
  original->add_option("--bucket", options->bucket, "Its bucket.")->required();
  original->add_option("--source-dynamo-endpoint", options->dynamo_endpoint,
                       "Where its tables are, when not where ours are.");
  original->add_option("--source-s3-endpoint", options->s3_endpoint,
                       "Where its bucket is, when not where ours is.");
  original->add_option("--source-region", options->region, "Its region.");
  original->add_option("--type", options->import.types,
                       "A type of its social logins; several for several.");
  original->add_option("--utc-offset", options->utc_offset, "Of the clock of its machine.")
      ->capture_default_str();
  original->add_flag("--dry-run", options->import.is_dry_run, "Only report.");
  original->add_flag("--orphans", options->import.takes_orphans,
                     "Also import objects that have no row.");
  original->add_flag("--accept-legacy-keys", options->import.takes_keys,
                     "Let its keys go on working for 90 days. A risk: see the manual.");
  original->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return import_original(invocation, *options); };
  });
}

}  // namespace tapedeck
