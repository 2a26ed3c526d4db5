#include "main/sent_journal.h"

#include <fstream>

#include <fcntl.h>
#include <sys/file.h>

#include "base/encoding.h"
#include "base/error.h"
#include "base/json.h"
#include "main/transfer.h"

namespace tapedeck {

namespace {

// Stored. Do not rename: "name", "bytes", "changed_ns", "id".
std::string line_of(const WatchedFile& file, const std::string& recording_id) {
  return json::serialize(json::object{{"name", file.name},
                                      {"bytes", file.stamp.bytes},
                                      {"changed_ns", file.stamp.changed_ns},
                                      {"id", recording_id}}) +
         "\n";
}

}  // namespace

std::filesystem::path SentJournal::path_of(const std::filesystem::path& state,
                                           const std::filesystem::path& folder,
                                           const std::string& server) {
  auto key = sha256_of(server + "\n" + folder.string());
  return state / "watch" / (to_hex(view_of(key)).substr(0, 32) + ".jsonl");
}

SentJournal::SentJournal(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code failed;
  std::filesystem::create_directories(path_.parent_path(), failed);
  auto flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC;
  descriptor_ = http::Descriptor(open(path_.c_str(), flags, 0600));
  if (!descriptor_) throw_write_failure(path_.string());
  if (flock(descriptor_.number(), LOCK_EX | LOCK_NB) != 0) {
    throw Error(Fault::conflict, "Another `tapedeck watch` is on this folder for this server.");
  }
  load();
}

/// A line that a crash cut off says nothing: its file is sent again, and the server knows it.
void SentJournal::load() {
  std::ifstream file(path_, std::ios::binary);
  std::string line;
  bool has_end = true;
  is_new_ = true;
  while (std::getline(file, line)) {
    is_new_ = false;
    has_end = !file.eof();
    try {
      auto facts = parse_json_object(line);
      FileStamp stamp{static_cast<ByteCount>(find_integer(facts, "bytes").value_or(0)),
                      find_integer(facts, "changed_ns").value_or(0)};
      if (auto name = find_string(facts, "name")) sent_[*name] = stamp;
    } catch (const Error&) {
      continue;
    }
  }
  if (!has_end) append("\n");
  if (is_new_) append("{}\n");  // the next process is not the first, even if nothing is sent
}

bool SentJournal::has(const WatchedFile& file) const {
  auto found = sent_.find(file.name);
  return found != sent_.end() && found->second == file.stamp;
}

void SentJournal::add(const WatchedFile& file, const std::string& recording_id) {
  append(line_of(file, recording_id));
  sent_[file.name] = file.stamp;
}

void SentJournal::append(const std::string& line) {
  write_all(descriptor_.number(), line, path_.string());
}

}  // namespace tapedeck
