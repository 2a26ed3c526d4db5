#include <algorithm>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "main/admin_door.h"
#include "main/admin_settings.h"
#include "main/command.h"
#include "main/console.h"
#include "main/doctor.h"
#include "store/sqlite_check.h"

namespace tapedeck {

namespace {

void refuse_damage(const std::vector<std::string>& damages) {
  if (damages.empty()) return;
  auto more =
      damages.size() == 1 ? std::string() : fmt::format(" (and {} more)", damages.size() - 1);
  throw Error(Fault::unavailable, "the file is damaged: " + damages.front() + more);
}

/// Without a server the file is checked before anything opens it to write: what is damaged is left
/// as it is, for a rescue.
void check_before_opening(const Config& config) {
  auto file = (config.data / "tapedeck.db").string();
  if (std::filesystem::exists(file)) refuse_damage(check_database(file));
}

/// A server checks its file itself.
void check_through(AdminDoor& door) {
  std::vector<std::string> damages;
  bool ended = false;
  auto take = [&](const json::object& line) {
    if (auto damage = find_string(line, "damage")) damages.push_back(*damage);
    ended = ended || line.contains("done");
  };
  door.stream("/admin/v1/check-catalog", {}, take);
  refuse_damage(damages);
  if (!ended) throw Error(Fault::unavailable, "the server ended before its check did");
}

/// SQLite's own check of the file; then opening it checks schema and migrations, or a running
/// server answers.
Check examine_catalog(const Config& config, bool running) {
  try {
    if (!running && config.catalog == CatalogChoice::sqlite) check_before_opening(config);
    AdminDoor door(config, AdminDoor::Missing::refuse);
    if (door.beside_server()) check_through(door);
    auto status = door.call("GET", "/admin/v1/status");
    auto accounts = find_integer(status.as_object(), "accounts").value_or(0);
    return {"catalog", true, fmt::format("sound, {} accounts", accounts), ""};
  } catch (const UsageError& error) {
    return {"catalog", false, error.what(), "Check the name of the folder."};
  } catch (const std::exception& error) {
    if (config.catalog != CatalogChoice::sqlite) {
      return {"catalog", false, error.what(), "Cure what is red above, then run this again."};
    }
    return {"catalog", false, error.what(),
            "Stop the server, keep this folder as it is, and make a new one of the last backup: "
            "tapedeck restore-backup BACKUP --data NEW_FOLDER"};
  }
}

void print_checks(const std::vector<Check>& checks) {
  for (const auto& check : checks) {
    print_line(fmt::format("{} {:<12} {}", check.good ? "✓" : "✗", check.name, check.detail));
    if (!check.good) print_line(fmt::format("  {:<12} → {}", "", check.cure));
  }
}

int examine_all(const Invocation& invocation) {
  auto loaded = invocation.load();
  auto checks = examine(loaded.config);
  auto green = std::all_of(checks.begin(), checks.end(), [](auto& check) { return check.good; });
  if (!invocation.json) {
    print_checks(checks);
    return green ? exit_done : exit_failed;
  }
  json::array items;
  for (const auto& check : checks) {
    items.push_back(json::object{{"name", check.name},
                                 {"good", check.good},
                                 {"detail", check.detail},
                                 {"cure", check.cure}});
  }
  print_json(json::object{{"good", green}, {"checks", std::move(items)}});
  return green ? exit_done : exit_failed;
}

}  // namespace

std::vector<Check> examine(const Config& config) {
  auto running = server_runs(config);
  auto checks = examine_folder(config, running);
  auto services = examine_cloud(config);
  checks.insert(checks.end(), services.begin(), services.end());
  checks.push_back(examine_catalog(config, running));
  if (!running && config.token.empty()) return checks;  // no server here, none asked for
  auto served = examine_server(config);
  checks.insert(checks.end(), served.begin(), served.end());
  return checks;
}

void add_doctor_command(CLI::App& app, Invocation& invocation) {
  add_command(app, invocation, "doctor",
              "Check the stores, the machine and a running server, and name the cure.",
              admin_settings_and({"free_bytes_min", "server", "token"}))
      ->callback(
          [&invocation] { invocation.run = [&invocation] { return examine_all(invocation); }; });
}

}  // namespace tapedeck
