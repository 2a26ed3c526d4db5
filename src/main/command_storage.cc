#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/env.h"
#include "main/admin_settings.h"
#include "main/cloud_setup.h"
#include "main/command.h"
#include "main/console.h"
#include "main/storage_policy.h"

namespace tapedeck {

namespace {

void refuse_local(const Config& config) {
  if (config.catalog == CatalogChoice::dynamo || config.blobs == BlobsChoice::s3) return;
  throw UsageError(
      "There is nothing to make: these stores are on this machine. Name others with --blobs s3 and "
      "--catalog dynamo, or in tapedeck.toml.");
}

const char* word_of(SetupStep::Outcome outcome) {
  switch (outcome) {
    case SetupStep::Outcome::made:
      return "made";
    case SetupStep::Outcome::kept:
      return "kept";
    case SetupStep::Outcome::unsupported:
      return "unsupported";
  }
  return "";
}

void print_steps(const std::vector<SetupStep>& steps, const Config& config) {
  std::vector<std::vector<std::string>> rows{{"WHAT", "", "NOW"}};
  for (const auto& step : steps) rows.push_back({step.what, word_of(step.outcome), step.detail});
  print_table(rows);
  print_note("The rights that a server needs on it, as an IAM policy:");
  print_document(make_storage_policy(config));
}

int init(const Invocation& invocation) {
  auto config = invocation.load().config;
  refuse_local(config);
  SystemEnv env;
  auto steps = make_cloud_stores(config, env);
  if (!invocation.json) {
    print_steps(steps, config);
    return exit_done;
  }
  json::array items;
  for (const auto& step : steps) {
    items.push_back(json::object{
        {"what", step.what}, {"outcome", word_of(step.outcome)}, {"detail", step.detail}});
  }
  print_json(json::object{{"steps", std::move(items)}, {"policy", make_storage_policy(config)}});
  return exit_done;
}

int show_policy(const Invocation& invocation) {
  auto config = invocation.load().config;
  refuse_local(config);
  auto policy = make_storage_policy(config);
  if (invocation.json) {
    print_json(policy);
  } else {
    print_document(policy);
  }
  return exit_done;
}

}  // namespace

void add_storage_commands(CLI::App& app, Invocation& invocation) {
  auto storage = app.add_subcommand("storage", "Prepare a bucket and a table for Tapedeck.");
  storage->require_subcommand(1);
  add_command(*storage, invocation, "init",
              "Make the bucket and the table, close the bucket to the public, and set its rules; "
              "again changes nothing.",
              admin_settings_and({"cors_origins"}))
      ->callback([&invocation] { invocation.run = [&invocation] { return init(invocation); }; });
  add_command(*storage, invocation, "policy",
              "Print the least rights that a server needs, as an IAM policy.", admin_settings)
      ->callback(
          [&invocation] { invocation.run = [&invocation] { return show_policy(invocation); }; });
}

}  // namespace tapedeck
