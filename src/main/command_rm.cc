#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "http/target.h"
#include "main/command.h"
#include "main/console.h"
#include "main/server_door.h"

namespace tapedeck {

namespace {

struct RemoveOptions {
  std::vector<std::string> ids;
  bool permanent = false;
};

/// Does `act` for each id; what fails is said, and the others still done.
int for_each(const Invocation& invocation, const std::vector<std::string>& ids,
             const std::function<void(const ServerDoor&, const std::string& target)>& act,
             const char* done) {
  auto loaded = invocation.load();
  ServerDoor door(loaded.config);
  int code = exit_done;
  for (const auto& id : ids) {
    try {
      act(door, "/api/v1/recordings/" + http::percent_encode(id));
      if (invocation.json) {
        print_json(json::object{{"id", id}, {"done", done}});
      } else {
        print_line(fmt::format("{}  {}", id, done));
      }
    } catch (const Error& error) {
      print_note(fmt::format("tapedeck: {}: {}", id, error.what()));
      code = exit_failed;
    }
  }
  return code;
}

int remove(const Invocation& invocation, const RemoveOptions& options) {
  auto act = [&](const ServerDoor& door, const std::string& target) {
    door.call("DELETE", target);
    if (options.permanent) door.call("DELETE", target + "?permanent=1");
  };
  return for_each(invocation, options.ids, act, options.permanent ? "removed" : "trashed");
}

int restore(const Invocation& invocation, const RemoveOptions& options) {
  auto act = [](const ServerDoor& door, const std::string& target) {
    door.call("POST", target + "/restore");
  };
  return for_each(invocation, options.ids, act, "restored");
}

}  // namespace

void add_rm_commands(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<RemoveOptions>();
  auto rm = add_command(app, invocation, "rm", "Move recordings to the trash.", client_settings);
  rm->add_option("ID", options->ids, "As `tapedeck ls` shows them.")->required();
  rm->add_flag("--permanent", options->permanent, "Remove them for good, now.");
  rm->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return remove(invocation, *options); };
  });

  auto back =
      add_command(app, invocation, "restore", "Take recordings out of the trash.", client_settings);
  back->add_option("ID", options->ids, "As `tapedeck ls --state trashed` shows them.")->required();
  back->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return restore(invocation, *options); };
  });
}

}  // namespace tapedeck
