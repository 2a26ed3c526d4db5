#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "http/target.h"
#include "main/command.h"
#include "main/console.h"
#include "main/server_door.h"
#include "main/setting_values.h"

namespace tapedeck {

namespace {

struct ListOptions {
  std::uint32_t limit = 50;
  std::string search, from, to, state, tag, cursor;
  bool all = false;
};

std::string target_of(const ListOptions& options, const std::string& cursor) {
  auto target = fmt::format("/api/v1/recordings?limit={}", options.limit);
  auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) target += fmt::format("&{}={}", name, http::percent_encode(value));
  };
  add("q", options.search);
  add("from", options.from);
  add("to", options.to);
  add("state", options.state);
  add("tag", options.tag);
  add("cursor", cursor);
  return target;
}

std::string shown_title(const json::object& recording) {
  auto title = find_string(recording, "title").value_or("");
  return title.empty() ? find_string(recording, "file_name").value_or("") : title;
}

void print_rows(const json::array& items) {
  std::vector<std::vector<std::string>> rows{{"ID", "RECORDED", "SIZE", "STATE", "TITLE"}};
  for (const auto& item : items) {
    const auto& recording = item.as_object();
    auto size = static_cast<ByteCount>(find_integer(recording, "size").value_or(0));
    rows.push_back({find_string(recording, "id").value_or(""),
                    find_string(recording, "recorded_at").value_or("").substr(0, 19),
                    format_bytes_rounded(size), find_string(recording, "state").value_or(""),
                    shown_title(recording)});
  }
  print_table(rows);
}

int list(const Invocation& invocation, const ListOptions& options) {
  auto loaded = invocation.load();
  ServerDoor door(loaded.config);
  json::array items;
  std::optional<std::string> cursor = options.cursor;
  do {
    auto page = door.call("GET", target_of(options, *cursor));
    for (auto& item : page.as_object().at("items").as_array()) items.push_back(item);
    cursor = find_string(page.as_object(), "next_cursor");
  } while (cursor && options.all);
  if (invocation.json) {
    json::object answer{{"items", std::move(items)}};
    answer["next_cursor"] = cursor ? json::value(*cursor) : json::value();
    print_json(answer);
    return exit_done;
  }
  print_rows(items);
  if (cursor) print_note("There are more: --all shows them, or --cursor " + *cursor);
  return exit_done;
}

}  // namespace

void add_ls_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ListOptions>();
  auto command =
      add_command(app, invocation, "ls", "List recordings, newest first.", client_settings);
  command->add_option("-q,--search", options->search, "In title, note and file name.");
  command->add_option("--from", options->from, "Recorded at or after: 2026-11-23T10:00:00Z.");
  command->add_option("--to", options->to, "Recorded before.");
  command->add_option("--state", options->state,
                      "recording, interrupted, processing, ready, failed, or trashed.");
  command->add_option("--tag", options->tag, "With this tag.");
  command->add_option("--limit", options->limit, "How many at once: 1 to 200.")
      ->check(CLI::Range(1, 200));
  command->add_option("--cursor", options->cursor, "Go on where another list ended.");
  command->add_flag("--all", options->all, "All pages.");
  command->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return list(invocation, *options); };
  });
}

}  // namespace tapedeck
