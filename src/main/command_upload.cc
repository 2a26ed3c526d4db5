#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/env.h"
#include "base/run_task.h"
#include "base/time.h"
#include "http/target.h"
#include "main/answers.h"
#include "main/command.h"
#include "main/console.h"
#include "main/server_door.h"
#include "main/setting_values.h"
#include "main/transfer.h"

namespace tapedeck {

namespace {

struct UploadOptions {
  std::vector<std::string> files;
  std::string title;
  std::string note;
  std::vector<std::string> tags;
  std::string recorded_at;
  std::string name;  // of the file, for stdin
  bool again = false;
};

/// An open file, or stdin for "-".
class Input {
 public:
  explicit Input(const std::string& path) : is_stdin_(path == "-") {
    if (!is_stdin_) descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status{};
    if (descriptor_ < 0 || fstat(descriptor_, &status) != 0) {
      throw Error(Fault::invalid,
                  fmt::format("{} cannot be read: {}.", path, std::strerror(errno)));
    }
    if (S_ISDIR(status.st_mode))
      throw Error(Fault::invalid, path + " is a folder; name its files.");
    if (!S_ISREG(status.st_mode)) return;
    bytes = static_cast<ByteCount>(status.st_size);
    changed_at = std::chrono::floor<Millis>(std::chrono::sys_time<std::chrono::nanoseconds>(
        std::chrono::seconds(status.st_mtim.tv_sec) +
        std::chrono::nanoseconds(status.st_mtim.tv_nsec)));
  }
  ~Input() {
    if (!is_stdin_ && descriptor_ >= 0) close(descriptor_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  int descriptor() const { return descriptor_; }
  void rewind() const { lseek(descriptor_, 0, SEEK_SET); }

  std::optional<ByteCount> bytes;  // of a plain file
  std::optional<Time> changed_at;

 private:
  const bool is_stdin_;
  int descriptor_ = STDIN_FILENO;
};

Task<Sha256Digest> digest_of(DescriptorSource& source) {
  for (;;) {
    auto chunk = co_await source.read();
    if (chunk.empty()) break;
  }
  co_return source.seen().finish();
}

void add_parameter(std::string& target, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  target += fmt::format("{}{}={}", target.find('?') == std::string::npos ? '?' : '&', name,
                        http::percent_encode(value));
}

std::string target_of(const UploadOptions& options, const std::string& path, const Input& input) {
  std::string target = "/api/v1/recordings";
  auto name = path == "-" ? options.name : std::filesystem::path(path).filename().string();
  add_parameter(target, "filename", name);
  add_parameter(target, "title", options.title);
  add_parameter(target, "note", options.note);
  std::string tags;
  for (const auto& tag : options.tags) tags += (tags.empty() ? "" : ",") + tag;
  add_parameter(target, "tags", tags);
  auto recorded_at = options.recorded_at;
  if (recorded_at.empty() && input.changed_at) recorded_at = format_rfc3339(*input.changed_at);
  add_parameter(target, "recorded_at", recorded_at);
  return target;
}

/// A key that the same file with the same description has again, so that a repeat after a lost
/// answer stores nothing twice.
std::string key_of(const std::string& target, const Sha256Digest& digest) {
  return to_hex(view_of(sha256_of(target + "\n" + std::string(view_of(digest)))));
}

std::string random_key() {
  SystemEnv env;
  return Ulid::make(env).text();
}

Task<json::value> send(const ServerDoor& door, const UploadOptions& options, std::string path,
                       Input& input, bool quiet) {
  http::ClientRequest request;
  request.method = "POST";
  request.target = target_of(options, path, input);
  door.authorize(request);
  if (input.bytes) {
    Progress reading("reading " + path, input.bytes, !quiet);
    DescriptorSource source(input.descriptor(), reading);
    auto digest = co_await digest_of(source);
    input.rewind();
    request.body_bytes = input.bytes;
    request.fields.set("Repr-Digest", "sha-256=:" + to_base64(view_of(digest)) + ":");
    auto key = options.again ? random_key() : key_of(request.target, digest);
    request.fields.set("Idempotency-Key", key);
  }
  request.fields.set("Want-Repr-Digest", "sha-256=1");
  Progress progress(path == "-" ? "stdin" : path, input.bytes, !quiet);
  DescriptorSource body(input.descriptor(), progress);
  request.body = &body;
  auto client = door.make_client();
  auto response = co_await client.send(request);
  bool replayed = response.fields.contains("Idempotency-Replayed");
  auto answer = co_await read_answer(response);
  auto& recording = answer.as_object();
  auto stored = find_string(recording, "sha256");
  if (!replayed && stored && *stored != to_hex(view_of(body.seen().finish()))) {
    throw Error(Fault::digest_mismatch,
                "The server stored other bytes than were sent. Do not "
                "delete " +
                    path + ", and upload it again with --again.");
  }
  recording["replayed"] = replayed;
  co_return answer;
}

int upload(const Invocation& invocation, const UploadOptions& options) {
  if (!options.recorded_at.empty() && !parse_rfc3339(options.recorded_at)) {
    throw UsageError(fmt::format("\"{}\" is not a time; write one like 2026-11-23T10:00:00Z.",
                                 options.recorded_at));
  }
  auto loaded = invocation.load();
  ServerDoor door(loaded.config);
  int code = exit_done;
  for (const auto& path : options.files) {
    try {
      Input input(path);
      auto recording = run_task(send(door, options, path, input, invocation.json));
      auto id = find_string(recording.as_object(), "id").value_or("");
      auto url = door.url() + find_string(recording.as_object(), "audio_url").value_or("");
      if (invocation.json) {
        print_json(recording);
      } else {
        print_line(fmt::format("{}  {}", id, url));
        if (find_bool(recording.as_object(), "replayed").value_or(false)) {
          print_note(path + " was there already; nothing was stored twice (--again would).");
        }
      }
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
  auto command =
      add_command(app, invocation, "upload",
                  "Send recordings to a server; a repeat stores nothing twice.", client_settings);
  command->add_option("FILE", options->files, "Audio files; - is stdin.")->required();
  command->add_option("--title", options->title, "What to call it.");
  command->add_option("--note", options->note, "What to remember about it.");
  command->add_option("--tag", options->tags, "A tag; repeat it.")->expected(1)->take_all();
  command->add_option("--recorded-at", options->recorded_at,
                      "When, as 2026-11-23T10:00:00Z. Default: when the file last changed.");
  command->add_option("--name", options->name, "A file name for stdin.");
  command->add_flag("--again", options->again, "Store it even if it is there already.");
  command->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return upload(invocation, *options); };
  });
}

}  // namespace tapedeck
