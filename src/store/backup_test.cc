#include "store/backup.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/env.h"
#include "base/error.h"
#include "base/run_task.h"
#include "store/blob_files.h"
#include "store/data_folder.h"
#include "store/disk_blobs.h"
#include "store/sqlite_catalog.h"
#include "store/temporary_folder.h"

namespace tapedeck {
namespace {

class BackupTest : public testing::Test {
 protected:
  BackupTest() {
    account_.id = AccountId::make(env_);
    account_.username = "ada";
    EXPECT_EQ(run_task(catalog_.add_account({account_, {}, {}})), AddAccount::added);
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
  static std::string path_of(const std::string& folder, const Recording& recording) {
    return folder + "/blobs/" + blob_path(blob_key(recording, recording.tail.front()));
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
  DiskBlobs blobs_{{.root = folder_.blobs()}, disk_, pool_};
  Account account_;
};

TEST_F(BackupTest, ASecondBackupCopiesOnlyWhatIsNewAndRemovesWhatIsGone) {
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
  EXPECT_FALSE(std::filesystem::exists(path_of(copy_, first)));
}

TEST_F(BackupTest, ARestoredBackupServes) {
  auto recording = add("hello");
  back_up();
  auto restored = parent_.path() + "/restored";
  EXPECT_EQ(restore_backup({copy_, restored, false, {}}).copied, 1u);
  DataFolder folder(restored);
  SqliteCatalog catalog({.path = folder.database()}, log_);
  DiskBlobs blobs({.root = folder.blobs()}, disk_, pool_);
  auto found = run_task(catalog.find_recording(account_.id, recording.id));
  ASSERT_TRUE(found);
  auto source = run_task(blobs.open(blob_key(*found, found->tail.front()), {0, 5}));
  EXPECT_EQ(run_task(read_all(*source, 100)), "hello");
}

TEST_F(BackupTest, ARestoreIntoAFolderWithSomethingInItIsRefused) {
  add("hello");
  back_up();
  EXPECT_THROW(restore_backup({copy_, folder_.path(), false, {}}), Error);
}

TEST_F(BackupTest, ADamagedBlobIsFoundByARestoreAndByVerifying) {
  auto recording = add("hello");
  back_up();
  std::ofstream(path_of(copy_, recording)) << "hellO";
  EXPECT_THROW(back_up(true), Error);
  EXPECT_THROW(restore_backup({copy_, parent_.path() + "/restored", false, {}}), Error);
}

TEST_F(BackupTest, ABlobThatIsLostInTheSourceIsAnError) {
  auto recording = add("hello");
  std::filesystem::remove(path_of(folder_.path(), recording));
  EXPECT_THROW(back_up(), Error);
}

TEST_F(BackupTest, AFolderInUseSaysByWhom) {
  try {
    DataFolder again(folder_.path());
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::conflict);
    auto pid = "process " + std::to_string(::getpid());
    EXPECT_NE(std::string(error.what()).find(pid), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace tapedeck
