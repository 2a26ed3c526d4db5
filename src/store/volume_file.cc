#include "store/volume_file.h"

#include <algorithm>

#include "base/check.h"
#include "base/crc32c.h"
#include "base/error.h"
#include "store/record_pieces.h"
#include "store/volume_walk.h"

namespace tapedeck {

namespace {

constexpr std::string_view name_end = ".volume";
constexpr ByteCount extend_step_bytes = 4 * MiB;

template <std::size_t size>
ByteView view_of(const std::array<char, size>& bytes) {
  return {bytes.data(), bytes.size()};
}

std::uint32_t crc_of(ByteView bytes) {
  Crc32c crc;
  crc.update(bytes);
  return crc.value();
}

void read_exactly(DiskFile& file, ByteCount offset, std::span<char> into) {
  if (file.read_at(offset, into) == into.size()) return;
  throw Error(Fault::unavailable, "a volume is shorter than it was");
}

}  // namespace

std::string volume_path(const std::string& folder, const Ulid& id) {
  return folder + "/" + id.text() + std::string(name_end);
}

std::optional<Ulid> parse_volume_name(std::string_view name) {
  if (!name.ends_with(name_end)) return std::nullopt;
  auto id = Ulid::parse(name.substr(0, name.size() - name_end.size()));
  if (!id || id->text() + std::string(name_end) != name) return std::nullopt;
  return id;
}

VolumeFile::VolumeFile(Disk& disk, const std::string& folder, const Ulid& id)
    : disk_(disk), id_(id), path_(volume_path(folder, id)) {}

// ---- reading -----------------------------------------------------------------------------------

std::unique_ptr<VolumeFile> VolumeFile::load(Disk& disk, const std::string& folder, const Ulid& id,
                                             std::vector<volume::Entry>& entries) {
  std::unique_ptr<VolumeFile> loaded(new VolumeFile(disk, folder, id));
  auto file = disk.open(loaded->path_);
  if (!file) return nullptr;
  std::array<char, volume::head_bytes> head{};
  auto got = file->read_at(0, head);
  volume::parse_head(ByteView(head.data(), got));  // refuses a newer one
  if (loaded->load_index(*file, entries)) return loaded;
  loaded->load_records(*file);
  entries = loaded->entries_;
  return loaded;
}

/// False when the volume was not sealed, or its index is damaged.
bool VolumeFile::load_index(DiskFile& file, std::vector<volume::Entry>& entries) {
  if (file.size() < volume::page_bytes + volume::trailer_bytes) return false;
  std::array<char, volume::trailer_bytes> end{};
  auto got = file.read_at(file.size() - end.size(), end);  // less: it is being sealed
  auto trailer = volume::parse_trailer(ByteView(end.data(), got));
  if (!trailer || trailer->volume != id_) return false;
  if (volume::sealed_bytes(*trailer) != file.size()) return false;
  trailer_ = *trailer;
  entries = read_index(file);
  if (entries.size() != trailer_.count) return false;
  state_ = State::sealed;
  end_ = trailer_.page;
  return true;
}

/// Up to the first one that is damaged or missing.
std::vector<volume::Entry> VolumeFile::read_index(DiskFile& file) const {
  std::string bytes(ByteCount{trailer_.count} * volume::entry_bytes, '\0');
  file.read_at(volume::offset_of(trailer_.page), bytes);
  std::vector<volume::Entry> entries;
  entries.reserve(trailer_.count);
  for (std::size_t at = 0; at < bytes.size(); at += volume::entry_bytes) {
    auto entry = volume::parse_entry(ByteView(bytes).substr(at, volume::entry_bytes));
    if (!entry) break;
    entries.push_back(*entry);
  }
  return entries;
}

void VolumeFile::load_records(DiskFile& file) {
  entries_.clear();
  VolumeWalk walk(file, id_);
  while (auto record = walk.next()) {
    entries_.push_back({record->head.key, record->page, record->head.length, record->head.state});
  }
  end_ = walk.end();
}

std::vector<volume::Entry> VolumeFile::entries() const {
  if (state_ != State::sealed) return entries_;
  auto file = disk_.open(path_);
  if (!file) return {};
  return read_index(*file);
}

// ---- changing ----------------------------------------------------------------------------------

std::unique_ptr<VolumeFile> VolumeFile::create(Disk& disk, const std::string& folder,
                                               const Ulid& id) {
  std::unique_ptr<VolumeFile> made(new VolumeFile(disk, folder, id));
  made->changing_ = disk.create(made->path_);
  try {
    disk.sync_folder(folder);
  } catch (const Error&) {
    disk.remove(made->path_);
    throw;
  }
  made->state_ = State::open;
  return made;
}

DiskFile& VolumeFile::changing() {
  if (!changing_) changing_ = disk_.open_to_change(path_);
  if (!changing_) throw Error(Fault::unavailable, "The volume " + path_ + " is gone.");
  return *changing_;
}

std::vector<volume::Entry> VolumeFile::append(std::span<const NewBlob> blobs, PageBuffer& buffer) {
  MUST(state_ == State::open);
  auto begin = volume::offset_of(end_);
  RecordPieces pieces(blobs, buffer);
  bool is_first = end_ == 1;
  if (is_first) {
    begin = 0;
    pieces.add_head(view_of(volume::encode_head(id_)));
  }
  std::vector<volume::Entry> entries;
  for (const auto& blob : blobs) {
    auto length = static_cast<std::uint32_t>(blob.bytes.size());
    volume::RecordHead head{.length = length,
                            .volume = id_,
                            .key = blob.key,
                            .begin = blob.begin,
                            .crc = crc_of(blob.bytes)};
    entries.push_back({blob.key, end_, length, volume::State::blob});
    pieces.add(view_of(volume::encode(head)), blob);
    end_ += volume::pages_of(length);
  }
  auto end = volume::offset_of(end_);
  auto& file = changing();
  if (file.size() < end) file.extend((end / extend_step_bytes + 1) * extend_step_bytes);
  file.write_pages_at(begin, pieces.views());
  return entries;
}

void VolumeFile::sync() {
  changing().sync();
}

void VolumeFile::commit(const std::vector<volume::Entry>& durable) {
  entries_.insert(entries_.end(), durable.begin(), durable.end());
}

std::optional<volume::RecordHead> VolumeFile::find_in_index(const BlobKey& key,
                                                            std::uint32_t page) const {
  if (state_ != State::sealed) return std::nullopt;
  for (const auto& entry : entries()) {
    if (entry.page != page || entry.key != key) continue;
    return volume::RecordHead{entry.state, entry.length, id_, entry.key};
  }
  return std::nullopt;
}

void VolumeFile::mark_erased(volume::RecordHead head, std::uint32_t page) {
  if (state_ == State::sealed) return mark_in_index(head.key, page);
  head.state = volume::State::erased;
  changing().write_at(volume::offset_of(page), view_of(volume::encode(head)));
}

void VolumeFile::commit_erased(std::uint32_t page) {
  auto is_before = [](const volume::Entry& entry, std::uint32_t at) { return entry.page < at; };
  auto entry = std::lower_bound(entries_.begin(), entries_.end(), page, is_before);
  if (entry != entries_.end() && entry->page == page) entry->state = volume::State::erased;
}

/// The entries are in the order of their pages.
void VolumeFile::mark_in_index(const BlobKey& key, std::uint32_t page) {
  auto& file = changing();
  auto begin = volume::offset_of(trailer_.page);
  std::uint32_t first = 0;
  for (std::uint32_t behind = trailer_.count; first < behind;) {
    auto middle = first + (behind - first) / 2;
    auto offset = begin + ByteCount{middle} * volume::entry_bytes;
    std::array<char, volume::entry_bytes> bytes{};
    read_exactly(file, offset, bytes);
    auto entry = volume::parse_entry(view_of(bytes));
    if (!entry) break;
    if (entry->page == page && entry->key == key) {
      entry->state = volume::State::erased;
      return file.write_at(offset, view_of(volume::encode(*entry)));
    }
    if (entry->page < page) {
      first = middle + 1;
    } else {
      behind = middle;
    }
  }
  throw Error(Fault::unavailable, "The index of " + path_ + " is damaged.");
}

void VolumeFile::punch(std::uint32_t page, std::uint32_t length) {
  auto end = page + volume::pages_of(length);
  changing().punch({volume::offset_of(page), volume::offset_of(end)});
}

void VolumeFile::write_index() {
  MUST(state_ == State::left);
  trailer_ = {0, end_, id_};
  std::string bytes;
  for (const auto& entry : entries_) {
    if (entry.state == volume::State::erased) continue;
    bytes += view_of(volume::encode(entry));
    ++trailer_.count;
  }
  bytes += view_of(volume::encode(trailer_));
  auto& file = changing();
  file.write_at(volume::offset_of(end_), bytes);
  file.truncate(volume::sealed_bytes(trailer_));
  file.sync();
}

void VolumeFile::commit_index() {
  entries_.clear();
  entries_.shrink_to_fit();
  state_ = State::sealed;
}

}  // namespace tapedeck
