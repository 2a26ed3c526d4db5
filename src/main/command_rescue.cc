#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "main/command.h"
#include "main/console.h"
#include "store/rescue.h"

namespace tapedeck {

namespace {

struct RescueOptions {
  std::vector<std::string> volumes;
  std::string to = "rescued";
};

int run_rescue(const Invocation& invocation, const RescueOptions& options) {
  auto tell = [&](const RescuedRecording& recording) {
    if (invocation.json) {
      print_json(json::object{{"path", recording.path},
                              {"size", recording.size},
                              {"missing", recording.missing.size()}});
      return;
    }
    print_line(recording.path +
               (recording.missing.empty() ? "" : "  (pieces are missing: see its .json)"));
  };
  auto report = rescue(options.volumes, options.to, tell);
  if (invocation.json) {
    print_json(json::object{{"done", json::object{{"volumes", report.volumes},
                                                  {"recordings", report.recordings},
                                                  {"blobs", report.blobs},
                                                  {"incomplete", report.incomplete},
                                                  {"damaged", report.damaged}}}});
  } else {
    print_note(fmt::format(
        "{} volumes: {} recordings in {}, {} of them with something missing. {} "
        "pieces are damaged, or were never acknowledged.",
        report.volumes, report.recordings, options.to, report.incomplete, report.damaged));
  }
  return report.damaged + report.incomplete == 0 ? exit_done : exit_failed;
}

}  // namespace

void add_rescue_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<RescueOptions>();
  auto command = add_command(app, invocation, "rescue",
                             "Write out what volume files hold, with nothing else left.", {});
  command->add_option("VOLUME", options->volumes, "Files of blobs/volumes.")->required();
  command->add_option("--to", options->to, "A new folder. Default: rescued.");
  command->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return run_rescue(invocation, *options); };
  });
}

}  // namespace tapedeck
