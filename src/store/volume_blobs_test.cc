#include "store/volume_blobs.h"

#include <filesystem>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/run_task.h"
#include "store/blob_files.h"
#include "store/temporary_folder.h"

namespace tapedeck {
namespace {

class VolumeBlobsTest : public testing::Test {
 protected:
  VolumeBlobsTest() {
    options_.root = folder_.path() + "/blobs";
    options_.volume_bytes_max = 256 * KiB;  // so that many are sealed
    make_blob_folders(disk_, options_.root);
    reopen();
  }

  void reopen() {
    blobs_.reset();
    blobs_ = std::make_unique<VolumeBlobs>(options_, disk_, pool_, env_);
  }

  BlobKey new_key() { return {AccountId::make(env_), RecordingId::make(env_), Ulid::make(env_)}; }
  static std::string bytes_of(const BlobKey& key, std::size_t size) {
    std::string bytes;
    while (bytes.size() < size) bytes += key.text();
    return bytes.substr(0, size);
  }
  void put(const BlobKey& key, std::size_t size) {
    MemorySource source(bytes_of(key, size), 4'000);
    Checksums sums;
    EXPECT_EQ(run_task(blobs_->put(key, source, sums)), size);
    EXPECT_EQ(sums.whole().finish(), sha256_of(bytes_of(key, size)));
  }
  std::string read(const BlobKey& key, std::size_t size) {
    asio::io_context context(1);
    auto source = run_task(context, blobs_->open(key, {0, size}));
    return run_task(context, read_all(*source, GiB));
  }
  std::set<BlobKey> list() {
    std::set<BlobKey> keys;
    std::optional<BlobKey> after;
    do {
      auto page = run_task(blobs_->list(after, 7));
      keys.insert(page.keys.begin(), page.keys.end());
      after = page.next;
    } while (after);
    return keys;
  }
  std::size_t count_files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.root)) {
      if (entry.is_regular_file() && entry.path().extension() != ".volume") ++count;
    }
    return count;
  }

  TemporaryFolder folder_;
  SystemEnv env_;
  PosixDisk disk_;
  Pool pool_{{.name = "disk", .threads = 4}};
  VolumeBlobs::Options options_;
  std::unique_ptr<VolumeBlobs> blobs_;
};

/// Four clients put, read and erase while volumes are sealed, punched and removed around them.
TEST_F(VolumeBlobsTest, ManyClientsAtOnceKeepWhatTheyKeepAndLoseWhatTheyErase) {
  constexpr std::size_t rounds = 60;
  std::array<std::set<BlobKey>, 4> kept;
  std::vector<std::thread> clients;
  for (std::size_t client = 0; client < kept.size(); ++client) {
    clients.emplace_back([&, client] {
      SystemEnv env;
      for (std::size_t round = 1; round <= rounds; ++round) {
        BlobKey key{AccountId::make(env), RecordingId::make(env), Ulid::make(env)};
        auto size = 1 + round * 487 * (client + 1) % 30'000;
        put(key, size);
        asio::io_context context(1);
        auto source = run_task(context, blobs_->open(key, {0, size}));
        bool is_kept = round % 3 == 0;
        if (!is_kept) run_task(blobs_->erase(key));
        EXPECT_EQ(run_task(context, read_all(*source, GiB)), bytes_of(key, size));
        if (is_kept) kept[client].insert(key);
      }
    });
  }
  for (auto& client : clients) client.join();
  std::set<BlobKey> all;
  for (const auto& of_one : kept) all.insert(of_one.begin(), of_one.end());
  EXPECT_EQ(list(), all);
  reopen();
  EXPECT_EQ(list(), all);
}

TEST_F(VolumeBlobsTest, SmallBlobsShareAVolumeAndLargeOnesAreFiles) {
  auto small = new_key();
  put(small, 1 * MiB);
  EXPECT_EQ(count_files(), 0u);
  auto large = new_key();
  put(large, 1 * MiB + 1);
  EXPECT_EQ(count_files(), 1u);
  EXPECT_EQ(list(), (std::set<BlobKey>{small, large}));
  run_task(blobs_->erase(large));
  EXPECT_EQ(count_files(), 0u);
  EXPECT_EQ(read(small, 1 * MiB), bytes_of(small, 1 * MiB));
}

TEST_F(VolumeBlobsTest, WithALimitOfNothingEachBlobIsAFileAndVolumesAreStillRead) {
  auto before = new_key();
  put(before, 5'000);
  options_.volume_blob_max = 0;
  reopen();
  auto after = new_key();
  put(after, 1);
  EXPECT_EQ(count_files(), 1u);
  EXPECT_EQ(read(before, 5'000), bytes_of(before, 5'000));
  run_task(blobs_->erase(before));
  EXPECT_EQ(list(), (std::set<BlobKey>{after}));
}

TEST_F(VolumeBlobsTest, WhereMemoryIsShortASmallBlobBecomesAFile) {
  options_.gather_all_max = 10'000;
  reopen();
  auto key = new_key();
  put(key, 50'000);
  EXPECT_EQ(count_files(), 1u);
  EXPECT_EQ(read(key, 50'000), bytes_of(key, 50'000));
}

TEST_F(VolumeBlobsTest, WhoOnlyReadsFindsWhatAServerWritesMeanwhile) {
  auto options = options_;
  options.read_only = true;
  VolumeBlobs beside(options, disk_, pool_, env_);
  auto read_beside = [&](const BlobKey& key, std::size_t size) {
    asio::io_context context(1);
    auto source = run_task(context, beside.open(key, {0, size}));
    return run_task(context, read_all(*source, GiB));
  };
  for (std::size_t size : {std::size_t{10}, std::size_t{200'000}, std::size_t{2 * MiB}}) {
    for (int i = 0; i < 3; ++i) {
      auto key = new_key();
      EXPECT_THROW(read_beside(key, size), Error);
      put(key, size);
      EXPECT_EQ(read_beside(key, size), bytes_of(key, size));
      run_task(blobs_->erase(key));
      bool is_marked = size == 10;  // in the open volume; others are found until they are holes
      if (is_marked) {
        EXPECT_THROW(read_beside(key, size), Error);
      }
    }
  }
}

TEST_F(VolumeBlobsTest, MoreThanMayWaitIsRefused) {
  options_.queue_max = 0;
  reopen();
  auto key = new_key();
  MemorySource source("too much");
  Checksums sums;
  EXPECT_THROW(run_task(blobs_->put(key, source, sums)), Error);
  EXPECT_TRUE(list().empty());
}

}  // namespace
}  // namespace tapedeck
