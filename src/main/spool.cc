#include "main/spool.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "main/transfer.h"

namespace tapedeck {

namespace {

constexpr const char* audio_ending = ".audio";
constexpr const char* words_ending = ".json";

std::string words_path_of(const std::string& path) {
  return std::filesystem::path(path).replace_extension(words_ending).string();
}

// Stored. Do not rename: a newer program sends what an older one left.
std::string serialize(const UploadDescription& description) {
  json::object words{{"client_id", description.client_id}, {"title", description.title},
                     {"note", description.note},           {"recorded_at", description.recorded_at},
                     {"file_name", description.file_name}, {"tags", json::array()}};
  for (const auto& tag : description.tags) words["tags"].as_array().emplace_back(tag);
  return json::serialize(words) + "\n";
}

UploadDescription parse_description(const std::string& text) {
  auto words = parse_json_object(text);
  UploadDescription description;
  description.client_id = find_string(words, "client_id").value_or("");
  description.title = find_string(words, "title").value_or("");
  description.note = find_string(words, "note").value_or("");
  description.recorded_at = find_string(words, "recorded_at").value_or("");
  description.file_name = find_string(words, "file_name").value_or("");
  description.tags = find_strings(words, "tags").value_or(std::vector<std::string>());
  return description;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw_write_failure(path);
}

}  // namespace

Spool::Spool(const std::filesystem::path& folder, UploadDescription description)
    : path_((folder / (description.client_id + audio_ending)).string()),
      description_(std::move(description)) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  chmod(folder.c_str(), 0700);
  write_text(words_path_of(path_), serialize(description_));
  auto flags = O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC;
  descriptor_ = http::Descriptor(open(path_.c_str(), flags, 0600));
  if (!descriptor_ || flock(descriptor(), LOCK_EX | LOCK_NB) != 0) throw_write_failure(path_);
}

Spool::Spool(std::string path) : path_(std::move(path)) {
  description_ = parse_description(read_text(words_path_of(path_)));
  descriptor_ = http::Descriptor(open(path_.c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
  struct stat status{};
  if (!descriptor_ || fstat(descriptor(), &status) != 0) {
    throw Error(Fault::invalid, fmt::format("{} cannot be read: {}.", path_, std::strerror(errno)));
  }
  if (flock(descriptor(), LOCK_EX | LOCK_NB) != 0) {
    throw Error(Fault::conflict,
                path_ + " is in use: it is being recorded or sent right now. Let that finish.");
  }
  size_ = static_cast<ByteCount>(status.st_size);
}

void Spool::append(ByteView bytes) {
  write_all(descriptor(), bytes, path_);
  size_ += bytes.size();
}

/// The audio first: words without audio are nothing that anybody misses.
void Spool::remove() {
  unlink(path_.c_str());
  unlink(words_path_of(path_).c_str());
}

bool Spool::is_spool(const std::string& path) {
  return path.ends_with(audio_ending) && access(words_path_of(path).c_str(), F_OK) == 0;
}

std::vector<LeftSpool> list_left_spools(const std::filesystem::path& folder) {
  std::vector<LeftSpool> left;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    auto path = entry.path().string();
    if (!Spool::is_spool(path)) continue;
    try {
      Spool spool(path);
      if (spool.size() == 0) {
        spool.remove();
      } else {
        left.push_back({path, spool.size()});
      }
    } catch (const Error&) {
      continue;  // somebody uses it
    }
  }
  std::sort(left.begin(), left.end(),
            [](const LeftSpool& a, const LeftSpool& b) { return a.path < b.path; });
  return left;
}

}  // namespace tapedeck
