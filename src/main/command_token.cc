#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "http/target.h"
#include "main/admin_door.h"
#include "main/admin_settings.h"
#include "main/command.h"
#include "main/console.h"
#include "main/server_door.h"
#include "main/setting_values.h"

namespace tapedeck {

namespace {

struct TokenOptions {
  std::string user;  // empty: of the server's caller
  std::string name;
  std::string id;
  std::vector<std::string> scopes;
  std::string expires_in;
  std::string bytes_max;
  std::string time_max;
  std::uint32_t live_max = 0;  // 0: no limit of its own
};
using Options = std::shared_ptr<TokenOptions>;

/// One call to the tokens of somebody (beside the data folder) or of the token's owner (at a
/// server).
json::value call(const Invocation& invocation, const TokenOptions& options,
                 const std::string& method, const std::string& rest,
                 const std::optional<json::object>& body = std::nullopt) {
  auto loaded = invocation.load();
  if (options.user.empty()) {
    ServerDoor door(loaded.config);
    return door.call(method, "/api/v1/tokens" + rest, body);
  }
  AdminDoor door(loaded.config, AdminDoor::Missing::refuse);
  auto target = "/admin/v1/users/" + http::percent_encode(options.user) + "/tokens" + rest;
  return door.call(method, target, body);
}

void add_limits(const TokenOptions& options, json::object& body) {
  if (!options.bytes_max.empty()) {
    auto bytes = parse_byte_count(options.bytes_max);
    if (!bytes) throw UsageError("--max-size is a size such as 500MB, not " + options.bytes_max);
    body["max_bytes"] = *bytes;
  }
  if (!options.time_max.empty()) body["max_seconds"] = parse_duration_seconds(options.time_max);
  if (options.live_max > 0) body["max_live"] = options.live_max;
}

int add_token(const Invocation& invocation, const TokenOptions& options) {
  json::object body{{"name", options.name}};
  json::array scopes;
  for (const auto& scope : options.scopes) scopes.emplace_back(scope);
  if (scopes.empty()) scopes = {"read", "write"};
  body["scopes"] = scopes;
  if (!options.expires_in.empty()) {
    body["expires_in"] = parse_duration_seconds(options.expires_in);
  }
  add_limits(options, body);
  auto answer = call(invocation, options, "POST", "", body);
  if (invocation.json) {
    print_json(answer);
  } else {
    print_note("This is the only time the token is shown. Use it as TAPEDECK_TOKEN:");
    print_line(find_string(answer.as_object(), "token").value_or(""));
  }
  return exit_done;
}

std::string joined(const json::object& token, std::string_view name) {
  std::string text;
  for (const auto& scope : find_strings(token, name).value_or(std::vector<std::string>())) {
    text += (text.empty() ? "" : ",") + scope;
  }
  return text;
}

int list_tokens(const Invocation& invocation, const TokenOptions& options) {
  auto answer = call(invocation, options, "GET", "");
  if (invocation.json) {
    print_json(answer);
    return exit_done;
  }
  std::vector<std::vector<std::string>> rows{
      {"ID", "NAME", "KIND", "SCOPES", "LAST USED", "EXPIRES"}};
  for (const auto& item : answer.as_object().at("items").as_array()) {
    const auto& token = item.as_object();
    rows.push_back({find_string(token, "id").value_or(""), find_string(token, "name").value_or(""),
                    find_string(token, "kind").value_or(""), joined(token, "scopes"),
                    find_string(token, "last_used_at").value_or("never"),
                    find_string(token, "expires_at").value_or("never")});
  }
  print_table(rows);
  return exit_done;
}

int revoke_token(const Invocation& invocation, const TokenOptions& options) {
  call(invocation, options, "DELETE", "/" + http::percent_encode(options.id));
  if (invocation.json) {
    print_json(json::object{{"revoked", options.id}});
  } else {
    print_line("The token " + options.id + " no longer works.");
  }
  return exit_done;
}

CLI::App* add_verb(CLI::App& token, Invocation& invocation, const char* name, const char* doc,
                   const Options& options) {
  auto command = add_command(token, invocation, name, doc, admin_settings_and({"server", "token"}));
  command->add_option("--user", options->user,
                      "Whose, beside the data folder. Without it: yours, at --server.");
  return command;
}

}  // namespace

void add_token_command(CLI::App& app, Invocation& invocation) {
  auto token =
      app.add_subcommand("token", "Tokens: of a user beside the data folder, or your own.");
  token->require_subcommand(1);
  auto options = std::make_shared<TokenOptions>();

  auto add = add_verb(*token, invocation, "add", "Make a token; it is shown once.", options);
  add->add_option("NAME", options->name, "What it is for: a device, a script.")->required();
  add->add_option("--scope", options->scopes,
                  "capture, read, write or admin; repeat it. Default: read and write.")
      ->delimiter(',')
      ->expected(1)
      ->take_all();
  add->add_option("--expires-in", options->expires_in, "30d, 12h, 15m. Default: never.");
  add->add_option("--max-size", options->bytes_max, "Of each of its recordings, such as 500MB.");
  add->add_option("--max-time", options->time_max, "Of each of its recordings, such as 2h.");
  add->add_option("--max-live", options->live_max, "How many it may record at one time.");
  add->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return add_token(invocation, *options); };
  });

  add_verb(*token, invocation, "list", "Show tokens, without their texts.", options)
      ->callback([=, &invocation] {
        invocation.run = [=, &invocation] { return list_tokens(invocation, *options); };
      });

  auto revoke = add_verb(*token, invocation, "revoke", "End a token.", options);
  revoke->add_option("ID", options->id, "As `tapedeck token list` shows it.")->required();
  revoke->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return revoke_token(invocation, *options); };
  });
}

}  // namespace tapedeck
