#include "base/bytes.h"

#include <gtest/gtest.h>

namespace tapedeck {
namespace {

TEST(Bytes, FreedMemoryIsNotKept) {
  std::string bytes(4 * KiB, 'x');
  free_memory(bytes);
  EXPECT_TRUE(bytes.empty());
  EXPECT_EQ(bytes.capacity(), std::string().capacity());
}

}  // namespace
}  // namespace tapedeck
