#include "core/export.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"
#include "base/run_task.h"
#include "store/memory_blobs.h"
#include "store/memory_catalog.h"

namespace tapedeck {
namespace {

/// An account with recordings of several segments, and a folder for what is extracted.
class ExportTest : public testing::Test {
 protected:
  ExportTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("tapedeck-export-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    account_.id = AccountId::make(env_);
    account_.username = "ann";
    account_.password_hash = "$argon2id$secret";
    auto added = run_task(catalog_.add_account({account_, {}, {}}));
    EXPECT_EQ(added, AddAccount::added);
    caller_.account = account_.id;
    caller_.scopes.add(Scope::read).add(Scope::write);
  }
  ~ExportTest() override { std::filesystem::remove_all(folder_); }

  static Live::Options small_segments() {
    Live::Options options;
    options.segment_bytes_max = 1000;
    return options;
  }

  Recording add(const std::string& bytes, const std::string& title = "") {
    MemorySource body(bytes, 300);
    Incoming incoming;
    incoming.body = &body;
    Description description;
    description.title = title;
    return run_task(recordings_.create(caller_, description, incoming))->recording;
  }

  std::unique_ptr<ByteSource> start() {
    return export_account(catalog_, recordings_, account_, env_.now());
  }
  std::string export_all() { return run_task(read_all(*start(), 64 * MiB)); }

  /// The names in an archive, in order, after it was extracted by the system's tar.
  std::vector<std::string> extract(const std::string& archive) {
    std::ofstream(folder_ / "export.tar", std::ios::binary) << archive;
    auto command = "cd '" + folder_.string() + "' && tar -xvf export.tar 2>&1";
    auto* pipe = popen(command.c_str(), "r");
    std::string output;
    std::array<char, 4096> buffer{};
    while (auto got = fread(buffer.data(), 1, buffer.size(), pipe))
      output.append(buffer.data(), got);
    EXPECT_EQ(pclose(pipe), 0) << output;
    std::vector<std::string> names;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) names.push_back(line);
    return names;
  }
  std::string contents(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(folder_ / path, std::ios::binary).rdbuf();
    return text.str();
  }
  json::object about(const Recording& recording) {
    return parse_json_object(contents("recordings/" + recording.id.text() + ".json"));
  }

  SystemEnv env_;
  MemoryCatalog catalog_;
  MemoryBlobs blobs_;
  Live live_{catalog_, blobs_, env_, small_segments()};
  Recordings recordings_{catalog_, blobs_, env_, live_, {}};
  Account account_;
  Caller caller_;
  const std::filesystem::path folder_;
};

const std::string wav = "RIFF1234WAVEfmt " + std::string(5000, 'w');

TEST_F(ExportTest, HasTheAccountAndEveryRecordingByteForByte) {
  auto first = add(wav, "Caf\xC3\xA9 \"talk\"");
  auto second = add(std::string(512, 'x'));
  auto trashed = run_task(recordings_.trash(account_.id, add("y").id));
  auto names = extract(export_all());
  EXPECT_EQ(names.size(), 7u);
  EXPECT_EQ(names.front(), "account.json");

  auto account = parse_json_object(contents("account.json"));
  EXPECT_EQ(account["username"], "ann");
  EXPECT_EQ(contents("account.json").find("argon2"), std::string::npos);

  auto said = about(first);
  EXPECT_EQ(said["title"], "Caf\xC3\xA9 \"talk\"");
  EXPECT_EQ(said["size"], 5016);
  EXPECT_EQ(said["state"], "ready");
  EXPECT_TRUE(said["trashed_at"].is_null());
  EXPECT_EQ(contents("recordings/" + first.id.text() + ".wav"), wav);
  EXPECT_EQ(contents("recordings/" + second.id.text() + ".bin"), std::string(512, 'x'));
  EXPECT_EQ(about(trashed)["state"], "trashed");
  EXPECT_FALSE(about(trashed)["trashed_at"].is_null());
}

TEST_F(ExportTest, AnEmptyAccountIsAnArchiveToo) {
  EXPECT_EQ(extract(export_all()), std::vector<std::string>{"account.json"});
}

TEST_F(ExportTest, ManyPagesHaveEachRecordingOnce) {
  for (int i = 0; i < 250; ++i) add("bytes of " + std::to_string(i));
  auto names = extract(export_all());
  EXPECT_EQ(names.size(), 501u);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
}

TEST_F(ExportTest, WhatIsPurgedMeanwhileIsLeftOut) {
  auto first = add("first");
  auto second = add("second");
  auto source = start();
  run_task(source->read());  // account.json
  run_task(recordings_.trash(account_.id, second.id));
  run_task(recordings_.purge(account_.id, second.id));
  auto names = extract(run_task(read_all(*source, MiB)));
  EXPECT_EQ(names.size(), 2u);
  EXPECT_EQ(about(first)["id"], json::value(first.id.text()));
}

TEST_F(ExportTest, OtherAccountsAreNotInIt) {
  add("mine");
  Account other = account_;
  other.id = AccountId::make(env_);
  other.username = "ben";
  auto added = run_task(catalog_.add_account({other, {}, {}}));
  ASSERT_EQ(added, AddAccount::added);
  auto source = export_account(catalog_, recordings_, other, env_.now());
  EXPECT_EQ(extract(run_task(read_all(*source, MiB))).size(), 1u);
}

TEST_F(ExportTest, BytesThatCannotBeHadAreAnErrorAndNeverAShortArchive) {
  auto recording = add(wav);
  auto segments = run_task(catalog_.list_segments(account_.id, recording.id, 0, 100));
  ASSERT_GT(segments.size(), 2u);
  for (auto lost : {std::size_t{0}, segments.size() - 1}) {
    run_task(blobs_.erase(blob_key(recording, segments[lost])));
    EXPECT_THROW(export_all(), Error) << lost;
  }
}

}  // namespace
}  // namespace tapedeck
