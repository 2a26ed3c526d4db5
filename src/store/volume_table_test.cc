#include "store/volume_table.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

#include "base/env.h"

namespace tapedeck {
namespace {

TEST(VolumeTable, FindsWhatIsThereAndNothingElseAmongManyAddsAndRemovals) {
  SystemEnv env;
  std::mt19937 dice(7);
  VolumeTable table;
  std::map<Ulid, VolumePlace> known;
  for (std::uint32_t i = 1; i <= 30'000; ++i) {
    if (known.empty() || dice() % 3 != 0) {
      auto piece = Ulid::make(env);
      known[piece] = {i % 5, i};
      table.add(piece, {i % 5, i});
    } else {
      auto gone = std::next(known.begin(),
                            static_cast<long>(dice() % std::min<std::size_t>(known.size(), 50)));
      table.remove(gone->first, gone->second);
      EXPECT_TRUE(table.find(gone->first).empty());
      known.erase(gone);
    }
  }
  EXPECT_EQ(table.size(), known.size());
  for (const auto& [piece, place] : known) {
    EXPECT_EQ(table.find(piece), std::vector<VolumePlace>{place});
  }
}

TEST(VolumeTable, TwoPiecesOfOneHashAreBothFoundAndRemovedEachByItself) {
  SystemEnv env;
  auto one = Ulid::make(env);
  auto other = one;
  other.bytes[0] ^= 1;
  VolumeTable table;
  table.add(one, {1, 1});
  table.add(other, {2, 2});
  EXPECT_EQ(table.find(one).size(), 2u);
  table.remove(one, {1, 1});
  table.remove(one, {1, 1});
  EXPECT_EQ(table.find(other), (std::vector<VolumePlace>{{2, 2}}));
  EXPECT_EQ(table.size(), 1u);
}

TEST(VolumeTable, AnEmptyOneHasNothing) {
  VolumeTable table;
  EXPECT_TRUE(table.find(Ulid{}).empty());
  table.remove(Ulid{}, {0, 1});
  EXPECT_EQ(table.size(), 0u);
}

}  // namespace
}  // namespace tapedeck
