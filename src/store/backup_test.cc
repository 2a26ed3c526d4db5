#include "store/backup.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/env.h"
#include "base/error.h"
#include "base/run_task.h"
#include "store/blob_files.h"
#include "store/data_folder.h"
#include "store/sqlite_catalog.h"
#include "store/temporary_folder.h"
#include "store/volume_blobs.h"

namespace tapedeck {
namespace {

enum class Home { file, volume };

class BackupTest : public testing::TestWithParam<Home> {
 protected:
  BackupTest() {
    account_.id = AccountId::make(env_);
    account_.username = "ada";
    EXPECT_EQ(run_task(catalog_.add_account({account_, {}, {}})), AddAccount::added);
  }

  static VolumeBlobs::Options options_of(const DataFolder& folder) {
    VolumeBlobs::Options options;
    options.root = folder.blobs();
    if (GetParam() == Home::file) options.volume_blob_max = 0;
    return options;
  }

  Recording add(const std::string& bytes) {
    Recording recording;
    recording.id = RecordingId::make(env_);
    recording.account = account_.id;
    recording.state = RecordingState::ready;
    recording.size = bytes.size();
    recording.sha256 = sha256_of(bytes);
    Segment segment{Ulid::make(env_), 0, bytes.size(), *recording.sha256};
    recording.tail = {segment};
    MemorySource source(bytes);
    Checksums sums;
    run_task(blobs_.put(blob_key(recording, segment), source, sums));
    EXPECT_EQ(run_task(catalog_.add_recording(recording, {}, {no_live_limit, {}})).outcome,
              AddRecording::added);
    return recording;
  }
  /// Whatever holds the blobs, without its index.
  static void damage(const std::string& folder, const std::string& bytes) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder + "/blobs")) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::string all((std::istreambuf_iterator<char>(in)), {});
      auto at = all.find(bytes);
      if (at == all.npos) continue;
      all[at] = static_cast<char>(all[at] ^ 1);
      std::ofstream(entry.path(), std::ios::binary) << all;
      return;
    }
    FAIL() << "nothing holds " << bytes;
  }
  BackupReport back_up(bool verify = false) {
    return make_backup({folder_.path(), copy_, verify, {}});
  }

  TemporaryFolder parent_;
  SystemEnv env_;
  Log log_{{}};
  DataFolder folder_{parent_.path() + "/data"};
  std::string copy_ = parent_.path() + "/copy";
  PosixDisk disk_;
  Pool pool_{{.name = "disk"}};
  SqliteCatalog catalog_{{.path = folder_.database()}, log_};
  VolumeBlobs blobs_{options_of(folder_), disk_, pool_, env_};
  Account account_;
};

TEST_P(BackupTest, ASecondBackupCopiesOnlyWhatIsNewAndRemovesWhatIsGone) {
  auto first = add("first");
  add("second");
  auto report = back_up(true);
  EXPECT_EQ(report.copied, 2u);
  EXPECT_EQ(report.bytes_copied, 11u);
  add("third");
  run_task(catalog_.trash_recording(account_.id, first.id, Time{}, Time{}));
  EXPECT_TRUE(run_task(catalog_.purge_recording(account_.id, first.id, Time{})));
  report = back_up();
  EXPECT_EQ(report.recordings, 2u);
  EXPECT_EQ(report.copied, 1u);
  EXPECT_EQ(report.removed, 1u);
  auto restored = parent_.path() + "/restored";
  restore_backup({copy_, restored, false, {}});
  DataFolder folder(restored);
  VolumeBlobs blobs(options_of(folder), disk_, pool_, env_);
  EXPECT_EQ(run_task(blobs.list({}, 9)).keys.size(), 2u);
}

TEST_P(BackupTest, ARestoredBackupServes) {
  auto recording = add("hello");
  back_up();
  auto restored = parent_.path() + "/restored";
  EXPECT_EQ(restore_backup({copy_, restored, false, {}}).copied, 1u);
  DataFolder folder(restored);
  SqliteCatalog catalog({.path = folder.database()}, log_);
  VolumeBlobs blobs(options_of(folder), disk_, pool_, env_);
  auto found = run_task(catalog.find_recording(account_.id, recording.id));
  ASSERT_TRUE(found);
  auto source = run_task(blobs.open(blob_key(*found, found->tail.front()), {0, 5}));
  EXPECT_EQ(run_task(read_all(*source, 100)), "hello");
}

TEST_P(BackupTest, ARestoreIntoAFolderWithSomethingInItIsRefused) {
  add("hello");
  back_up();
  EXPECT_THROW(restore_backup({copy_, folder_.path(), false, {}}), Error);
}

TEST_P(BackupTest, ADamagedBlobIsFoundByARestoreAndByVerifying) {
  add("hello, damage");
  back_up();
  damage(copy_, "hello, damage");
  EXPECT_THROW(back_up(true), Error);
  EXPECT_THROW(restore_backup({copy_, parent_.path() + "/restored", false, {}}), Error);
}

TEST_P(BackupTest, ABlobThatIsLostInTheSourceIsAnError) {
  auto recording = add("hello");
  run_task(blobs_.erase(blob_key(recording, recording.tail.front())));
  EXPECT_THROW(back_up(), Error);
}

TEST_P(BackupTest, ABackupThatBrokeOffLeavesTheOneBeforeWholeAndIsCompletedByTheNext) {
  auto first = add("first");
  back_up();
  run_task(catalog_.trash_recording(account_.id, first.id, Time{}, Time{}));
  EXPECT_TRUE(run_task(catalog_.purge_recording(account_.id, first.id, Time{})));
  add("second");
  auto breaks = [](const BackupReport&) { throw Error(Fault::unavailable, "broken off"); };
  EXPECT_THROW(make_backup({folder_.path(), copy_, false, breaks}), Error);
  EXPECT_EQ(restore_backup({copy_, parent_.path() + "/before", false, {}}).recordings, 1u);
  auto report = back_up(true);
  EXPECT_EQ(report.blobs, 1u);
  EXPECT_EQ(restore_backup({copy_, parent_.path() + "/after", false, {}}).recordings, 1u);
}

TEST_P(BackupTest, WhatIsJoinedOrPurgedMeanwhileIsNotAnError) {
  auto kept = add("kept");
  auto purged = add("purged");
  bool is_done = false;
  auto purge = [&](const BackupReport&) {
    if (std::exchange(is_done, true)) return;
    for (const auto& recording : {kept, purged}) {
      run_task(catalog_.trash_recording(account_.id, recording.id, Time{}, Time{}));
      EXPECT_TRUE(run_task(catalog_.purge_recording(account_.id, recording.id, Time{})));
      run_task(blobs_.erase(blob_key(recording, recording.tail.front())));
    }
  };
  EXPECT_EQ(make_backup({folder_.path(), copy_, false, purge}).purged_meanwhile, 1u);
}

/// Of a record always; a file is copied as it is, and compared when that is asked for.
TEST_P(BackupTest, WhatIsDamagedInTheSourceIsAnError) {
  add("hello, damage");
  damage(folder_.path(), "hello, damage");
  EXPECT_THROW(back_up(GetParam() == Home::file), Error);
}

TEST_P(BackupTest, AFolderInUseSaysByWhom) {
  try {
    DataFolder again(folder_.path());
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::conflict);
    auto pid = "process " + std::to_string(::getpid());
    EXPECT_NE(std::string(error.what()).find(pid), std::string::npos) << error.what();
  }
}

std::string name_of(const testing::TestParamInfo<Home>& home) {
  return home.param == Home::file ? "Files" : "Volumes";
}

INSTANTIATE_TEST_SUITE_P(Backup, BackupTest, testing::Values(Home::file, Home::volume), name_of);

}  // namespace
}  // namespace tapedeck
