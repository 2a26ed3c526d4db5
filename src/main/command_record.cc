#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/env.h"
#include "base/time.h"
#include "core/id.h"
#include "main/command.h"
#include "main/console.h"
#include "main/microphone.h"
#include "main/recorder.h"
#include "main/sending_options.h"
#include "main/server_door.h"
#include "main/setting_values.h"
#include "main/spool.h"

namespace tapedeck {

namespace {

struct RecordOptions {
  std::string source;  // "-": stdin
  Microphone::Options microphone;
  FileLabels labels;
  std::string name;
  std::string wait = "2m";
};

/// Fresh for each recording: it is the name that a later run finds it by.
UploadDescription describe(const RecordOptions& options) {
  SystemEnv env;
  UploadDescription description;
  description.client_id = Ulid::make(env).text();
  description.title = options.labels.title;
  description.note = options.labels.note;
  description.tags = options.labels.tags;
  description.recorded_at = format_rfc3339(env.now());
  description.file_name = options.name;
  if (options.name.empty() && options.source.empty()) description.file_name = "microphone.wav";
  return description;
}

void tell_of_left_spools(const std::filesystem::path& folder, RecordReport& report) {
  for (const auto& left : list_left_spools(folder)) {
    report.note(
        fmt::format("An earlier recording was not sent whole ({}). Send it with\n  "
                    "tapedeck upload {}",
                    format_bytes_rounded(left.size), left.path));
  }
}

/// The microphone's own end, after that of its sound.
void check_microphone(Microphone& microphone, const Recorder& recorder) {
  microphone.stop();
  auto ended_well = microphone.wait();
  if (!ended_well && !recorder.was_told_to_stop()) {
    throw Error(Fault::unavailable,
                microphone.tool() +
                    " ended by itself; what it said is above. What came until then is kept.");
  }
}

int record_from(const ServerDoor& door, const RecordOptions& options, SoundSource source,
                RecordReport& report, Microphone* microphone) {
  auto folder = state_folder() / "spool";
  tell_of_left_spools(folder, report);
  Spool spool(folder, describe(options));
  report.started(spool.path());
  Recorder recorder(door, spool, std::move(source), patience_of(options.wait), report);
  recorder.run();
  if (spool.size() == 0) spool.remove();
  if (recorder.sent()) {
    spool.remove();
    auto recording = recorder.sent()->recording;
    recording["sent_bytes"] = recorder.sent()->sent_bytes;
    report.finished(recording);
  } else if (spool.size() > 0) {
    report.kept(spool.path(), recorder.trouble());
  }
  if (microphone) check_microphone(*microphone, recorder);
  if (recorder.capture_failure()) throw Error(*recorder.capture_failure());
  if (spool.size() == 0) throw Error(Fault::invalid, "No sound came; nothing was recorded.");
  return recorder.sent() ? exit_done : exit_failed;
}

int record(const Invocation& invocation, const RecordOptions& options) {
  if (!options.source.empty() && options.source != "-") {
    throw UsageError(
        "record takes the microphone, or stdin as `-`; a file goes with `tapedeck "
        "upload FILE`.");
  }
  auto loaded = invocation.load();
  ServerDoor door(loaded.config);
  RecordReport report(invocation.json, door.url());
  SoundSource source;
  if (options.source == "-") {
    if (is_terminal(STDIN_FILENO)) {
      throw UsageError("stdin is a terminal; pipe audio into it: arecord … | tapedeck record -");
    }
    source.descriptor = STDIN_FILENO;
    return record_from(door, options, std::move(source), report, nullptr);
  }
  Microphone microphone(options.microphone);
  source.descriptor = microphone.descriptor();
  source.head = wav_head(options.microphone.rate, options.microphone.channels);
  source.on_stop = [&] { microphone.stop(); };
  return record_from(door, options, std::move(source), report, &microphone);
}

}  // namespace

void add_record_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<RecordOptions>();
  auto command = add_command(app, invocation, "record",
                             "Record live: what is said is safe on the server about a second "
                             "later. Ctrl-C ends it.",
                             client_settings);
  command->add_option("SOURCE", options->source,
                      "- is stdin: any audio that grows. Default: the microphone.");
  command->add_option("--device", options->microphone.device,
                      "The microphone, as arecord, parec or pw-record names it.");
  command->add_option("--rate", options->microphone.rate, "The microphone's samples a second.")
      ->check(CLI::Range(4'000, 384'000))
      ->capture_default_str();
  command->add_option("--channels", options->microphone.channels, "The microphone's channels.")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  add_labels(*command, options->labels);
  command->add_option("--name", options->name, "A file name for it.");
  add_wait(*command, options->wait);
  command->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return record(invocation, *options); };
  });
}

}  // namespace tapedeck
