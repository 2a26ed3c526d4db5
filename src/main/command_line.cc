#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "main/command.h"
#include "main/console.h"
#include "main/settings.h"

namespace tapedeck {

namespace {

constexpr const char* description =
    "Tapedeck keeps voice recordings: it takes them, makes them durable, and plays them back.\n"
    "\n"
    "  tapedeck serve                       start a server in ./tapedeck-data\n"
    "  tapedeck user add ada                make an account\n"
    "  tapedeck token add laptop --user ada make a token, for TAPEDECK_TOKEN\n"
    "  tapedeck record                      record, safe on the server as you speak\n"
    "  tapedeck upload memo.wav             keep a recording\n"
    "  tapedeck watch ~/Memos               keep what appears in a folder\n"
    "  tapedeck ls                          see what is kept\n"
    "  tapedeck doctor                      check the data folder and a running server\n";

void add_flag_of(CLI::App& command, Invocation& invocation, const Setting& setting) {
  auto take = [&invocation, &setting](const std::vector<std::string>& values) {
    auto given = values;
    if (setting.shape == SettingShape::toggle && given.size() == 1 && given[0].empty()) {
      given = {"yes"};
    }
    invocation.flags[std::string(setting.name)] = given;
  };
  auto option = command.add_option_function<std::vector<std::string>>(setting.flag(), take,
                                                                      std::string(setting.doc));
  option->group("Settings");
  auto value = setting.shape == SettingShape::secret ? std::string_view("FILE") : setting.value;
  option->type_name(std::string(value));
  switch (setting.shape) {
    case SettingShape::single:
    case SettingShape::secret:
      option->expected(1)->take_last();
      break;
    case SettingShape::list:
      option->expected(1)->take_all();
      break;
    case SettingShape::toggle:
      option->expected(0, 1)->take_last();
      break;
  }
}

void print_failure(const Invocation& invocation, std::string_view detail) {
  if (invocation.json) {
    fmt::print(stderr, "{}\n", json::serialize(json::object{{"error", detail}}));
  } else {
    fmt::print(stderr, "tapedeck: {}\n", detail);
  }
}

int run_parsed(const Invocation& invocation) {
  try {
    auto code = invocation.run();
    if (std::fflush(stdout) != 0) throw Error(Fault::unavailable, "Writing to stdout failed.");
    return code;
  } catch (const UsageError& error) {
    print_failure(invocation, error.what());
    return exit_usage;
  } catch (const std::exception& error) {
    print_failure(invocation, error.what());
    return exit_failed;
  }
}

}  // namespace

LoadedConfig Invocation::load() const {
  auto sources = read_sources(config_file);
  sources.flags = flags;
  return load_config(sources);
}

CLI::App* add_command(CLI::App& parent, Invocation& invocation, const std::string& name,
                      const std::string& doc, const std::vector<std::string_view>& settings) {
  auto command = parent.add_subcommand(name, doc);
  command->add_flag("--json", invocation.json, "Print JSON, for programs.");
  command
      ->add_option("--config", invocation.config_file,
                   "Read settings from this file instead of ./tapedeck.toml.")
      ->type_name("FILE");
  for (auto setting : settings) add_setting(*command, invocation, setting);
  return command;
}

void add_setting(CLI::App& command, Invocation& invocation, std::string_view name) {
  add_flag_of(command, invocation, *find_setting(name));
}

void add_server_settings(CLI::App& command, Invocation& invocation) {
  for (const auto& setting : all_settings()) {
    if (setting.user == SettingUser::server) add_flag_of(command, invocation, setting);
  }
}

void add_commands(CLI::App& app, Invocation& invocation) {
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(34);
  app.set_version_flag("--version", program_line());
  add_serve_command(app, invocation);
  add_user_command(app, invocation);
  add_token_command(app, invocation);
  add_upload_command(app, invocation);
  add_record_command(app, invocation);
  add_watch_command(app, invocation);
  add_ls_command(app, invocation);
  add_get_command(app, invocation);
  add_rm_commands(app, invocation);
  add_verify_commands(app, invocation);
  add_backup_commands(app, invocation);
  add_rescue_command(app, invocation);
  add_storage_commands(app, invocation);
  add_copy_command(app, invocation);
  add_import_command(app, invocation);
  add_mode_command(app, invocation);
  add_config_command(app, invocation);
  add_doctor_command(app, invocation);
  add_lambda_commands(app, invocation);
  add_version_command(app, invocation);
}

int run_command_line(int argc, const char* const* argv) {
  Invocation invocation;
  CLI::App app(description, "tapedeck");
  add_commands(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 prints the help to stdout, and what is wrong to stderr.
    return app.exit(error) == 0 ? exit_done : exit_usage;
  }
  if (!invocation.run) {
    fmt::print("{}", app.help());
    return exit_done;
  }
  return run_parsed(invocation);
}

}  // namespace tapedeck
