#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/env.h"
#include "base/run_task.h"
#include "main/admin_door.h"
#include "main/command.h"
#include "main/copy_report.h"
#include "main/copy_stores.h"
#include "main/setting_values.h"
#include "main/stores.h"

namespace tapedeck {

namespace {

constexpr int passes_max = 4;
constexpr std::uint64_t few_changes = 100;  // so many more cost only a moment
constexpr std::size_t differences_max = 1'000;
/// Until a server on another machine has noticed the mode, and its last write has ended.
constexpr Millis shared_writes_end{35'000};

struct CopyOptions {
  std::string from;
  std::string to;
  bool is_switch = false;
  bool is_dry_run = false;
  bool leaves_damaged = false;
};

void refuse_same(const Config& from, const Config& to) {
  std::error_code ignored;
  bool is_same = from.catalog == to.catalog;
  if (is_same && from.catalog == CatalogChoice::sqlite) {
    is_same = std::filesystem::equivalent(from.data, to.data, ignored);
  } else if (is_same) {
    is_same = place_of_catalog(from) == place_of_catalog(to);
  }
  if (is_same) throw UsageError("--from and --to are the same place.");
}

/// A copy between two opened places.
class CopyRun {
 public:
  CopyRun(const Invocation& invocation, const CopyOptions& options)
      : options_(options),
        log_({LogFormat::human, LogLevel::warning}),
        report_(invocation.json),
        from_config_(load_place(options.from)),
        to_config_(checked(from_config_, load_place(options.to))),
        from_(open_copy_stores(from_config_, CopyRole::from, env_, log_)),
        to_(open_copy_stores(to_config_, CopyRole::to, env_, log_)),
        copying_(from_.side(), to_.side(), copying_options()) {}

  int run() {
    run_task(context_, copying_.learn());
    auto plan = run_task(context_, copying_.plan());
    report_.expect(plan);
    report_.note("plan", plan, words("To be copied", plan));
    if (options_.is_dry_run) return exit_done;
    for (int pass = 0; pass < passes_max; ++pass) {
      if (is_nearly_done(copy_once())) break;
    }
    if (!options_.is_switch) return stop_before_switch();
    return switch_over();
  }

 private:
  static Config checked(const Config& from, Config to) {
    refuse_same(from, to);
    return to;
  }

  Copying::Options copying_options() {
    Copying::Options options;
    options.on_progress = [this](const CopyCounts& counts) { report_.show(counts); };
    return options;
  }

  static std::string words(const char* what, const CopyCounts& counts) {
    return fmt::format("{}: {} facts, {} of audio; {} facts erased.", what, counts.put,
                       format_bytes_rounded(counts.bytes), counts.erased);
  }

  CopyCounts copy_once() {
    auto counts = run_task(context_, copying_.pass());
    report_.note("pass", counts, words("Copied", counts));
    report_.expect({});  // what comes now is what changed meanwhile
    return counts;
  }

  static bool is_nearly_done(const CopyCounts& counts) {
    return counts.put + counts.erased < few_changes;
  }

  int stop_before_switch() {
    const auto& problems = copying_.problems();
    report_.problems(problems);
    report_.note("copied", {},
                 "The destination has what the source had, and takes no server yet. Run this "
                 "again with --switch to move over.");
    return problems.empty() ? exit_done : exit_failed;
  }

  void set_source_mode(const char* mode) {
    AdminDoor door(from_config_, AdminDoor::Missing::refuse);
    door.call("POST", "/admin/v1/mode", json::object{{"mode", mode}});
  }

  int switch_over() {
    set_source_mode("read-only");
    report_.note("read-only", {}, "The source is read-only now.");
    if (from_.is_shared) run_task(context_, env_.sleep(shared_writes_end));
    for (int pass = 0; pass < passes_max; ++pass) {
      copy_once();
      if (copying_.problems().empty()) break;
    }
    const auto& problems = copying_.problems();
    report_.problems(problems);
    if (!problems.empty() && !options_.leaves_damaged) {
      set_source_mode("open");
      throw Error(Fault::conflict,
                  "The source is damaged, and is in use again: nothing was switched. Mend what is "
                  "listed from a backup, or delete it, or leave it behind with --leave-damaged.");
    }
    run_task(context_, copying_.finish());
    report_.note("switched", {},
                 "All is at the destination. Start servers there; the source stays read-only.");
    return exit_done;
  }

  const CopyOptions options_;
  asio::io_context context_{1};
  SystemEnv env_;
  Log log_;
  CopyReport report_;
  const Config from_config_;
  const Config to_config_;
  const CopyStores from_;
  const CopyStores to_;
  Copying copying_;
};

/// The facts of both, then every byte of the destination against them.
int verify(const Invocation& invocation, const CopyOptions& options) {
  SystemEnv env;
  Log log({LogFormat::human, LogLevel::warning});
  auto to_config = load_place(options.to);
  std::vector<std::string> differences;
  {
    auto from = open_copy_stores(load_place(options.from), CopyRole::from, env, log);
    auto to = open_copy_stores(to_config, CopyRole::from, env, log);
    differences = run_task(compare_facts(*from.facts, *to.facts, differences_max));
  }
  for (const auto& difference : differences) {
    if (invocation.json) {
      print_event("difference", {{"what", difference}});
    } else {
      print_line(difference);
    }
  }
  AdminDoor door(to_config, AdminDoor::Missing::refuse);
  std::int64_t findings = -1;
  auto take = [&](const json::object& line) {
    if (line.contains("finding")) print_json(line);
    if (auto done = line.if_contains("done")) {
      findings = find_integer(done->as_object(), "findings").value_or(-1);
    }
  };
  door.stream("/admin/v1/verify", {}, take);
  if (findings < 0) throw Error(Fault::unavailable, "It ended before it was done. Run it again.");
  bool is_alike = differences.empty() && findings == 0;
  if (invocation.json) {
    print_event("verified", {{"differences", differences.size()}, {"findings", findings}});
  } else {
    print_note(is_alike ? "Both have the same facts, and every byte is as it was stored."
                        : fmt::format("{} facts differ; {} findings in the destination's bytes.",
                                      differences.size(), findings));
  }
  return is_alike ? exit_done : exit_failed;
}

}  // namespace

void add_copy_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<CopyOptions>();
  auto verifies = std::make_shared<bool>(false);
  auto command = app.add_subcommand(
      "copy", "Copy everything to another pair of stores while its servers go on, then switch.");
  command->add_flag("--json", invocation.json, "Print JSON, for programs.");
  command->add_option("--from", options->from, "The configuration of the source: a tapedeck.toml.")
      ->required()
      ->type_name("FILE");
  command->add_option("--to", options->to, "The configuration of the destination.")
      ->required()
      ->type_name("FILE");
  command->add_flag("--switch", options->is_switch,
                    "At the end make the source read-only and the destination ready for servers.");
  command->add_flag("--leave-damaged", options->leaves_damaged,
                    "Switch although some recordings are damaged, and leave those behind.");
  command->add_flag("--dry-run", options->is_dry_run, "Only say what there is to be copied.");
  command->add_flag("--verify", *verifies,
                    "Copy nothing: compare what both have, and read the destination's bytes.");
  command->callback([=, &invocation] {
    invocation.run = [=, &invocation] {
      return *verifies ? verify(invocation, *options) : CopyRun(invocation, *options).run();
    };
  });
}

}  // namespace tapedeck
