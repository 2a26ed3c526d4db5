// tapedeck_fill: puts recordings into a catalog by the port's own method, many at once, so that a
// list of a million can be measured.
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "base/env.h"
#include "base/run_task.h"
#include "base/spawn.h"
#include "store/blob_files.h"
#include "store/sqlite_catalog.h"
#include "store/volumes.h"

namespace {

using namespace tapedeck;

constexpr std::size_t at_once = 256;  // what one group commit takes together

Recording make_recording(Env& env, AccountId account, std::size_t number, Time first) {
  Recording recording;
  recording.id = RecordingId::make(env);
  recording.account = account;
  recording.description.title = "Memo " + std::to_string(number);
  recording.description.file_name = "memo.wav";
  recording.description.content_type = "audio/wav";
  recording.description.recorded_at = first + std::chrono::seconds(number);
  recording.sniffed_type = "audio/wav";
  recording.state = RecordingState::ready;
  recording.created_at = recording.last_append_at = recording.changed_at = env.now();
  recording.size = 1;
  recording.sha256 = Sha256Digest{};
  Segment segment;
  segment.piece = Ulid::make(env);
  segment.end = 1;
  recording.tail = {segment};
  return recording;
}

struct Fill {
  Catalog& catalog;
  Env& env;
  AccountId account;
  std::size_t count = 0;
  Time first;
  std::size_t next = 0;
  Volumes* volumes = nullptr;  // null: rows without blobs
  std::string blob;
};

/// Durable when the volumes are closed, which is soon enough here.
void add_blob(Fill& fill, Recording& recording) {
  auto& segment = recording.tail.front();
  recording.size = segment.end = fill.blob.size();
  NewBlob blob{blob_key(recording, segment), 0, fill.blob};
  fill.volumes->append({&blob, 1});
}

Task<void> add_some(Fill& fill) {
  while (fill.next < fill.count) {
    auto recording = make_recording(fill.env, fill.account, fill.next++, fill.first);
    if (fill.volumes != nullptr) add_blob(fill, recording);
    auto result = co_await fill.catalog.add_recording(recording, std::nullopt);
    if (result.outcome != AddRecording::added) {
      throw Error(Fault::internal, "a recording was not added");
    }
  }
}

AccountId account_of(Catalog& catalog, const std::string& username) {
  auto account = run_task(catalog.find_account_by_username(username));
  if (!account) throw Error(Fault::not_found, "there is no account " + username);
  return account->id;
}

void fill_with(Fill& fill) {
  asio::io_context context(1);
  std::exception_ptr failed;
  auto keep = [&failed](std::exception_ptr error) {
    if (error) failed = error;
  };
  for (std::size_t i = 0; i < at_once; ++i) {
    spawn(context.get_executor(), add_some(fill), keep);
  }
  context.run();
  if (failed) std::rethrow_exception(failed);
}

}  // namespace

int main(int count, char** words) {
  CLI::App app("Puts recordings into an account of a data folder that no server uses.");
  std::string data;
  std::string username;
  std::size_t recordings = 0;
  std::size_t blob_bytes = 0;
  app.add_option("--data", data, "the data folder")->required();
  app.add_option("--username", username, "whose they are")->required();
  app.add_option("--count", recordings, "how many")->required();
  app.add_option("--blob-bytes", blob_bytes, "of a blob in a volume for each; default: no blobs");
  CLI11_PARSE(app, count, words);
  try {
    Log log({});
    SystemEnv env;
    SqliteCatalog::Options options;
    options.path = data + "/tapedeck.db";
    SqliteCatalog catalog(options, log);
    auto first = env.now() - std::chrono::days(400);
    PosixDisk disk;
    Volumes volumes({.folder = volumes_folder(data + "/blobs")}, disk, env);
    Fill fill{catalog, env, account_of(catalog, username), recordings, first};
    fill.blob = std::string(blob_bytes, 'x');
    if (blob_bytes > 0) fill.volumes = &volumes;
    fill_with(fill);
    volumes.sync();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tapedeck_fill: %s\n", error.what());
    return 1;
  }
  return 0;
}
