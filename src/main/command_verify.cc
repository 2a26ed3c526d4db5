#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "main/admin_door.h"
#include "main/command.h"
#include "main/console.h"
#include "main/setting_values.h"

namespace tapedeck {

namespace {

std::uint64_t count_in(const json::object& object, std::string_view name) {
  return static_cast<std::uint64_t>(find_integer(object, name).value_or(0));
}

/// Throws when the last line never came: a job that did not end proves nothing.
const json::object& require_done(const std::optional<json::object>& done) {
  if (!done) {
    throw Error(Fault::unavailable,
                "It ended before it was done: the server stopped. Run it again.");
  }
  return *done;
}

void print_finding(const json::object& finding) {
  print_line(fmt::format(
      "{}  account {}  recording {}  {}", find_string(finding, "kind").value_or(""),
      find_string(finding, "account").value_or(""), find_string(finding, "recording").value_or("-"),
      find_string(finding, "detail").value_or("")));
}

int verify(const Invocation& invocation) {
  auto loaded = invocation.load();
  AdminDoor door(loaded.config, AdminDoor::Missing::refuse);
  std::optional<json::object> done;
  StatusLine status_line;
  auto take = [&](const json::object& line) {
    if (invocation.json) {
      print_json(line);
    } else if (auto progress = line.if_contains("progress")) {
      const auto& counts = progress->as_object();
      status_line.show(fmt::format(
          "{} recordings, {} read, {} findings", count_in(counts, "recordings"),
          format_bytes_rounded(count_in(counts, "bytes")), count_in(counts, "findings")));
      return;
    }
    status_line.clear();
    if (auto finding = line.if_contains("finding"); finding && !invocation.json) {
      print_finding(finding->as_object());
    }
    if (auto end = line.if_contains("done")) done = end->as_object();
  };
  door.stream("/admin/v1/verify", {}, take);
  const auto& counts = require_done(done);
  auto findings = count_in(counts, "findings");
  if (!invocation.json) {
    auto read = fmt::format("{} recordings, {} read again", count_in(counts, "recordings"),
                            format_bytes_rounded(count_in(counts, "bytes")));
    print_note(findings == 0
                   ? read + ": every byte is as it was stored."
                   : fmt::format("{}: {} findings. Restore what is damaged from a backup.", read,
                                 findings));
  }
  return findings == 0 ? exit_done : exit_failed;
}

int sweep(const Invocation& invocation) {
  auto loaded = invocation.load();
  AdminDoor door(loaded.config, AdminDoor::Missing::refuse);
  std::optional<json::object> done;
  auto take = [&](const json::object& line) {
    if (auto end = line.if_contains("done")) done = end->as_object();
  };
  door.stream("/admin/v1/sweep", {}, take);
  const auto& counts = require_done(done);
  if (invocation.json) {
    print_json(counts);
  } else {
    print_line(fmt::format("{} recordings purged, {} blobs of {} were garbage and are erased.",
                           count_in(counts, "purged"), count_in(counts, "blobs_erased"),
                           count_in(counts, "blobs_seen")));
  }
  return count_in(counts, "failures") == 0 ? exit_done : exit_failed;
}

int status(const Invocation& invocation) {
  auto loaded = invocation.load();
  AdminDoor door(loaded.config, AdminDoor::Missing::refuse);
  auto answer = door.call("GET", "/admin/v1/status");
  auto& object = answer.as_object();
  object["running"] = door.beside_server();
  if (invocation.json) {
    print_json(answer);
    return exit_done;
  }
  auto free = find_integer(object, "free_bytes");
  print_table({{"server", door.beside_server() ? "running" : "not running"},
               {"version", find_string(object, "version").value_or("")},
               {"up for", fmt::format("{} s", count_in(object, "uptime_seconds"))},
               {"accounts", std::to_string(count_in(object, "accounts"))},
               {"held", format_bytes_rounded(count_in(object, "used_bytes"))},
               {"free", free ? format_bytes_rounded(static_cast<ByteCount>(*free)) : "unknown"}});
  return exit_done;
}

void add_plain(CLI::App& app, Invocation& invocation, const char* name, const char* doc,
               int (*run)(const Invocation&)) {
  add_command(app, invocation, name, doc, admin_settings)->callback([&invocation, run] {
    invocation.run = [&invocation, run] { return run(invocation); };
  });
}

}  // namespace

void add_verify_commands(CLI::App& app, Invocation& invocation) {
  add_plain(app, invocation, "verify", "Read every stored byte again, against its checksum.",
            verify);
  add_plain(app, invocation, "sweep", "Remove what is due and what is garbage, now.", sweep);
  add_plain(app, invocation, "status", "Show what a data folder and its server hold.", status);
}

}  // namespace tapedeck
