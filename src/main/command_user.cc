#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "http/target.h"
#include "main/admin_door.h"
#include "main/admin_settings.h"
#include "main/command.h"
#include "main/console.h"
#include "main/setting_values.h"

namespace tapedeck {

namespace {

struct UserOptions {
  std::string username;
  std::string password_file;
  std::string quota;
  bool admin = false;
  bool close = false;
};
using Options = std::shared_ptr<UserOptions>;

std::string target_of(const std::string& username) {
  return "/admin/v1/users/" + http::percent_encode(username);
}

json::value quota_of(const std::string& text) {
  if (text == "none") return nullptr;
  auto bytes = parse_byte_count(text);
  if (!bytes) {
    throw UsageError(fmt::format("\"{}\" is not a size; write one like 10GiB, or none.", text));
  }
  return *bytes;
}

std::string shown_quota(const json::object& user) {
  auto quota = find_integer(user, "quota_bytes");
  return quota ? format_bytes_rounded(static_cast<ByteCount>(*quota)) : "none";
}

int add_user(const Invocation& invocation, const UserOptions& options) {
  auto loaded = invocation.load();
  json::object body{{"username", options.username}, {"admin", options.admin}};
  if (!options.quota.empty()) body["quota_bytes"] = quota_of(options.quota);
  body["password"] = ask_password(options.password_file, "Password for " + options.username, true);
  AdminDoor door(loaded.config, AdminDoor::Missing::make);
  auto user = door.call("POST", "/admin/v1/users", body);
  if (invocation.json) {
    print_json(user);
  } else {
    print_line(fmt::format("Added {}{}.", options.username, options.admin ? ", an admin" : ""));
  }
  return exit_done;
}

int list_users(const Invocation& invocation) {
  auto loaded = invocation.load();
  AdminDoor door(loaded.config, AdminDoor::Missing::refuse);
  auto answer = door.call("GET", "/admin/v1/users");
  const auto& items = answer.as_object().at("items").as_array();
  if (invocation.json) {
    print_json(answer);
    return exit_done;
  }
  std::vector<std::vector<std::string>> rows{{"USER", "STATE", "ADMIN", "HOLDS", "QUOTA", "SINCE"}};
  for (const auto& item : items) {
    const auto& user = item.as_object();
    auto used = static_cast<ByteCount>(find_integer(user, "used_bytes").value_or(0));
    rows.push_back(
        {find_string(user, "username").value_or(""), find_string(user, "state").value_or(""),
         find_bool(user, "admin").value_or(false) ? "yes" : "no", format_bytes_rounded(used),
         shown_quota(user), find_string(user, "created_at").value_or("")});
  }
  print_table(rows);
  return exit_done;
}

/// Changes an account and says so.
int change_user(const Invocation& invocation, const std::string& username, const json::object& body,
                const std::string& done) {
  auto loaded = invocation.load();
  AdminDoor door(loaded.config, AdminDoor::Missing::refuse);
  auto user = door.call("PATCH", target_of(username), body);
  if (invocation.json) {
    print_json(user);
  } else {
    print_line(done);
  }
  return exit_done;
}

int change_password(const Invocation& invocation, const UserOptions& options) {
  auto password = ask_password(options.password_file, "New password for " + options.username, true);
  return change_user(
      invocation, options.username, {{"password", password}},
      "The password of " + options.username + " is changed, and every session of it signed out.");
}

int remove_user(const Invocation& invocation, const UserOptions& options) {
  if (!options.close) {
    throw UsageError("Removing " + options.username +
                     " deletes every recording of it, for good. Say --yes to do it.");
  }
  auto loaded = invocation.load();
  AdminDoor door(loaded.config, AdminDoor::Missing::refuse);
  door.call("DELETE", target_of(options.username));
  if (invocation.json) {
    print_json(json::object{{"removed", options.username}});
  } else {
    print_line(options.username + " is removed; its recordings follow with the next sweep.");
  }
  return exit_done;
}

int invite(const Invocation& invocation, const UserOptions& options) {
  auto loaded = invocation.load();
  AdminDoor door(loaded.config, AdminDoor::Missing::make);
  auto answer = door.call("POST", "/admin/v1/invitations", json::object{{"admin", options.admin}});
  auto text = find_string(answer.as_object(), "invitation").value_or("");
  auto link = public_url_in_force(loaded.config) + "/setup#" + text;
  if (invocation.json) {
    answer.as_object()["url"] = link;
    print_json(answer);
  } else {
    print_note("Whoever opens this link first, within 7 days, makes an account:");
    print_line(link);
  }
  return exit_done;
}

CLI::App* add_user_verb(CLI::App& user, Invocation& invocation, const char* name, const char* doc,
                        const Options& options) {
  auto command = add_command(user, invocation, name, doc, admin_settings);
  command->add_option("NAME", options->username, "The user's name.")->required();
  return command;
}

}  // namespace

void add_user_command(CLI::App& app, Invocation& invocation) {
  auto user = app.add_subcommand("user", "Accounts of a data folder, with or without its server.");
  user->require_subcommand(1);
  auto options = std::make_shared<UserOptions>();
  const char* file = "Read the password from the first line of FILE; - is stdin.";

  auto add = add_user_verb(*user, invocation, "add", "Make an account.", options);
  add->add_flag("--admin", options->admin, "The account may manage others.");
  add->add_option("--quota", options->quota, "How much it may hold: 10GiB, or none.");
  add->add_option("--password-file", options->password_file, file)->type_name("FILE");
  add->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return add_user(invocation, *options); };
  });

  add_command(*user, invocation, "list", "Show all accounts.", admin_settings)
      ->callback(
          [&invocation] { invocation.run = [&invocation] { return list_users(invocation); }; });

  auto passwd = add_user_verb(*user, invocation, "passwd", "Set a new password.", options);
  passwd->add_option("--password-file", options->password_file, file)->type_name("FILE");
  passwd->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return change_password(invocation, *options); };
  });

  for (bool on : {false, true}) {
    auto doc = on ? "Let a disabled account in again." : "Lock an account; it keeps what it holds.";
    add_user_verb(*user, invocation, on ? "enable" : "disable", doc, options)
        ->callback([=, &invocation] {
          json::object body{{"state", on ? "active" : "disabled"}};
          auto done = options->username + (on ? " can sign in again." : " is disabled.");
          invocation.run = [=, &invocation] {
            return change_user(invocation, options->username, body, done);
          };
        });
  }

  auto quota =
      add_user_verb(*user, invocation, "quota", "Limit what an account may hold.", options);
  quota->add_option("SIZE", options->quota, "10GiB, or none.")->required();
  quota->callback([=, &invocation] {
    invocation.run = [=, &invocation] {
      json::object body{{"quota_bytes", quota_of(options->quota)}};
      return change_user(invocation, options->username, body,
                         options->username + " may hold " + options->quota + ".");
    };
  });

  auto remove =
      add_user_verb(*user, invocation, "rm", "Remove an account and all it holds.", options);
  remove->add_flag("--yes", options->close, "Yes, every recording of it too.");
  remove->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return remove_user(invocation, *options); };
  });

  auto invitation = add_command(*user, invocation, "invite", "Print a one-time sign-up link.",
                                admin_settings_and({"public_url"}));
  invitation->add_flag("--admin", options->admin, "The account will be an admin's.");
  invitation->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return invite(invocation, *options); };
  });
}

}  // namespace tapedeck
