#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/run_task.h"
#include "base/time.h"
#include "http/descriptor.h"
#include "http/target.h"
#include "main/answers.h"
#include "main/command.h"
#include "main/console.h"
#include "main/file_upload.h"
#include "main/sending_options.h"
#include "main/server_door.h"
#include "main/setting_values.h"
#include "main/transfer.h"

namespace tapedeck {

namespace {

struct UploadOptions {
  std::vector<std::string> files;
  FileLabels labels;
  std::string name;  // of the file, for stdin
  std::string wait = "5m";
};

// ---- stdin and pipes, in one piece -------------------------------------------------------------

void add_parameter(std::string& target, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  target += fmt::format("{}{}={}", target.find('?') == std::string::npos ? '?' : '&', name,
                        http::percent_encode(value));
}

std::string target_of(const UploadOptions& options) {
  const auto& labels = options.labels;
  std::string target = "/api/v1/recordings";
  add_parameter(target, "filename", options.name);
  add_parameter(target, "title", labels.title);
  add_parameter(target, "note", labels.note);
  std::string tags;
  for (const auto& tag : labels.tags) tags += (tags.empty() ? "" : ",") + tag;
  add_parameter(target, "tags", tags);
  add_parameter(target, "recorded_at", labels.recorded_at);
  return target;
}

/// What was read from a pipe is gone, so this cannot be resumed; `record -` keeps a copy.
Task<json::object> send_stream(const ServerDoor& door, const UploadOptions& options, int descriptor,
                               bool shows_progress) {
  http::ClientRequest request;
  request.method = "POST";
  request.target = target_of(options);
  door.authorize(request);
  Progress progress("stream", std::nullopt, shows_progress);
  DescriptorSource body(descriptor, progress);
  request.body = &body;
  auto client = door.make_client();
  auto response = co_await client.send(request);
  auto answer = co_await read_answer(response);
  auto recording = answer.as_object();
  auto stored = find_string(recording, "sha256");
  if (stored && *stored != to_hex(view_of(body.seen().finish()))) {
    throw Error(Fault::digest_mismatch,
                "The server stored other bytes than were sent. Send them again.");
  }
  recording["replayed"] = false;
  recording["sent_bytes"] = body.seen().seen();
  co_return recording;
}

// ---- files -------------------------------------------------------------------------------------

double seconds_of(Millis time) {
  return std::chrono::duration<double>(time).count();
}

SenderEvents make_events(const std::string& path) {
  SenderEvents events;
  events.on_begun = [path](const std::string&, ByteRange rest) {
    if (rest.begin > 0 && rest.size() > 0) {
      print_note(fmt::format("{}: {} are there already.", path, format_bytes_rounded(rest.begin)));
    }
  };
  events.on_wait = [path](Millis wait, const std::string& why) {
    print_note(fmt::format("{}: {} Trying again in {:.1f} s.", path, why, seconds_of(wait)));
  };
  return events;
}

/// A named pipe, or the shell's <(…).
std::optional<http::Descriptor> open_pipe(const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::is_fifo(path, failed)) return std::nullopt;
  http::Descriptor pipe(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (pipe) return pipe;
  throw Error(Fault::invalid, fmt::format("It cannot be read: {}.", std::strerror(errno)));
}

json::object to_json(Sent sent) {
  auto recording = std::move(sent.recording);
  recording["replayed"] = sent.is_replayed;
  recording["sent_bytes"] = sent.sent_bytes;
  return recording;
}

json::object send_one(const ServerDoor& door, const UploadOptions& options, const std::string& path,
                      bool shows_progress) {
  if (path == "-") return run_task(send_stream(door, options, STDIN_FILENO, shows_progress));
  if (auto pipe = open_pipe(path)) {
    return run_task(send_stream(door, options, pipe->number(), shows_progress));
  }
  auto patience = patience_of(options.wait);
  auto events = make_events(path);
  if (Spool::is_spool(path)) {
    Spool spool(path);
    return to_json(run_task(send_spool(door, spool, patience, shows_progress, events)));
  }
  LocalFile file(path);
  return to_json(
      run_task(send_file(door, path, file, options.labels, patience, shows_progress, events)));
}

void print_sent(const ServerDoor& door, const std::string& path, const json::object& recording) {
  auto id = find_string(recording, "id").value_or("");
  print_line(fmt::format("{}  {}/api/v1/recordings/{}/audio", id, door.url(), id));
  if (find_bool(recording, "replayed").value_or(false)) {
    print_note(path + " was there already; nothing was stored twice (--again would).");
  }
}

int upload(const Invocation& invocation, const UploadOptions& options) {
  const auto& recorded_at = options.labels.recorded_at;
  if (!recorded_at.empty() && !parse_rfc3339(recorded_at)) {
    throw UsageError(
        fmt::format("\"{}\" is not a time; write one like 2026-11-23T10:00:00Z.", recorded_at));
  }
  auto loaded = invocation.load();
  ServerDoor door(loaded.config);
  int code = exit_done;
  for (const auto& path : options.files) {
    try {
      auto recording = send_one(door, options, path, !invocation.json);
      if (invocation.json) {
        print_json(recording);
      } else {
        print_sent(door, path, recording);
      }
    } catch (const UsageError&) {
      throw;
    } catch (const Error& error) {
      print_note(fmt::format("tapedeck: {}: {}", path, error.what()));
      code = exit_failed;
    }
  }
  return code;
}

}  // namespace

void add_upload_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<UploadOptions>();
  auto command = add_command(app, invocation, "upload",
                             "Send recordings to a server. What breaks off goes on by itself, or "
                             "when it is run again; a repeat stores nothing twice.",
                             client_settings);
  command->add_option("FILE", options->files, "Audio files; - is stdin.")->required();
  add_labels(*command, options->labels);
  command->add_option("--recorded-at", options->labels.recorded_at,
                      "When, as 2026-11-23T10:00:00Z. Default: when the file last changed.");
  command->add_option("--name", options->name, "A file name for stdin.");
  command->add_flag("--again", options->labels.again, "Store it even if it is there already.");
  add_wait(*command, options->wait);
  command->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return upload(invocation, *options); };
  });
}

}  // namespace tapedeck
