// The simulation is only worth something if its disk loses what a disk may lose, and no more.
#include "power/simulated_disk.h"

#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "base/error.h"
#include "power/power_cuts.h"

namespace tapedeck::power {
namespace {

std::string content(const DiskImage& disk, const std::string& path) {
  auto file = disk.find(path);
  if (!file) return "(none)";
  std::string bytes(disk.files.at(*file).size(), '?');
  disk.files.at(*file).read(0, bytes);
  return bytes;
}

/// What `path` may hold after all kinds of cuts at the end of the log.
std::set<std::string> outcomes(const SimulatedDisk& disk, const std::string& path,
                               DiskImage before = {}) {
  std::set<std::string> seen;
  PowerCuts cuts(std::move(before), disk.log());
  cuts.advance(disk.log().size());
  for (std::size_t way = 0; way < ways; ++way) {
    std::mt19937_64 dice(way);
    for (int draw = 0; draw < 200; ++draw) {
      auto cut = cuts.draw(static_cast<Way>(way), dice);
      seen.insert(content(cuts.disk_after(cut), path));
    }
  }
  return seen;
}

TEST(SimulatedDisk, WhatWasSyncedWithItsNameIsThereAfterEveryCut) {
  SimulatedDisk disk;
  auto file = disk.create("a");
  file->append("bytes");
  file->sync();
  disk.sync_folder("");
  file->append(" and more");
  auto seen = outcomes(disk, "a");
  EXPECT_TRUE(seen.contains("bytes"));
  EXPECT_TRUE(seen.contains("bytes and more"));
  for (const auto& text : seen) EXPECT_TRUE(text.starts_with("bytes")) << text;
}

TEST(SimulatedDisk, ASyncOfTheFileDoesNotKeepItsNameNorTheOtherWayRound) {
  SimulatedDisk named;
  auto file = named.create("a");
  file->append("bytes");
  named.sync_folder("");
  auto without_bytes = outcomes(named, "a");
  EXPECT_TRUE(without_bytes.contains("")) << "the name is safe, the bytes are not";
  EXPECT_FALSE(without_bytes.contains("(none)"));

  SimulatedDisk synced;
  auto other = synced.create("a");
  other->append("bytes");
  other->sync();
  EXPECT_EQ(outcomes(synced, "a"), (std::set<std::string>{"(none)", "bytes"}));
}

TEST(SimulatedDisk, ANameThatWasRemovedMayComeBackUntilItsFolderIsSynced) {
  SimulatedDisk disk;
  disk.create("a")->sync();
  disk.sync_folder("");
  disk.remove("a");
  EXPECT_TRUE(outcomes(disk, "a").contains(""));
  disk.sync_folder("");
  EXPECT_EQ(outcomes(disk, "a"), std::set<std::string>{"(none)"});
}

TEST(SimulatedDisk, WhatLiesInAFolderGoesWithTheFoldersName) {
  SimulatedDisk disk;
  disk.make_folder("f");
  auto file = disk.create("f/a");
  file->append("bytes");
  file->sync();
  disk.sync_folder("f");
  EXPECT_EQ(outcomes(disk, "f/a"), (std::set<std::string>{"(none)", "bytes"}));
  disk.sync_folder("");
  EXPECT_EQ(outcomes(disk, "f/a"), std::set<std::string>{"bytes"});
}

TEST(SimulatedDisk, TearsAtSectorsAndGrowsFilesByZeros) {
  SimulatedDisk disk;
  auto file = disk.create("a");
  disk.sync_folder("");
  file->append(std::string(512, 'a') + std::string(512, 'b'));
  auto seen = outcomes(disk, "a");
  EXPECT_TRUE(seen.contains(std::string(512, 'a')));
  EXPECT_TRUE(seen.contains(std::string(512, '\0') + std::string(512, 'b')));
  EXPECT_TRUE(seen.contains(std::string(1024, '\0')));
}

TEST(SimulatedDisk, WhatASyncFailedToWriteIsReadableButNeverReachesTheDisk) {
  SimulatedDisk disk;
  auto file = disk.create("a");
  disk.sync_folder("");
  file->append("lost");
  disk.fail_next_sync("a");
  EXPECT_THROW(file->sync(), Error);
  file->sync();
  std::string bytes(4, '?');
  EXPECT_EQ(file->read_at(0, bytes), 4u);
  EXPECT_EQ(bytes, "lost");
  EXPECT_EQ(outcomes(disk, "a"), std::set<std::string>{""});
}

TEST(SimulatedDisk, BehindAnOrderedJournalALaterFileIsNotThereWithoutTheEarlier) {
  SimulatedDisk disk;
  disk.create("first");
  disk.create("second");
  PowerCuts cuts({}, disk.log());
  cuts.advance(disk.log().size());
  std::mt19937_64 dice(1);
  std::set<std::string> seen;
  for (int draw = 0; draw < 200; ++draw) {
    auto left = cuts.disk_after(cuts.draw(Way::ordered, dice));
    EXPECT_TRUE(left.find("first") || !left.find("second"));
    seen.insert(content(left, "first") + content(left, "second"));
  }
  EXPECT_EQ(seen.size(), 3u);
}

TEST(SimulatedDisk, CutsWithTheSameIdentityLeaveTheSameDisk) {
  SimulatedDisk disk;
  auto file = disk.create("a");
  file->append(std::string(1500, 'a'));
  disk.create("b");
  PowerCuts cuts({}, disk.log());
  cuts.advance(disk.log().size());
  std::map<std::uint64_t, std::string> known;
  std::mt19937_64 dice(1);
  for (int draw = 0; draw < 500; ++draw) {
    auto cut = cuts.draw(Way::some_sectors, dice);
    auto left = cuts.disk_after(cut);
    auto text = content(left, "a") + "|" + content(left, "b");
    EXPECT_EQ(known.try_emplace(cut.identity, text).first->second, text);
  }
  EXPECT_GT(known.size(), 10u);
}

}  // namespace
}  // namespace tapedeck::power
