#include "store/volumes.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "base/error.h"
#include "store/temporary_folder.h"
#include "store/volume_walk.h"

namespace tapedeck {
namespace {

class VolumesTest : public testing::Test {
 protected:
  VolumesTest() { reopen(); }

  void reopen() {
    volumes_.reset();
    volumes_ = std::make_unique<Volumes>(options_, disk_, env_);
  }

  /// As after kill -9: what is on the disk now, read by another one.
  std::unique_ptr<Volumes> open_a_copy() {
    copy_ = std::make_unique<TemporaryFolder>();
    std::filesystem::copy(folder_.path(), copy_->path());
    auto options = options_;
    options.folder = copy_->path();
    return std::make_unique<Volumes>(options, disk_, env_);
  }

  BlobKey add(const std::string& bytes) {
    BlobKey key{AccountId::make(env_), RecordingId::make(env_), Ulid::make(env_)};
    NewBlob blob{key, 0, bytes};
    volumes_->append({&blob, 1});
    volumes_->sync();
    return key;
  }
  void erase(const BlobKey& key) {
    EXPECT_EQ(volumes_->erase({&key, 1}), std::vector<bool>{true});
    volumes_->settle();
  }
  static std::string read(Volumes& volumes, const BlobKey& key) {
    auto blob = volumes.find(key);
    return blob ? read(*blob) : "(nothing)";
  }
  static std::string read(const VolumeBlob& blob) {
    std::string bytes(blob.range.size(), '\0');
    EXPECT_EQ(blob.file->read_at(blob.range.begin, std::span(bytes)), bytes.size());
    return bytes;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> paths;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
      paths.push_back(file.path());
    }
    return paths;
  }
  static ByteCount bytes_on_disk(const std::string& path) {
    struct stat facts{};
    EXPECT_EQ(stat(path.c_str(), &facts), 0);
    return static_cast<ByteCount>(facts.st_blocks) * 512;
  }
  /// The file that takes most room.
  std::string largest() const {
    auto all = files();
    auto takes_less = [](const auto& a, const auto& b) {
      return bytes_on_disk(a) < bytes_on_disk(b);
    };
    return *std::max_element(all.begin(), all.end(), takes_less);
  }
  /// Flips a bit.
  static void damage(const std::string& path, std::size_t offset) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    auto byte = static_cast<char>(file.get() ^ 1);
    overwrite(path, offset, std::string(1, byte));
  }
  static void overwrite(const std::string& path, std::size_t offset, const std::string& bytes) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file << bytes;
    EXPECT_TRUE(file.flush().good());
  }

  TemporaryFolder folder_;
  std::unique_ptr<TemporaryFolder> copy_;
  SystemEnv env_;
  PosixDisk disk_;
  Volumes::Options options_{.folder = folder_.path(), .volume_bytes_max = MiB};
  std::unique_ptr<Volumes> volumes_;
};

TEST_F(VolumesTest, WhatIsSyncedIsThereAfterAKillAndAfterAnOrderlyEnd) {
  auto small = add("small");
  auto large = add(std::string(600'000, 'x'));
  auto killed = open_a_copy();
  EXPECT_EQ(read(*killed, small), "small");
  EXPECT_EQ(read(*killed, large), std::string(600'000, 'x'));
  reopen();
  EXPECT_EQ(read(*volumes_, small), "small");
}

TEST_F(VolumesTest, WhatIsNotSyncedIsNotFound) {
  BlobKey key{AccountId::make(env_), RecordingId::make(env_), Ulid::make(env_)};
  NewBlob blob{key, 0, "not yet"};
  volumes_->append({&blob, 1});
  EXPECT_FALSE(volumes_->has(key));
  volumes_->sync();
  EXPECT_EQ(read(*volumes_, key), "not yet");
}

TEST_F(VolumesTest, AFullVolumeIsSealedAndCutAndTheNextOneBegun) {
  std::set<BlobKey> keys;
  for (int i = 0; i < 5; ++i) keys.insert(add(std::string(400'000, 'y')));
  EXPECT_EQ(files().size(), 3u);
  reopen();
  for (const auto& path : files()) EXPECT_LT(std::filesystem::file_size(path), 900'000u);
  for (const auto& key : keys) EXPECT_EQ(read(*volumes_, key).size(), 400'000u);
}

TEST_F(VolumesTest, WhatIsErasedDoesNotComeBackHoweverTheVolumeIsRead) {
  auto before = add("erased in the open volume");
  auto kept = add("kept");
  auto after = add("erased in the sealed volume");
  erase(before);
  EXPECT_FALSE(open_a_copy()->has(before));
  reopen();
  EXPECT_FALSE(volumes_->has(before));
  erase(after);
  EXPECT_FALSE(open_a_copy()->has(after));
  reopen();
  EXPECT_FALSE(volumes_->has(after));
  EXPECT_EQ(read(*volumes_, kept), "kept");
  EXPECT_EQ(volumes_->erase({&after, 1}), std::vector<bool>{false});
}

TEST_F(VolumesTest, TheRoomOfWhatIsErasedIsGivenBack) {
  auto large = add(std::string(700'000, 'z'));
  auto small = add("small");
  auto path = files().front();
  auto before = bytes_on_disk(path);
  erase(large);
  EXPECT_LT(bytes_on_disk(path) + 650'000, before);
  EXPECT_EQ(read(*volumes_, small), "small");
  reopen();
  EXPECT_LT(bytes_on_disk(path), 64'000u);
  erase(small);
  EXPECT_TRUE(files().empty());
}

TEST_F(VolumesTest, AReaderReadsOnWhenItsBlobIsErasedAndThenTheRoomIsGivenBack) {
  for (bool is_sealed : {false, true}) {
    auto key = add(std::string(500'000, 'r'));
    add("other");
    if (is_sealed) reopen();
    auto path = largest();
    auto blob = volumes_->find(key);
    ASSERT_TRUE(blob);
    erase(key);
    EXPECT_FALSE(volumes_->has(key));
    EXPECT_EQ(read(*blob), std::string(500'000, 'r'));
    auto before = bytes_on_disk(path);
    blob.reset();
    volumes_->settle();
    EXPECT_LT(bytes_on_disk(path) + 450'000, before);
    reopen();
  }
}

TEST_F(VolumesTest, AReaderReadsOnWhenTheVolumeIsSealedAroundItsErasedBlob) {
  auto key = add(std::string(3'000, 'h'));
  auto blob = volumes_->find(key);
  erase(key);
  for (int i = 0; i < 4; ++i) add(std::string(400'000, 'y'));
  volumes_->settle();
  EXPECT_EQ(read(*blob), std::string(3'000, 'h'));
}

TEST_F(VolumesTest, AReaderReadsOnWhenTheVolumeIsRemoved) {
  auto key = add("alone");
  reopen();
  auto blob = volumes_->find(key);
  erase(key);
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(read(*blob), "alone");
}

TEST_F(VolumesTest, AVolumeWithADamagedIndexIsReadByItsHeaders) {
  auto first = add("first");
  auto second = add("second");
  reopen();
  auto path = files().front();
  auto size = std::filesystem::file_size(path);
  for (auto damaged : {size - 1, size - volume::trailer_bytes - 1}) {
    damage(path, damaged);
    EXPECT_EQ(read(*open_a_copy(), first), "first");
    reopen();
    EXPECT_EQ(read(*volumes_, second), "second");
  }
}

TEST_F(VolumesTest, ADamagedHeaderCostsNoMoreThanItsOwnBlob) {
  auto first = add("first");
  auto second = add("second");
  auto third = add("third");
  damage(files().front(), volume::offset_of(2));
  auto killed = open_a_copy();
  EXPECT_EQ(read(*killed, first), "first");
  EXPECT_FALSE(killed->has(second));
  EXPECT_EQ(read(*killed, third), "third");
}

TEST_F(VolumesTest, WhatOnlyTheIndexKnowsCanBeErased) {
  auto lost = add("its bytes never reached the disk");
  auto kept = add("kept");
  reopen();  // sealed
  auto path = largest();
  overwrite(path, volume::page_bytes, std::string(volume::record_head_bytes, '\0'));
  reopen();
  EXPECT_EQ(read(*volumes_, lost), "(nothing)");
  erase(lost);
  reopen();
  EXPECT_EQ(volumes_->list(std::nullopt, 10).keys, std::vector<BlobKey>{kept});
  EXPECT_EQ(read(*volumes_, kept), "kept");
}

TEST_F(VolumesTest, AVolumeOfANewerProgramIsRefused) {
  add("of today");
  reopen();
  auto path = files().front();
  auto id = parse_volume_name(std::filesystem::path(path).filename().string());
  ASSERT_TRUE(id);
  auto head = volume::encode_head(*id);
  std::string newer(head.data(), head.size() - 4);
  newer[11] = 2;
  Crc32c crc;
  crc.update(newer);
  overwrite(path, 0, newer + crc.finish());
  EXPECT_THROW(reopen(), Error);
}

TEST_F(VolumesTest, ADamagedHeadOfTheFileHarmsNothing) {
  auto key = add("behind it");
  damage(files().front(), 3);
  EXPECT_EQ(read(*open_a_copy(), key), "behind it");
}

TEST_F(VolumesTest, AVolumeWithoutARecordIsRemovedAndOtherFilesAreLeftAlone) {
  std::ofstream(volume_path(folder_.path(), Ulid::make(env_))) << "torn";
  std::ofstream(folder_.path() + "/notes.volume") << "of somebody";
  reopen();
  EXPECT_EQ(files(), std::vector<std::string>{folder_.path() + "/notes.volume"});
}

TEST_F(VolumesTest, ManyInOneBatchAndAListThatGoesOnInEveryVolume) {
  std::set<BlobKey> keys;
  std::string bytes(200'000, 'b');
  for (int i = 0; i < 20; ++i) {
    NewBlob blob{{AccountId::make(env_), RecordingId::make(env_), Ulid::make(env_)}, 0, bytes};
    keys.insert(blob.key);
    volumes_->append({&blob, 1});
  }
  volumes_->sync();
  std::set<BlobKey> seen;
  std::optional<BlobKey> after;
  do {
    auto page = volumes_->list(after, 3);
    seen.insert(page.keys.begin(), page.keys.end());
    after = page.next;
  } while (after);
  EXPECT_EQ(seen, keys);
  EXPECT_EQ(volumes_->count().blobs, 20u);
}

TEST_F(VolumesTest, AReaderBesideAServerSealsNothing) {
  auto key = add("read only");
  auto options = options_;
  options.read_only = true;
  auto size = std::filesystem::file_size(files().front());
  {
    Volumes beside(options, disk_, env_);
    EXPECT_EQ(read(beside, key), "read only");
  }
  EXPECT_EQ(std::filesystem::file_size(files().front()), size);
  EXPECT_EQ(read(*volumes_, add("and it goes on")), "and it goes on");
}

TEST_F(VolumesTest, AReaderBesideAServerFindsWhatCameAndMissesWhatWent) {
  auto options = options_;
  options.read_only = true;
  auto erased = add("erased");
  Volumes beside(options, disk_, env_);
  std::map<BlobKey, std::string> kept;
  auto keep = [&](const std::string& bytes) { kept[add(bytes)] = bytes; };
  auto expect_all = [&] {
    beside.look_again();
    for (const auto& [key, bytes] : kept) EXPECT_EQ(read(beside, key), bytes);
  };
  keep("behind the end of what was read");
  EXPECT_FALSE(beside.has(kept.begin()->first));
  expect_all();
  erase(erased);
  EXPECT_EQ(read(beside, erased), "(nothing)");
  for (int i = 0; i < 5; ++i) keep(std::string(400'000, static_cast<char>('a' + i)));
  expect_all();
  EXPECT_EQ(beside.count().volumes, 3u) << "one sealed since, one sealed and one open that are new";
  keep("in the volume that is sealed when the server ends");
  reopen();
  keep("of the next server");
  expect_all();
  EXPECT_EQ(beside.count().blobs, 1 + kept.size()) << "each once; the erased one is not forgotten";
}

TEST_F(VolumesTest, AReaderBesideAServerDoesNotMindVolumesThatAreRemoved) {
  auto options = options_;
  options.read_only = true;
  auto first = add("first");
  auto second = add("second");
  Volumes beside(options, disk_, env_);
  EXPECT_EQ(read(beside, first), "first");
  erase(first);
  erase(second);
  reopen();
  ASSERT_TRUE(files().empty());
  beside.look_again();
  EXPECT_EQ(read(beside, first), "(nothing)");
  EXPECT_EQ(read(beside, second), "(nothing)");
  auto next = add("next");
  beside.look_again();
  EXPECT_EQ(read(beside, next), "next");
}

/// Fails when it is told to.
class FailingDisk final : public Disk {
 public:
  struct File final : DiskFile {
    File(std::unique_ptr<DiskFile> f, const FailingDisk& d) : inner(std::move(f)), disk(d) {}
    void append(ByteView bytes) override { inner->append(bytes); }
    void start_writing() override { inner->start_writing(); }
    void sync() override {
      if (disk.fails_syncs) throw Error(Fault::unavailable, "cannot sync");
      inner->sync();
    }
    std::size_t read_at(ByteCount offset, std::span<char> into) override {
      return inner->read_at(offset, into);
    }
    ByteCount size() override { return inner->size(); }
    void write_at(ByteCount offset, ByteView bytes) override { inner->write_at(offset, bytes); }
    void extend(ByteCount size) override {
      if (disk.is_full) throw Error(Fault::storage_full, "full");
      inner->extend(size);
    }
    void truncate(ByteCount size) override { inner->truncate(size); }
    bool punch(ByteRange) override { return false; }
    std::optional<int> descriptor() const override { return inner->descriptor(); }

    std::unique_ptr<DiskFile> inner;
    const FailingDisk& disk;
  };

  std::unique_ptr<DiskFile> create(const std::string& path) override {
    return wrap(posix.create(path));
  }
  std::unique_ptr<DiskFile> open(const std::string& path) override {
    return wrap(posix.open(path));
  }
  std::unique_ptr<DiskFile> open_to_change(const std::string& path) override {
    return wrap(posix.open_to_change(path));
  }
  bool remove(const std::string& path) override { return posix.remove(path); }
  void sync_folder(const std::string& path) override { posix.sync_folder(path); }
  void make_folder(const std::string& path) override { posix.make_folder(path); }
  std::vector<std::string> list_names(const std::string& folder) override {
    return posix.list_names(folder);
  }
  ByteCount free_bytes(const std::string& folder) override { return posix.free_bytes(folder); }
  std::unique_ptr<DiskFile> wrap(std::unique_ptr<DiskFile> file) {
    return file ? std::make_unique<File>(std::move(file), *this) : nullptr;
  }

  PosixDisk posix;
  bool fails_syncs = false;
  bool is_full = false;
};

class FailingVolumesTest : public VolumesTest {
 protected:
  FailingVolumesTest() {
    volumes_.reset();
    volumes_ = std::make_unique<Volumes>(options_, failing_, env_);
  }
  ~FailingVolumesTest() override { volumes_.reset(); }

  FailingDisk failing_;
};

TEST_F(FailingVolumesTest, AfterAFailedSyncTheNextBlobIsInAnotherVolume) {
  auto before = add("before");
  failing_.fails_syncs = true;
  EXPECT_THROW(add("lost"), Error);
  failing_.fails_syncs = false;
  auto after = add("after");
  EXPECT_EQ(files().size(), 2u);
  EXPECT_EQ(read(*volumes_, before), "before");
  EXPECT_EQ(read(*volumes_, after), "after");
  erase(before);
  EXPECT_EQ(files().size(), 1u) << "one that was given up is removed when it is empty";
}

TEST_F(FailingVolumesTest, AFullDiskLeavesNoFilesAndIsOverWhenThereIsRoom) {
  failing_.is_full = true;
  for (int i = 0; i < 3; ++i) EXPECT_THROW(add("no room"), Error);
  EXPECT_TRUE(files().empty());
  failing_.is_full = false;
  EXPECT_EQ(read(*volumes_, add("room")), "room");
}

TEST_F(FailingVolumesTest, AnEraseThatWasNotSyncedIsAnErrorAndCanBeRepeated) {
  auto key = add("to be erased");
  add("other");
  failing_.fails_syncs = true;
  EXPECT_THROW(volumes_->erase({&key, 1}), Error);
  failing_.fails_syncs = false;
  EXPECT_EQ(volumes_->erase({&key, 1}), std::vector<bool>{true});
  EXPECT_FALSE(volumes_->has(key));
}

TEST_F(FailingVolumesTest, WhereHolesCannotBePunchedTheRoomComesBackWithTheVolume) {
  auto first = add(std::string(500'000, 'p'));
  auto second = add("second");
  auto before = bytes_on_disk(files().front());
  erase(first);
  EXPECT_GE(bytes_on_disk(files().front()), before);
  volumes_.reset();
  volumes_ = std::make_unique<Volumes>(options_, failing_, env_);
  EXPECT_EQ(read(*volumes_, second), "second");
  erase(second);
  EXPECT_TRUE(files().empty());
}

}  // namespace
}  // namespace tapedeck
