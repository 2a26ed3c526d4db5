#include "store/rescue.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "base/env.h"
#include "base/error.h"
#include "base/json.h"
#include "store/temporary_folder.h"
#include "store/volumes.h"

namespace tapedeck {
namespace {

namespace fs = std::filesystem;

class RescueTest : public testing::Test {
 protected:
  BlobKey add(RecordingId recording, ByteCount begin, const std::string& bytes) {
    BlobKey key{account_, recording, Ulid::make(env_)};
    NewBlob blob{key, begin, bytes};
    volumes_->append({&blob, 1});
    volumes_->sync();
    return key;
  }

  std::vector<std::string> volume_files() const {
    std::vector<std::string> paths;
    for (const auto& file : fs::directory_iterator(volumes_folder_)) paths.push_back(file.path());
    return paths;
  }

  RescueReport run() {
    auto tell = [this](const RescuedRecording& recording) { rescued_.push_back(recording); };
    return rescue(volume_files(), to_, tell);
  }

  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  SystemEnv env_;
  TemporaryFolder folder_;
  const std::string volumes_folder_ = folder_.path() + "/volumes";
  const std::string to_ = folder_.path() + "/rescued";
  PosixDisk disk_;
  std::unique_ptr<Volumes> volumes_ = [this] {
    fs::create_directory(volumes_folder_);
    Volumes::Options options{.folder = volumes_folder_, .volume_bytes_max = 64 * KiB};
    return std::make_unique<Volumes>(options, disk_, env_);
  }();
  const AccountId account_ = AccountId::make(env_);
  const RecordingId first_ = RecordingId::make(env_);
  const RecordingId second_ = RecordingId::make(env_);
  std::vector<RescuedRecording> rescued_;
};

TEST_F(RescueTest, RecordingsArePutTogetherFromSealedAndFromOpenVolumes) {
  std::string wav = "RIFF....WAVEfmt " + std::string(30'000, 'a');
  add(first_, 0, wav);
  add(second_, 0, "begin,");
  add(first_, wav.size(), std::string(40'000, 'b'));
  add(second_, 6, "end");
  auto report = run();
  EXPECT_GE(report.volumes, 2u);
  EXPECT_EQ(report.recordings, 2u);
  EXPECT_EQ(report.damaged + report.incomplete, 0u);
  auto base = to_ + "/" + account_.text() + "/";
  EXPECT_EQ(read(base + first_.text() + ".wav"), wav + std::string(40'000, 'b'));
  EXPECT_EQ(read(base + second_.text() + ".bin"), "begin,end");
  auto facts = parse_json_object(read(base + first_.text() + ".json"));
  EXPECT_EQ(facts["content_type"], "audio/wav");
  EXPECT_EQ(facts["size"], wav.size() + 40'000);
  EXPECT_TRUE(facts["missing"].as_array().empty());
}

TEST_F(RescueTest, WhatIsMissingIsSaidAndWhatIsThereTwiceIsWrittenOnce) {
  add(first_, 0, "0123");
  add(first_, 0, "01234567");  // joined, before the old ones were erased
  add(first_, 4, "4567");
  add(first_, 6, "6789");
  add(first_, 20, "end");
  EXPECT_EQ(run().incomplete, 1u);
  ASSERT_EQ(rescued_.size(), 1u);
  EXPECT_EQ(read(rescued_[0].path), "0123456789end");
  EXPECT_EQ(rescued_[0].missing, (std::vector<ByteRange>{{10, 20}}));
}

TEST_F(RescueTest, WhatIsErasedOrDamagedIsNotRescued) {
  auto open_erased = add(first_, 0, "erased in the open volume");
  auto sealed_erased = add(first_, 100, "erased in the sealed volume");
  add(second_, 0, "damaged, damaged");
  add(second_, 16, "whole");
  volumes_->erase({&open_erased, 1});
  volumes_.reset();
  Volumes::Options options{.folder = volumes_folder_};
  volumes_ = std::make_unique<Volumes>(options, disk_, env_);
  volumes_->erase({&sealed_erased, 1});  // its room is not given back yet
  auto path = volume_files().front();
  auto bytes = read(path);
  bytes[bytes.find("damaged")] = 'D';
  std::ofstream(path, std::ios::binary) << bytes;
  auto report = run();
  EXPECT_EQ(report.damaged, 1u);
  ASSERT_EQ(rescued_.size(), 1u);
  EXPECT_EQ(read(rescued_[0].path), "whole");
  EXPECT_EQ(rescued_[0].missing, (std::vector<ByteRange>{{0, 16}}));
}

TEST_F(RescueTest, AVolumeThatLostItsNameIsKnownByItsHeadAndOneThatLostItsHeadByItsName) {
  add(first_, 0, "by its head");
  volumes_.reset();
  auto renamed = folder_.path() + "/copy";
  fs::copy_file(volume_files().front(), renamed);
  EXPECT_EQ(rescue({renamed}, to_, {}).recordings, 1u);
  std::fstream file(volume_files().front(), std::ios::in | std::ios::out | std::ios::binary);
  file << "?";
  file.close();
  EXPECT_EQ(rescue(volume_files(), to_ + "2", {}).recordings, 1u);
}

TEST_F(RescueTest, WhatIsNoVolumeAndAFolderInUseAreRefused) {
  std::ofstream(folder_.path() + "/memo.wav") << "RIFF";
  EXPECT_THROW(rescue({folder_.path() + "/memo.wav"}, to_, {}), Error);
  EXPECT_THROW(rescue({folder_.path() + "/none"}, to_, {}), Error);
  EXPECT_THROW(rescue({}, folder_.path(), {}), Error);
}

}  // namespace
}  // namespace tapedeck
