#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "main/admin_door.h"
#include "main/chores.h"
#include "main/command.h"
#include "main/console.h"
#include "main/setting_values.h"
#include "store/backup.h"

namespace tapedeck {

namespace {

struct BackupFolders {
  std::string folder;  // backup: the destination; restore-backup: the source
};

void print_report(const Invocation& invocation, const json::object& report,
                  const std::string& done) {
  if (invocation.json) {
    print_json(report);
    return;
  }
  auto copied = static_cast<ByteCount>(find_integer(report, "bytes_copied").value_or(0));
  print_line(fmt::format("{}: {} recordings, {} blobs; {} copied now.", done,
                         find_integer(report, "recordings").value_or(0),
                         find_integer(report, "blobs").value_or(0), format_bytes_rounded(copied)));
}

int backup(const Invocation& invocation, const BackupFolders& folders) {
  auto loaded = invocation.load();
  AdminDoor door(loaded.config, AdminDoor::Missing::refuse);
  auto destination = std::filesystem::absolute(folders.folder).lexically_normal().string();
  std::optional<json::object> done;
  StatusLine status_line;
  auto take = [&](const json::object& line) {
    status_line.clear();
    if (auto progress = line.if_contains("progress")) {
      const auto& counts = progress->as_object();
      status_line.show(fmt::format("{} blobs, {} copied now",
                                   find_integer(counts, "blobs").value_or(0),
                                   find_integer(counts, "copied").value_or(0)));
    }
    if (auto end = line.if_contains("done")) done = end->as_object();
  };
  door.stream("/admin/v1/backup", {{"destination", destination}}, take);
  if (!done) {
    throw Error(Fault::unavailable,
                "The backup ended before it was done. Run it again: it goes on where it was.");
  }
  print_report(invocation, *done, "Backed up to " + destination);
  return exit_done;
}

int restore(const Invocation& invocation, const BackupFolders& folders) {
  if (!invocation.flags.contains("data")) {
    throw UsageError("Name the new data folder with --data DIR; it must be empty or absent.");
  }
  auto loaded = invocation.load();
  BackupOptions options;
  options.source = folders.folder;
  options.destination = loaded.config.data.string();
  auto report = restore_backup(options);
  print_report(invocation, json_of(report), "Restored to " + options.destination);
  return exit_done;
}

}  // namespace

void add_backup_commands(CLI::App& app, Invocation& invocation) {
  auto folders = std::make_shared<BackupFolders>();
  auto save = add_command(app, invocation, "backup",
                          "Copy a data folder while its server goes on; again copies what is new.",
                          admin_settings);
  save->add_option("DEST", folders->folder, "The backup's folder.")->required();
  save->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return backup(invocation, *folders); };
  });

  auto back = add_command(app, invocation, "restore-backup",
                          "Make a data folder out of a backup, and check every byte.", {"data"});
  back->add_option("SRC", folders->folder, "The backup's folder.")->required();
  back->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return restore(invocation, *folders); };
  });
}

}  // namespace tapedeck
