#include "core/tar.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace tapedeck {
namespace {

/// A folder that goes away with the test.
class TarTest : public testing::Test {
 protected:
  TarTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("tapedeck-tar-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~TarTest() override { std::filesystem::remove_all(folder_); }

  /// What the system's tar says to an archive; its complaints too.
  std::string run_tar(const std::string& arguments, const std::string& archive) {
    std::ofstream(folder_ / "archive.tar", std::ios::binary) << archive;
    auto command = "cd '" + folder_.string() + "' && TZ=UTC LC_ALL=C.UTF-8 tar " + arguments +
                   " archive.tar 2>&1";
    auto* pipe = popen(command.c_str(), "r");
    std::string output;
    std::array<char, 4096> buffer{};
    while (auto got = fread(buffer.data(), 1, buffer.size(), pipe))
      output.append(buffer.data(), got);
    status_ = pclose(pipe);
    return output;
  }
  std::string contents(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(folder_ / path, std::ios::binary).rdbuf();
    return text.str();
  }

  const std::filesystem::path folder_;
  int status_ = 0;
};

const auto noon = *parse_rfc3339("2024-02-29T12:00:00.900Z");

std::string make_file(const std::string& path, const std::string& bytes) {
  return make_tar_head({path, bytes.size(), noon}) + bytes + make_tar_padding(bytes.size());
}

TEST_F(TarTest, TheSystemsTarExtractsIt) {
  auto long_path = "recordings/" + std::string(120, 'x') + ".wav";
  struct Case {
    std::string path;
    std::string bytes;
  };
  std::vector<Case> cases{{"account.json", "{}"},
                          {"empty", ""},
                          {"block", std::string(512, 'b')},
                          {"recordings/more", std::string(513, 'm')},
                          {"caf\xC3\xA9 \xE5\xA3\xB0.wav", "unicode"},
                          {long_path, "long"},
                          {std::string(100, 'y'), "just fits"}};
  std::string archive;
  for (const auto& [path, bytes] : cases) archive += make_file(path, bytes);
  archive += make_tar_end();
  EXPECT_EQ(archive.size() % 512, 0u);
  EXPECT_EQ(run_tar("-xf", archive), "");
  EXPECT_EQ(status_, 0);
  for (const auto& [path, bytes] : cases) EXPECT_EQ(contents(path), bytes) << path;
}

TEST_F(TarTest, AListShowsSizeTimeAndModeOfEachFile) {
  auto listed = run_tar("-tvf", make_file("a.json", "12345") + make_tar_end());
  EXPECT_EQ(listed, "-rw------- 0/0               5 2024-02-29 12:00 a.json\n");
}

TEST_F(TarTest, EightGibibytesAndMoreAreSaidInAPaxHeader) {
  for (auto [size, text] : {std::pair{8 * GiB - 1, "8589934591"},
                            {8 * GiB, "8589934592"},
                            {ByteCount{1} << 62, "4611686018427387904"}}) {
    auto head = make_tar_head({"big.wav", size, noon});
    EXPECT_EQ(head.size(), size < 8 * GiB ? 512u : 3 * 512u);
    EXPECT_EQ(head.find(std::string("size=") + text) != std::string::npos, size >= 8 * GiB);
    // tar lists the entry, then finds that its bytes are missing.
    auto listed = run_tar("-tvf", head);
    EXPECT_NE(status_, 0);
    EXPECT_NE(listed.find(text), std::string::npos) << listed;
  }
}

TEST_F(TarTest, ATimeBefore1970IsItsStart) {
  auto listed = run_tar("-tvf", make_tar_head({"a", 0, Time(Millis(-1))}) + make_tar_end());
  EXPECT_NE(listed.find("1970-01-01 00:00"), std::string::npos) << listed;
}

}  // namespace
}  // namespace tapedeck
