#include <gtest/gtest.h>

#include "store/disk.h"
#include "store/page_buffer.h"
#include "store/temporary_folder.h"

namespace tapedeck {
namespace {

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + i / 4096);
  return bytes;
}

TEST(PageBuffer, keeps_bytes_in_order_and_when_it_is_large_begins_on_a_page) {
  auto bytes = pattern(100'000);
  PageBuffer buffer;
  std::size_t at = 0;
  for (std::size_t piece : {1, 4095, 4096, 5000, 70'000, 16'808}) {
    buffer.append(ByteView(bytes).substr(at, piece));
    at += piece;
    auto address = reinterpret_cast<std::uintptr_t>(buffer.view().data());
    bool is_aligned = address % PageBuffer::page_bytes == 0;
    EXPECT_TRUE(is_aligned || at < PageBuffer::aligned_from) << at;
    EXPECT_EQ(buffer.view(), ByteView(bytes).substr(0, at));
  }
  EXPECT_EQ(buffer.whole_page_bytes(), 24u * 4096);
  buffer.drop(buffer.whole_page_bytes());
  EXPECT_EQ(buffer.view(), ByteView(bytes).substr(24 * 4096));
  buffer.drop(buffer.size());
  EXPECT_TRUE(buffer.empty());
}

struct Appends {
  std::vector<std::size_t> sizes;
  std::size_t offset_in_page = 0;  // of the memory that they come from
};

// Some of it straight to the disk, the rest through the page cache: nobody can tell.
TEST(PosixDisk, reads_back_what_was_appended_whatever_the_sizes_and_the_memory) {
  const std::vector<Appends> cases{{{1}},
                                   {{4096}},
                                   {{32 * 1024}},
                                   {{32 * 1024 + 1}},
                                   {{65'536, 65'536}},
                                   {{65'536, 100, 65'536, 65'536}},
                                   {{1'048'576, 4096, 700'001}},
                                   {{65'536, 65'537}, 1}};
  TemporaryFolder folder;
  PosixDisk disk;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    auto path = folder.path() + "/" + std::to_string(i);
    std::string expected;
    {
      auto file = disk.create(path);
      for (auto size : cases[i].sizes) {
        auto bytes = pattern(size);
        PageBuffer memory;
        memory.append(std::string(cases[i].offset_in_page, '.') + bytes);
        file->append(memory.view().substr(cases[i].offset_in_page));
        expected += bytes;
      }
      file->sync();
      EXPECT_EQ(file->size(), expected.size()) << "case " << i;
    }
    auto file = disk.open(path);
    ASSERT_TRUE(file);
    ASSERT_EQ(file->size(), expected.size()) << "case " << i;
    std::string read(expected.size() + 1, '\0');
    EXPECT_EQ(file->read_at(0, read), expected.size());
    read.pop_back();
    EXPECT_TRUE(read == expected) << "case " << i;
  }
}

}  // namespace
}  // namespace tapedeck
