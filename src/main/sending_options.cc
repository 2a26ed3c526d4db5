#include "main/sending_options.h"

#include <CLI/CLI.hpp>

#include "main/console.h"

namespace tapedeck {

void add_labels(CLI::App& command, FileLabels& labels) {
  command.add_option("--title", labels.title, "What to call it.");
  command.add_option("--note", labels.note, "What to remember about it.");
  command.add_option("--tag", labels.tags, "A tag; repeat it.")->expected(1)->take_all();
}

void add_wait(CLI::App& command, std::string& wait) {
  command
      .add_option("--wait", wait,
                  "How long to go on trying while the server does not answer: 30s, 5m, 2h.")
      ->type_name("TIME")
      ->capture_default_str();
}

Patience::Options patience_of(const std::string& wait) {
  Patience::Options patience;
  patience.limit = std::chrono::seconds(parse_duration_seconds(wait));
  return patience;
}

}  // namespace tapedeck
