#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "main/command.h"
#include "main/console.h"
#include "main/settings.h"
#include "main/version.h"

namespace tapedeck {

namespace {

int show_config(const Invocation& invocation) {
  auto loaded = invocation.load();
  json::object settings;
  std::vector<std::vector<std::string>> rows{{"SETTING", "VALUE", "FROM"}};
  for (const auto& setting : all_settings()) {
    std::string name(setting.name);
    auto value = setting.show(loaded.config);
    const auto& origin = loaded.origins.at(name);
    settings[name] = json::object{{"value", value}, {"from", origin}};
    rows.push_back({name, value, origin});
  }
  if (invocation.json) {
    print_json(settings);
  } else {
    print_table(rows);
  }
  return exit_done;
}

}  // namespace

void add_config_command(CLI::App& app, Invocation& invocation) {
  auto command = add_command(app, invocation, "config",
                             "Show every setting in force, and where it came from.", {});
  add_server_settings(*command, invocation);
  for (auto name : client_settings) add_setting(*command, invocation, name);
  auto reference = std::make_shared<bool>(false);
  command->add_flag("--reference", *reference, "Print the reference of all settings (Markdown).");
  command->callback([&invocation, reference] {
    invocation.run = [&invocation, reference] {
      if (!*reference) return show_config(invocation);
      fmt::print("{}", settings_reference());
      return exit_done;
    };
  });
}

void add_version_command(CLI::App& app, Invocation& invocation) {
  add_command(app, invocation, "version", "Print the version.", {})->callback([&invocation] {
    invocation.run = [&invocation] {
      if (invocation.json) {
        print_json(json::object{{"version", program_version}});
      } else {
        print_line(program_line());
      }
      return exit_done;
    };
  });
}

}  // namespace tapedeck
