#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "main/admin_door.h"
#include "main/command.h"
#include "main/console.h"

namespace tapedeck {

namespace {

int set_read_only(const Invocation& invocation, const std::string& wanted) {
  auto loaded = invocation.load();
  AdminDoor door(loaded.config, AdminDoor::Missing::refuse);
  json::value answer;
  if (wanted.empty()) {
    answer = door.call("GET", "/admin/v1/mode");
  } else {
    json::object body{{"mode", wanted == "on" ? "read-only" : "open"}};
    answer = door.call("POST", "/admin/v1/mode", body);
  }
  if (invocation.json) {
    print_json(answer);
  } else {
    print_line(find_string(answer.as_object(), "mode").value_or(""));
  }
  return exit_done;
}

}  // namespace

void add_mode_command(CLI::App& app, Invocation& invocation) {
  auto wanted = std::make_shared<std::string>();
  auto command = add_command(
      app, invocation, "read-only",
      "Let servers read and play but change nothing, or show whether they may.", admin_settings);
  command->add_option("STATE", *wanted, "on or off.")->check(CLI::IsMember({"on", "off"}));
  command->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return set_read_only(invocation, *wanted); };
  });
}

}  // namespace tapedeck
