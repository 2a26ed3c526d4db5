#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/run_task.h"
#include "core/text.h"
#include "http/target.h"
#include "main/answers.h"
#include "main/command.h"
#include "main/console.h"
#include "main/download.h"
#include "main/server_door.h"
#include "main/transfer.h"

namespace tapedeck {

namespace {

struct GetOptions {
  std::string id;
  std::string output;  // empty: the recording's own name, here; "-": stdout
  bool force = false;
};

/// What was promised of the bytes, before they come.
struct Promise {
  ByteCount size = 0;
  std::optional<std::string> sha256;  // hex; not there yet for one that is still recorded
  std::string name;
};

Promise promise_of(const json::object& recording) {
  Promise promise;
  promise.size = static_cast<ByteCount>(find_integer(recording, "size").value_or(0));
  promise.sha256 = find_string(recording, "sha256");
  promise.name = clean_file_name(find_string(recording, "file_name").value_or(""));
  if (promise.name.empty()) promise.name = find_string(recording, "id").value_or("recording");
  return promise;
}

void check(const Promise& promise, const Sha256& seen) {
  auto digest = to_hex(view_of(seen.finish()));
  if (seen.seen() == promise.size && (!promise.sha256 || *promise.sha256 == digest)) return;
  throw Error(Fault::digest_mismatch,
              "What came is not what was stored. Try again; if it stays, `tapedeck verify` beside "
              "the data folder says what is damaged.");
}

void write_stdout(ByteView bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size()) {
    throw Error(Fault::unavailable, "Writing to stdout failed.");
  }
}

int keep_copy(const Invocation& invocation, const GetOptions& options) {
  auto loaded = invocation.load();
  ServerDoor door(loaded.config);
  auto target = "/api/v1/recordings/" + http::percent_encode(options.id);
  auto recording = door.call("GET", target);
  auto promise = promise_of(recording.as_object());
  Sha256 seen;
  Progress progress(promise.name, promise.size, !invocation.json);
  // One that grows is followed to its end; another has a digest.
  std::optional<ByteCount> size;
  if (promise.sha256) size = promise.size;
  auto fetch = [&](const TakeBytes& write) {
    auto take = [&](ByteView bytes) {
      write(bytes);
      seen.update(bytes);
      progress.add(bytes.size());
    };
    run_task(download(door, target + "/audio", size, take));
  };
  if (options.output == "-") {
    fetch(write_stdout);
    check(promise, seen);
    return exit_done;
  }
  auto path = options.output.empty() ? promise.name : options.output;
  PartFile file(path, options.force);
  fetch([&](ByteView bytes) { file.append(bytes); });
  check(promise, seen);
  file.keep();
  if (invocation.json) {
    recording.as_object()["path"] = path;
    print_json(recording);
  } else {
    print_line(path);
  }
  return exit_done;
}

}  // namespace

void add_get_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<GetOptions>();
  auto command = add_command(app, invocation, "get", "Fetch a recording's bytes and check them.",
                             client_settings);
  command->add_option("ID", options->id, "As `tapedeck ls` shows it.")->required();
  command->add_option("-o,--output", options->output,
                      "Where to; - is stdout. Default: the recording's file name, here.");
  command->add_flag("--force", options->force, "Replace a file that exists.");
  command->callback([=, &invocation] {
    invocation.run = [=, &invocation] { return keep_copy(invocation, *options); };
  });
}

}  // namespace tapedeck
