#include <memory>

#include <CLI/CLI.hpp>

#include "main/command.h"
#include "main/console.h"
#include "main/sending_options.h"
#include "main/server_door.h"
#include "main/watcher.h"

namespace tapedeck {

namespace {

struct WatchOptions {
  std::string folder;
  std::string settle = "3s";
  Watcher::Options watcher;
};

int watch(const Invocation& invocation, WatchOptions options) {
  std::error_code failed;
  auto folder = std::filesystem::canonical(options.folder, failed);
  if (failed || !std::filesystem::is_directory(folder, failed)) {
    throw UsageError(options.folder + " is no folder that can be read.");
  }
  options.watcher.settle_time = std::chrono::seconds(parse_duration_seconds(options.settle));
  auto loaded = invocation.load();
  ServerDoor door(loaded.config);
  SentJournal journal(SentJournal::path_of(state_folder(), folder, door.url()));
  WatchReport report(invocation.json);
  Watcher watcher(door, folder, journal, options.watcher, report);
  watcher.run();
  return exit_done;
}

}  // namespace

void add_watch_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<WatchOptions>();
  auto command = add_command(app, invocation, "watch",
                             "Send what is in a folder and what appears there, each file once. "
                             "Hidden and temporary files are left alone.",
                             client_settings);
  command->add_option("FOLDER", options->folder, "With the folders in it.")->required();
  command->add_flag("--new-only", options->watcher.new_only,
                    "Leave what is there at the first start.");
  command->add_flag("--delete", options->watcher.deletes_sent,
                    "Delete a file here when the server's SHA-256 of it is the same.");
  command
      ->add_option("--settle", options->settle,
                   "A file that does not change for so long is finished: 3s, 1m.")
      ->type_name("TIME")
      ->capture_default_str();
  add_labels(*command, options->watcher.labels);
  command->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return watch(invocation, *options); };
  });
}

}  // namespace tapedeck
