#include "main/file_upload.h"

#include <filesystem>

#include "base/encoding.h"
#include "base/time.h"
#include "core/id.h"
#include "main/direct_sender.h"
#include "main/file_range_source.h"
#include "main/transfer.h"

namespace tapedeck {

namespace {

UploadDescription describe(const std::string& path, const LocalFile& file,
                           const FileLabels& labels) {
  UploadDescription description;
  description.title = labels.title;
  description.note = labels.note;
  description.tags = labels.tags;
  description.recorded_at =
      labels.recorded_at.empty() ? format_rfc3339(file.stamp().changed_at()) : labels.recorded_at;
  description.file_name = std::filesystem::path(path).filename().string();
  return description;
}

std::string client_id_of(const UploadDescription& description, const Sha256Digest& digest) {
  auto text = upload_metadata(description) + "\n" + std::string(view_of(digest));
  return to_hex(view_of(sha256_of(text)));
}

std::string random_client_id() {
  SystemEnv env;
  return Ulid::make(env).text();
}

Task<Sha256Digest> digest_of(const Outgoing& file, bool shows_progress) {
  Progress progress("reading " + file.name, file.size, shows_progress);
  Sha256 hash;
  auto pass = [&](ByteCount end) { progress.set(end); };
  FileRangeSource source(file.descriptor, {0, file.size}, hash, pass);
  for (;;) {
    auto chunk = co_await source.read();
    if (chunk.empty()) break;
  }
  co_return hash.finish();
}

/// Straight to the store, if the server wants that. Nothing: it does not.
Task<std::optional<Sent>> send_directly(const ServerDoor& door, const Outgoing& file,
                                        UploadDescription description, Patience::Options patience,
                                        bool shows_progress, SenderEvents events) {
  Progress progress(file.name, file.size, shows_progress);
  events.on_sent = [&](ByteCount end) { progress.set(end); };
  DirectSender sender(door, std::move(description), file, patience, std::move(events));
  auto sent = co_await sender.run();
  co_return sent;
}

Task<Sent> send_whole(const ServerDoor& door, const Outgoing& file, UploadDescription description,
                      Sender::Options options, bool shows_progress, SenderEvents events) {
  Progress progress(file.name, file.size, shows_progress);
  events.on_sent = [&](ByteCount end) { progress.set(end); };
  Sender sender(door, std::move(description), file, options, std::move(events));
  auto sent = co_await sender.run();
  co_return sent;
}

}  // namespace

Task<Sent> send_file(const ServerDoor& door, const std::string& path, const LocalFile& file,
                     const FileLabels& labels, Patience::Options patience, bool shows_progress,
                     SenderEvents events) {
  Outgoing outgoing{path, file.descriptor(), file.stamp().bytes, std::nullopt};
  outgoing.whole = co_await digest_of(outgoing, shows_progress);
  auto description = describe(path, file, labels);
  description.client_id =
      labels.again ? random_client_id() : client_id_of(description, *outgoing.whole);
  Sender::Options options;
  options.patience = patience;
  try {
    auto direct =
        co_await send_directly(door, outgoing, description, patience, shows_progress, events);
    if (direct) co_return std::move(*direct);
  } catch (const Error& error) {
    if (error.fault() != Fault::digest_mismatch || file.is_unchanged()) throw;
    throw Error(Fault::precondition_failed,
                "It changed while it was sent. Nothing of it is kept; send it again when it is "
                "finished.");
  }
  auto sent = co_await send_whole(door, outgoing, description, options, shows_progress, events);
  co_return sent;
}

/// How long it would be was not known when it was begun, so it is not announced now either: the
/// recording is the same.
Task<Sent> send_spool(const ServerDoor& door, Spool& spool, Patience::Options patience,
                      bool shows_progress, SenderEvents events) {
  Outgoing outgoing{spool.path(), spool.descriptor(), spool.size(), std::nullopt};
  outgoing.whole = co_await digest_of(outgoing, shows_progress);
  auto description = spool.description();
  Sender::Options options;
  options.patience = patience;
  options.announces_size = false;
  auto sent = co_await send_whole(door, outgoing, description, options, shows_progress, events);
  spool.remove();
  co_return sent;
}

}  // namespace tapedeck
