// What a disk with a bug begins as: everything is passed on to the real one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/disk.h"

namespace tapedeck::power {

class ForwardingDisk : public Disk {
 public:
  explicit ForwardingDisk(Disk& inner) : inner_(inner) {}
  std::unique_ptr<DiskFile> create(const std::string& path) override { return inner_.create(path); }
  std::unique_ptr<DiskFile> open(const std::string& path) override { return inner_.open(path); }
  std::unique_ptr<DiskFile> open_to_change(const std::string& path) override {
    return inner_.open_to_change(path);
  }
  bool remove(const std::string& path) override { return inner_.remove(path); }
  void sync_folder(const std::string& path) override { inner_.sync_folder(path); }
  void make_folder(const std::string& path) override { inner_.make_folder(path); }
  std::vector<std::string> list_names(const std::string& folder) override {
    return inner_.list_names(folder);
  }
  ByteCount free_bytes(const std::string& folder) override { return inner_.free_bytes(folder); }

 protected:
  Disk& inner_;
};

class ForwardingFile : public DiskFile {
 public:
  explicit ForwardingFile(std::unique_ptr<DiskFile> inner) : inner_(std::move(inner)) {}
  void append(ByteView bytes) override { inner_->append(bytes); }
  void start_writing() override { inner_->start_writing(); }
  void sync() override { inner_->sync(); }
  std::size_t read_at(ByteCount offset, std::span<char> into) override {
    return inner_->read_at(offset, into);
  }
  ByteCount size() override { return inner_->size(); }
  void write_at(ByteCount offset, ByteView bytes) override { inner_->write_at(offset, bytes); }
  void write_pages_at(ByteCount offset, std::span<const ByteView> pieces) override {
    std::string joined;
    for (auto piece : pieces) joined += piece;
    write_at(offset, joined);
  }
  void extend(ByteCount size) override { inner_->extend(size); }
  void truncate(ByteCount size) override { inner_->truncate(size); }
  bool punch(ByteRange range) override { return inner_->punch(range); }
  std::optional<int> descriptor() const override { return inner_->descriptor(); }

 protected:
  std::unique_ptr<DiskFile> inner_;
};

/// Its files are of that class, which takes a file and passes on to it.
template <class File>
class DiskOf final : public ForwardingDisk {
 public:
  using ForwardingDisk::ForwardingDisk;
  std::unique_ptr<DiskFile> create(const std::string& path) override {
    return std::make_unique<File>(ForwardingDisk::create(path));
  }
  std::unique_ptr<DiskFile> open_to_change(const std::string& path) override {
    auto file = ForwardingDisk::open_to_change(path);
    return file ? std::make_unique<File>(std::move(file)) : nullptr;
  }
};

template <class Part>
std::function<std::unique_ptr<Disk>(Disk&)> make_disk() {
  return [](Disk& disk) { return std::make_unique<Part>(disk); };
}

}  // namespace tapedeck::power
