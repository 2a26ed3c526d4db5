#include "power/simulated_disk.h"

#include <algorithm>

#include "base/error.h"

namespace tapedeck::power {

namespace {

using Kind = DiskOperation::Kind;

class SimulatedFile final : public DiskFile {
 public:
  SimulatedFile(SimulatedDisk& disk, FileId file) : disk_(disk), file_(file) {}

  void append(ByteView bytes) override { disk_.write(file_, disk_.size(file_), bytes); }
  void start_writing() override {}
  void sync() override { disk_.sync(file_); }
  std::size_t read_at(ByteCount offset, std::span<char> into) override {
    return disk_.read(file_, offset, into);
  }
  ByteCount size() override { return disk_.size(file_); }
  void write_at(ByteCount offset, ByteView bytes) override { disk_.write(file_, offset, bytes); }
  /// Zeros that were written, and lost, are zeros: only the size is worth remembering.
  void extend(ByteCount size) override { disk_.resize(file_, std::max(size, this->size())); }
  void truncate(ByteCount size) override { disk_.resize(file_, size); }
  bool punch(ByteRange range) override {
    disk_.write(file_, range.begin, std::string(range.size(), '\0'));
    return true;
  }
  std::optional<int> descriptor() const override { return std::nullopt; }

 private:
  SimulatedDisk& disk_;
  const FileId file_;
};

}  // namespace

SimulatedDisk::SimulatedDisk(DiskImage image, Swallows swallows)
    : image_(std::move(image)), swallows_(std::move(swallows)) {
  for (const auto& [folder, names] : image_.folders) {
    for (const auto& [name, file] : names) {
      if (file != no_file) paths_[file] = folder + "/" + name;
    }
  }
  if (!image_.files.empty()) last_file_ = image_.files.rbegin()->first;
}

void SimulatedDisk::take(DiskOperation operation) {
  image_.apply(operation);
  log_.push_back(std::move(operation));
}

void SimulatedDisk::take_sync(DiskOperation operation, const std::string& path) {
  if (swallows_ && swallows_(operation, path)) return;
  take(std::move(operation));
}

std::unique_ptr<DiskFile> SimulatedDisk::create(const std::string& path) {
  auto file = create_file(path);
  return std::make_unique<SimulatedFile>(*this, file);
}

FileId SimulatedDisk::create_file(const std::string& path) {
  std::lock_guard lock(mutex_);
  auto place = place_of(path);
  bool has_name = image_.has_folder(place.folder) && image_.folders[place.folder].count(place.name);
  if (has_name || !image_.has_folder(place.folder)) {
    throw Error(Fault::unavailable, "cannot create " + path);
  }
  auto file = ++last_file_;
  paths_[file] = path;
  take({Kind::create, file, place, 0, {}});
  return file;
}

std::unique_ptr<DiskFile> SimulatedDisk::open(const std::string& path) {
  auto file = find(path);
  return file ? std::make_unique<SimulatedFile>(*this, *file) : nullptr;
}

std::unique_ptr<DiskFile> SimulatedDisk::open_to_change(const std::string& path) {
  return open(path);
}

bool SimulatedDisk::remove(const std::string& path) {
  std::lock_guard lock(mutex_);
  auto file = image_.find(path);
  if (!file) return false;
  take({Kind::remove, *file, place_of(path), 0, {}});
  return true;
}

void SimulatedDisk::sync_folder(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (!image_.has_folder(path)) throw Error(Fault::unavailable, "there is no folder " + path);
  take_sync({Kind::sync_folder, no_file, {path, {}}, 0, {}}, path);
}

void SimulatedDisk::make_folder(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (image_.has_folder(path)) return;
  take({Kind::make_folder, no_file, place_of(path), 0, {}});
}

std::vector<std::string> SimulatedDisk::list_names(const std::string& folder) {
  std::lock_guard lock(mutex_);
  if (!image_.has_folder(folder)) throw Error(Fault::unavailable, "there is no folder " + folder);
  std::vector<std::string> names;
  for (const auto& [name, file] : image_.folders[folder]) names.push_back(name);
  return names;
}

std::optional<FileId> SimulatedDisk::find(const std::string& path) {
  std::lock_guard lock(mutex_);
  return image_.find(path);
}

std::size_t SimulatedDisk::read(FileId file, ByteCount offset, std::span<char> into) {
  std::lock_guard lock(mutex_);
  return image_.files.at(file).read(offset, into);
}

void SimulatedDisk::write(FileId file, ByteCount offset, ByteView bytes) {
  std::lock_guard lock(mutex_);
  take({Kind::write, file, {}, offset, std::string(bytes)});
}

void SimulatedDisk::resize(FileId file, ByteCount size) {
  std::lock_guard lock(mutex_);
  if (image_.files.at(file).size() == size) return;
  take({Kind::resize, file, {}, size, {}});
}

ByteCount SimulatedDisk::size(FileId file) {
  std::lock_guard lock(mutex_);
  return image_.files.at(file).size();
}

void SimulatedDisk::sync(FileId file) {
  std::lock_guard lock(mutex_);
  const auto& path = paths_.at(file);
  if (failing_.empty() || !path.starts_with(failing_)) {
    return take_sync({Kind::sync_file, file, {}, 0, {}}, path);
  }
  failing_.clear();
  take({Kind::lose, file, {}, 0, {}});
  throw Error(Fault::unavailable, "cannot sync " + path);
}

void SimulatedDisk::fail_next_sync(std::string path_begins) {
  std::lock_guard lock(mutex_);
  failing_ = std::move(path_begins);
}

std::size_t SimulatedDisk::steps() {
  std::lock_guard lock(mutex_);
  return log_.size();
}

}  // namespace tapedeck::power
