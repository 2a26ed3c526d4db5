#include "store/rescue.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <tuple>

#include "base/crc32c.h"
#include "base/digest.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/json.h"
#include "base/time.h"
#include "core/sniff.h"
#include "store/disk.h"
#include "store/volume_file.h"
#include "store/volume_walk.h"

namespace tapedeck {

namespace {

namespace fs = std::filesystem;

struct Found {
  BlobKey key;
  ByteRange range;  // of the recording
  std::size_t volume = 0;
  ByteCount offset = 0;  // of its bytes in the file
};

/// By recording, then by where they begin; the longest first.
bool comes_before(const Found& a, const Found& b) {
  auto order = std::tie(a.key.account, a.key.recording, a.range.begin) <=>
               std::tie(b.key.account, b.key.recording, b.range.begin);
  return order == 0 ? a.range.end > b.range.end : order < 0;
}

/// By its head, else by its name: one of them may be lost.
Ulid id_of(DiskFile& file, const std::string& path) {
  std::array<char, volume::head_bytes> head{};
  auto got = file.read_at(0, head);
  auto id = volume::parse_head(ByteView(head.data(), got));
  if (!id) id = parse_volume_name(fs::path(path).filename().string());
  if (id) return *id;
  throw Error(Fault::invalid, path +
                                  " is not a volume: its head is damaged, and its name is not "
                                  "that of one. Give it its name back, ID.volume.");
}

/// The pages of records that a good index says to be erased.
std::set<std::uint32_t> find_erased(const std::string& path, const Ulid& id) {
  std::set<std::uint32_t> pages;
  PosixDisk disk;
  std::vector<volume::Entry> entries;
  auto folder = fs::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  if (!VolumeFile::load(disk, folder, id, entries)) return pages;  // it has another name
  for (const auto& entry : entries) {
    if (entry.state == volume::State::erased) pages.insert(entry.page);
  }
  return pages;
}

class Rescue {
 public:
  Rescue(const std::string& to, const std::function<void(const RescuedRecording&)>& on_recording)
      : to_(to), on_recording_(on_recording) {
    std::error_code error;
    if (fs::exists(to, error) && !fs::is_empty(to, error)) {
      throw Error(Fault::conflict, "The folder " + to + " is not empty. Name a new one.");
    }
    disk_.make_folder(to);
  }

  void read(const std::string& path) {
    std::unique_ptr<DiskFile> file = disk_.open(path);
    if (!file) throw Error(Fault::not_found, "There is no file " + path + ".");
    auto id = id_of(*file, path);
    auto erased = find_erased(path, id);
    VolumeWalk walk(*file, id);
    while (auto record = walk.next()) {
      const auto& head = record->head;
      if (head.state == volume::State::erased || erased.contains(record->page)) continue;
      auto offset = volume::offset_of(record->page) + volume::record_head_bytes;
      if (!is_good(*file, offset, head)) {
        ++report_.damaged;
        continue;
      }
      ++report_.blobs;
      found_.push_back({head.key, {head.begin, head.begin + head.length}, files_.size(), offset});
    }
    files_.push_back(std::move(file));
    ++report_.volumes;
  }

  RescueReport write() {
    std::sort(found_.begin(), found_.end(), comes_before);
    for (auto first = found_.begin(); first != found_.end();) {
      auto is_other = [&](const Found& found) {
        return found.key.account != first->key.account ||
               found.key.recording != first->key.recording;
      };
      auto end = std::find_if(first, found_.end(), is_other);
      write_recording({first, end});
      first = end;
    }
    return report_;
  }

 private:
  std::string bytes_at(DiskFile& file, ByteCount offset, ByteCount size) {
    std::string bytes(size, '\0');
    bytes.resize(file.read_at(offset, bytes));
    return bytes;
  }

  bool is_good(DiskFile& file, ByteCount offset, const volume::RecordHead& head) {
    auto bytes = bytes_at(file, offset, head.length);
    Crc32c crc;
    crc.update(bytes);
    return bytes.size() == head.length && crc.value() == head.crc;
  }

  /// Each byte once: of blobs that overlap, as after a join whose old blobs were left, what the
  /// ones before do not have.
  void write_recording(std::span<const Found> blobs) {
    RescuedRecording rescued;
    rescued.account = blobs.front().key.account;
    rescued.id = blobs.front().key.recording;
    auto folder = to_ + "/" + rescued.account.text();
    disk_.make_folder(folder);
    std::unique_ptr<DiskFile> file;
    Sha256 sha256;
    ByteCount at = 0;
    for (const auto& blob : blobs) {
      if (blob.range.end <= at) continue;
      if (blob.range.begin > at) rescued.missing.push_back({at, blob.range.begin});
      at = std::max(at, blob.range.begin);
      auto bytes = bytes_at(*files_[blob.volume], blob.offset + (at - blob.range.begin),
                            blob.range.end - at);
      if (!file) {
        rescued.sniffed_type = sniff_audio(ByteView(bytes).substr(0, sniff_bytes));
        rescued.path = folder + "/" + rescued.id.text() + "." +
                       std::string(audio_extension(rescued.sniffed_type));
        file = disk_.create(rescued.path);
      }
      file->append(bytes);
      sha256.update(bytes);
      at = blob.range.end;
    }
    file->sync();
    rescued.size = sha256.seen();
    rescued.sha256 = to_hex(view_of(sha256.finish()));
    write_facts(rescued, folder);
    ++report_.recordings;
    if (!rescued.missing.empty()) ++report_.incomplete;
    if (on_recording_) on_recording_(rescued);
  }

  void write_facts(const RescuedRecording& rescued, const std::string& folder) {
    json::array missing;
    for (auto range : rescued.missing) {
      missing.push_back(json::object{{"begin", range.begin}, {"end", range.end}});
    }
    json::object facts{{"account", rescued.account.text()},
                       {"id", rescued.id.text()},
                       {"begun_at", format_rfc3339(rescued.id.value.made_at())},
                       {"file_name", fs::path(rescued.path).filename().string()},
                       {"content_type", rescued.sniffed_type},
                       {"size", rescued.size},
                       {"sha256", rescued.sha256},
                       {"missing", missing}};
    auto file = disk_.create(folder + "/" + rescued.id.text() + ".json");
    file->append(json::serialize(facts) + "\n");
    file->sync();
    disk_.sync_folder(folder);
  }

  const std::string to_;
  const std::function<void(const RescuedRecording&)>& on_recording_;
  PosixDisk disk_;
  std::vector<std::unique_ptr<DiskFile>> files_;
  std::vector<Found> found_;
  RescueReport report_;
};

}  // namespace

RescueReport rescue(const std::vector<std::string>& volumes, const std::string& to,
                    const std::function<void(const RescuedRecording&)>& on_recording) {
  Rescue rescue(to, on_recording);
  for (const auto& path : volumes) rescue.read(path);
  return rescue.write();
}

}  // namespace tapedeck
