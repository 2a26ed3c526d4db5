#include "base/encoding.h"

#include <gtest/gtest.h>

namespace tapedeck {
namespace {

TEST(Base64Test, TheExamplesOfRfc4648ComeOutBothWays) {
  struct Case {
    std::string bytes, text;
  };
  for (const auto& c : {Case{"", ""}, Case{"f", "Zg=="}, Case{"fo", "Zm8="}, Case{"foo", "Zm9v"},
                        Case{"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(to_base64(c.bytes), c.text);
    EXPECT_EQ(parse_base64(c.text), c.bytes);
  }
}

TEST(Base64Test, RefusesOtherLettersAndMissingPadding) {
  for (auto text : {"Zg", "Zg=", "Z g==", "Zg==x", "Zm9v\n", "Zm-_"}) {
    EXPECT_FALSE(parse_base64(text)) << text;
  }
}

TEST(Base64UrlTest, UsesTheUrlAlphabetWithoutPadding) {
  EXPECT_EQ(to_base64url("\xff\xfe"), "__4");
  EXPECT_EQ(parse_base64url("__4"), "\xff\xfe");
  EXPECT_FALSE(parse_base64url("//4="));
}

TEST(HexTest, ComesOutBothWays) {
  EXPECT_EQ(to_hex("\x01\xAF"), "01af");
  EXPECT_EQ(parse_hex("01AF"), "\x01\xAF");
  EXPECT_FALSE(parse_hex("0"));
  EXPECT_FALSE(parse_hex("0g"));
}

TEST(Base62Test, KeepsItsWidth) {
  EXPECT_EQ(to_base62(std::string(1, '\x3e'), 3), "010");
  EXPECT_EQ(to_base62(std::string(32, '\xff'), 43).size(), 43u);
}

TEST(Crc32Test, AgreesWithTheCheckValue) {
  EXPECT_EQ(crc32_of("123456789"), 0xCBF43926u);
}

}  // namespace
}  // namespace tapedeck
