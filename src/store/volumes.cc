#include "store/volumes.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/error.h"

namespace tapedeck {

struct Volumes::Volume {
  std::shared_ptr<VolumeFile> file;
  std::size_t blobs = 0;  // that are not erased
};

namespace {

BlobKey cursor_of(const Ulid& volume, std::uint32_t page) {
  BlobKey cursor;
  cursor.recording.value = volume;
  for (std::size_t i = 0; i < 4; ++i) {
    cursor.piece.bytes[i] = static_cast<unsigned char>(page >> (24 - 8 * i));
  }
  return cursor;
}

Ulid next_after(Ulid id) {
  for (auto byte = id.bytes.rbegin(); byte != id.bytes.rend() && ++*byte == 0; ++byte) {
  }
  return id;
}

std::uint32_t page_of(const BlobKey& cursor) {
  std::uint32_t page = 0;
  for (std::size_t i = 0; i < 4; ++i) page = page << 8 | cursor.piece.bytes[i];
  return page;
}

/// Both are in the order of their pages.
void remove_known(std::vector<volume::Entry>& entries, const std::vector<volume::Entry>& known) {
  auto is_before = [](const volume::Entry& entry, std::uint32_t at) { return entry.page < at; };
  std::erase_if(entries, [&](const volume::Entry& entry) {
    auto at = std::lower_bound(known.begin(), known.end(), entry.page, is_before);
    return at != known.end() && at->page == entry.page;
  });
}

}  // namespace

// ---- start and end -----------------------------------------------------------------------------

Volumes::Volumes(Options options, Disk& disk, Env& env)
    : options_(std::move(options)),
      disk_(disk),
      env_(env),
      readers_(options_.open_max),
      known_(options_.known_max) {
  for (const auto& id : list_ids()) load(id);
}

std::vector<Ulid> Volumes::list_ids() {
  std::vector<Ulid> ids;
  for (const auto& name : disk_.list_names(options_.folder)) {
    if (auto id = parse_volume_name(name)) ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void Volumes::load(const Ulid& id) {
  std::vector<volume::Entry> entries;
  auto file = VolumeFile::load(disk_, options_.folder, id, entries);
  if (!file) return;  // removed meanwhile, by the server that a backup runs beside
  auto number = add(std::move(file), entries);
  if (!options_.read_only) seal(number);
}

/// A file that is new, or was looked at again; `entries` are those that are not known yet.
Volumes::VolumeNumber Volumes::add(std::shared_ptr<VolumeFile> file,
                                   const std::vector<volume::Entry>& entries) {
  auto [known, is_new] = numbers_.try_emplace(file->id(), volumes_.size());
  if (is_new) volumes_.push_back(std::make_unique<Volume>());
  auto number = known->second;
  auto& volume = *volumes_[number];
  table_.reserve(entries.size());
  for (const auto& entry : entries) {
    if (entry.state == volume::State::erased) continue;
    table_.add(entry.key.piece, {number, entry.page});
    ++volume.blobs;
  }
  volume.file = std::move(file);
  return number;
}

Volumes::~Volumes() {
  if (!open_) return;
  auto number = *std::exchange(open_, std::nullopt);
  volumes_[number]->file->leave();
  seal(number);
}

Volumes::Count Volumes::count() {
  std::lock_guard lock(mutex_);
  return {numbers_.size(), table_.size()};
}

// ---- beside the process that writes ------------------------------------------------------------

void Volumes::look_again() {
  MUST(options_.read_only);
  const auto begun_before = looks_.load();
  std::lock_guard looking(looking_);
  if (looks_ > begun_before) return;  // somebody else's, all of which came after the call
  ++looks_;
  for (const auto& id : list_ids()) look_at(id);
}

/// What is sealed gets no more blobs.
void Volumes::look_at(const Ulid& id) {
  std::shared_ptr<VolumeFile> known;
  {
    std::lock_guard lock(mutex_);
    auto number = numbers_.find(id);
    if (number != numbers_.end()) known = volumes_[number->second]->file;
  }
  if (known && known->state() == VolumeFile::State::sealed) return;
  std::vector<volume::Entry> entries;
  std::shared_ptr<VolumeFile> file = VolumeFile::load(disk_, options_.folder, id, entries);
  if (!file) return;
  if (known) remove_known(entries, known->entries());
  std::lock_guard lock(mutex_);
  add(std::move(file), entries);
}

// ---- reading -----------------------------------------------------------------------------------

bool Volumes::has(const BlobKey& key) {
  std::lock_guard lock(mutex_);
  return !table_.find(key.piece).empty();
}

/// Under the lock.
std::shared_ptr<void> Volumes::hold(VolumePlace place) {
  ++readings_[place].readers;
  return {static_cast<void*>(this), [this, place](void*) { release(place); }};
}

void Volumes::release(VolumePlace place) {
  bool is_last = false;
  {
    std::lock_guard lock(mutex_);
    auto reading = readings_.find(place);
    if (--reading->second.readers > 0) return;
    is_last = reading->second.erased_length > 0;
    if (is_last) released_[place] = reading->second.erased_length;
    readings_.erase(reading);
  }
  if (is_last && options_.on_released) options_.on_released();
}

std::optional<VolumeBlob> Volumes::find_known(const BlobKey& key) {
  std::lock_guard lock(mutex_);
  const auto* known = known_.find(key);
  if (known == nullptr) return std::nullopt;
  auto blob = known->blob;
  blob.held = hold(known->place);
  return blob;
}

/// Null when the volume is gone.
std::shared_ptr<DiskFile> Volumes::open_to_read(VolumeNumber number) {
  std::string path;
  {
    std::lock_guard lock(mutex_);
    if (const auto* open = readers_.find(number)) return *open;
    if (!volumes_[number]) return nullptr;
    path = volumes_[number]->file->path();
  }
  std::shared_ptr<DiskFile> file = disk_.open(path);
  if (!file) return nullptr;
  std::lock_guard lock(mutex_);
  if (volumes_[number]) readers_.put(number, file);
  return file;
}

/// Nothing when it is another blob's.
std::optional<volume::RecordHead> Volumes::read_head(DiskFile& file, const BlobKey& key,
                                                     VolumePlace place) {
  std::array<char, volume::record_head_bytes> bytes{};
  auto got = file.read_at(volume::offset_of(place.page), bytes);
  auto head = volume::parse_record_head(ByteView(bytes.data(), got));
  if (!head || head->key != key) return std::nullopt;
  return head;
}

std::optional<VolumeBlob> Volumes::look(const BlobKey& key, VolumePlace place) {
  auto file = open_to_read(place.volume);
  if (!file) return std::nullopt;
  auto head = read_head(*file, key, place);
  if (!head || head->state == volume::State::erased) return std::nullopt;
  auto begin = volume::offset_of(place.page) + volume::record_head_bytes;
  return VolumeBlob{std::move(file), {begin, begin + head->length}, head->crc, {}};
}

std::optional<VolumeBlob> Volumes::find(const BlobKey& key) {
  std::vector<std::pair<VolumePlace, std::shared_ptr<void>>> places;
  std::uint64_t erasures = 0;
  {
    std::lock_guard lock(mutex_);
    erasures = erasures_;
    for (auto place : table_.find(key.piece)) places.emplace_back(place, hold(place));
  }
  for (auto& [place, held] : places) {
    auto blob = look(key, place);
    if (!blob) continue;
    {
      std::lock_guard lock(mutex_);
      if (!options_.read_only && erasures == erasures_) known_.put(key, {place, *blob});
    }
    blob->held = std::move(held);
    return blob;
  }
  return std::nullopt;
}

/// The first one that is not before `from`.
std::optional<Volumes::Listed> Volumes::find_volume(const Ulid& from) {
  std::lock_guard lock(mutex_);
  auto next = numbers_.lower_bound(from);
  if (next == numbers_.end()) return std::nullopt;
  Listed listed;
  listed.file = volumes_[next->second]->file;
  listed.is_sealed = listed.file->state() == VolumeFile::State::sealed;
  if (!listed.is_sealed) listed.entries = listed.file->entries();
  return listed;
}

BlobPage Volumes::list(const std::optional<BlobKey>& after, std::size_t count_max) {
  BlobPage page;
  auto from = after ? after->recording.value : Ulid{};
  auto behind = after ? page_of(*after) : 0;
  while (auto listed = find_volume(from)) {
    auto id = listed->file->id();
    if (id != from) behind = 0;
    if (listed->is_sealed) listed->entries = listed->file->entries();
    for (const auto& entry : listed->entries) {
      if (entry.page <= behind || entry.state == volume::State::erased) continue;
      if (page.keys.size() == count_max) {
        if (count_max > 0) page.next = cursor_of(id, behind);
        return page;
      }
      page.keys.push_back(entry.key);
      behind = entry.page;
    }
    from = next_after(id);
    behind = 0;
  }
  return page;
}

// ---- writing -----------------------------------------------------------------------------------

void Volumes::append(std::span<const NewBlob> blobs) {
  try {
    make_room(blobs);
    auto entries = volumes_[*open_]->file->append(blobs, buffer_);
    appended_.insert(appended_.end(), entries.begin(), entries.end());
  } catch (const Error&) {
    give_up();
    throw;
  }
}

/// There is an open volume, and the batch fits into it.
void Volumes::make_room(std::span<const NewBlob> blobs) {
  std::uint32_t pages = 0;
  for (const auto& blob : blobs) pages += volume::pages_of(blob.bytes.size());
  if (open_) {
    const auto& file = *volumes_[*open_]->file;
    bool fits = volume::offset_of(file.end() + pages) <= options_.volume_bytes_max;
    if (fits || file.end() == 1) return;
    sync();
    auto full = *open_;
    leave_open();
    seal(full);
  }
  auto made = VolumeFile::create(disk_, options_.folder, Ulid::make(env_));
  std::lock_guard lock(mutex_);
  open_ = add(std::move(made), {});
}

void Volumes::leave_open() {
  std::lock_guard lock(mutex_);
  volumes_[*open_]->file->leave();
  open_.reset();
}

/// The open volume has failed. What it had before stays readable.
void Volumes::give_up() {
  appended_.clear();
  if (!open_) return;
  auto number = *open_;
  leave_open();
  volumes_[number]->file->rest();
  remove_empty(number);
}

void Volumes::sync() {
  if (appended_.empty()) return;
  auto& opened = *volumes_[*open_];
  try {
    opened.file->sync();
  } catch (const Error&) {
    give_up();
    throw;
  }
  std::lock_guard lock(mutex_);
  opened.file->commit(appended_);
  opened.blobs += appended_.size();
  for (const auto& entry : appended_) table_.add(entry.key.piece, {*open_, entry.page});
  appended_.clear();
}

/// One that nobody appends to. When it fails, it is as after a crash: all in it is durable, and the
/// next start seals it.
void Volumes::seal(VolumeNumber number) {
  remove_empty(number);
  auto& volume = volumes_[number];
  if (!volume || volume->file->state() == VolumeFile::State::sealed) return;
  try {
    volume->file->write_index();
    std::lock_guard lock(mutex_);
    volume->file->commit_index();
  } catch (const Error&) {
    // See above.
  }
  volume->file->rest();
}

/// A volume that nobody appends to, when it has no blob.
void Volumes::remove_empty(VolumeNumber number) {
  std::unique_ptr<Volume> empty;
  {
    std::lock_guard lock(mutex_);
    auto& volume = volumes_[number];
    if (!volume || volume->blobs > 0 || number == open_) return;
    empty = std::move(volume);
    numbers_.erase(empty->file->id());
    readers_.erase(number);
  }
  try {
    disk_.remove(empty->file->path());
  } catch (const Error&) {
    // The next start removes it.
  }
}

// ---- erasing -----------------------------------------------------------------------------------

std::vector<bool> Volumes::erase(std::span<const BlobKey> keys) {
  std::vector<bool> were_here(keys.size());
  std::vector<Erasing> erasings;
  std::set<VolumeNumber> changed;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto erasing = mark_erased(keys[i]);
    if (!erasing) continue;
    were_here[i] = true;
    changed.insert(erasing->place.volume);
    erasings.push_back(*erasing);
  }
  for (auto number : changed) {
    try {
      volumes_[number]->file->sync();
    } catch (const Error&) {
      if (number == open_) give_up();
      throw;
    }
  }
  finish(erasings);
  return were_here;
}

std::optional<Volumes::Erasing> Volumes::mark_erased(const BlobKey& key) {
  std::vector<VolumePlace> places;
  {
    std::lock_guard lock(mutex_);
    places = table_.find(key.piece);
  }
  for (auto place : places) {
    auto file = open_to_read(place.volume);
    // One that is marked already is marked again: the sync behind that mark has failed.
    auto head = file ? read_head(*file, key, place) : std::nullopt;
    if (!head && file) head = volumes_[place.volume]->file->find_in_index(key, place.page);
    if (!head) continue;
    volumes_[place.volume]->file->mark_erased(*head, place.page);
    return Erasing{key, place, head->length};
  }
  return std::nullopt;
}

/// The erasures are durable: they are true from now on.
void Volumes::finish(const std::vector<Erasing>& erasings) {
  std::lock_guard lock(mutex_);
  ++erasures_;
  for (const auto& erasing : erasings) {
    table_.remove(erasing.key.piece, erasing.place);
    known_.erase(erasing.key);
    auto& volume = *volumes_[erasing.place.volume];
    volume.file->commit_erased(erasing.place.page);
    if (--volume.blobs == 0) emptied_.insert(erasing.place.volume);
    auto reading = readings_.find(erasing.place);
    if (reading != readings_.end()) {
      reading->second.erased_length = erasing.length;  // the last reader gives its room back
    } else {
      released_[erasing.place] = erasing.length;
    }
  }
}

void Volumes::settle() {
  for (auto number : std::exchange(emptied_, {})) remove_empty(number);
  std::map<VolumePlace, std::uint32_t> released;
  {
    std::lock_guard lock(mutex_);
    released.swap(released_);
  }
  for (auto [place, length] : released) {
    try {
      punch(place, length);
    } catch (const Error&) {
      // Only room is lost, until the volume is empty.
    }
  }
}

void Volumes::punch(VolumePlace place, std::uint32_t length) {
  auto& volume = volumes_[place.volume];
  if (!volume) return;
  volume->file->punch(place.page, length);
  if (place.volume != open_) volume->file->rest();
}

}  // namespace tapedeck
