#include "main/lambda_zip.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tapedeck::lambda {

namespace {

std::string program() {
  std::string bytes;
  for (unsigned i = 0; i < 100'000; ++i) bytes += static_cast<char>(i * i >> 3);
  return bytes;
}

TEST(ZipTest, gives_back_what_was_packed) {
  for (const auto& bytes : {std::string(), std::string("x"), program()}) {
    auto zip = make_zip({"bootstrap", bytes});
    EXPECT_EQ(read_zip(zip, "bootstrap"), bytes);
    EXPECT_EQ(zip, make_zip({"bootstrap", bytes})) << "the same program makes the same zip";
  }
}

TEST(ZipTest, is_smaller_than_what_repeats) {
  EXPECT_LT(make_zip({"bootstrap", std::string(100'000, 'a')}).size(), 1'000u);
}

TEST(ZipTest, refuses_what_is_damaged_or_none) {
  const auto zip = make_zip({"bootstrap", program()});
  EXPECT_THROW(read_zip(zip, "other"), Error);
  EXPECT_THROW(read_zip("", "bootstrap"), Error);
  EXPECT_THROW(read_zip("PK\x03\x04", "bootstrap"), Error);
  EXPECT_THROW(read_zip(std::string(100, 'x'), "bootstrap"), Error);
  for (std::size_t at = 0; at < 60; ++at) {
    EXPECT_THROW(read_zip(zip.substr(0, at), "bootstrap"), Error) << at;
  }
  auto damaged = zip;
  damaged[zip.size() / 2] ^= 1;
  EXPECT_THROW(read_zip(damaged, "bootstrap"), Error);
}

}  // namespace

}  // namespace tapedeck::lambda
