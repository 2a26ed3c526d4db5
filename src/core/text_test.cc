#include "core/text.h"

#include <vector>

#include <gtest/gtest.h>

namespace tapedeck {
namespace {

using namespace std::string_view_literals;

std::string repeat(std::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

TEST(Utf8Test, AgreesWithRfc3629) {
  for (auto text :
       {"", "plain", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "caf\xC3\xA9 \xF0\x9F\x8E\x99"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  EXPECT_TRUE(is_utf8("\0"sv));
  for (auto text : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF",
                    "\xE2\x82", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
                    "\xF5\x80\x80\x80", "\xFF", "a\xFE", "\xF0\x9F\x8E"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
  }
}

struct Case {
  std::string_view text;
  std::string_view expected;
};

TEST(CleanLineTest, DropsWhatDeceivesAndKeepsWhatPeopleWrite) {
  for (auto [text, expected] : std::vector<Case>{
           {"", ""},
           {"A talk", "A talk"},
           {"a\r\nb\tc\0d\x7f"sv, "abcd"},
           {"a\xC2\x85"
            "b\xE2\x80\xA8"
            "c",
            "abc"},
           {"memo\xE2\x80\xAEvaw.exe", "memovaw.exe"},
           {"\xE2\x81\xA6"
            "a\xE2\x81\xA9\xE2\x80\x8F\xEF\xBB\xBF"
            "b\xD8\x9C",
            "ab"},
           {"\xC3\x84rger \xE6\x97\xA5\xE6\x9C\xAC \xD8\xB9\xD8\xB1\xD8\xA8",
            "\xC3\x84rger \xE6\x97\xA5\xE6\x9C\xAC \xD8\xB9\xD8\xB1\xD8\xA8"},
           {"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80",
            "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80"},
           {"a\xFF"
            "b\xC3",
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD"},
           {"\xE2\x82(", "\xEF\xBF\xBD("},
           {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
       }) {
    EXPECT_EQ(clean_line(text, 1000), expected) << text;
  }
}

TEST(CleanLineTest, CutsAtACharactersBorder) {
  EXPECT_EQ(clean_line("caf\xC3\xA9", 4), "caf");
  EXPECT_EQ(clean_line("caf\xC3\xA9", 5), "caf\xC3\xA9");
  EXPECT_EQ(clean_line("\xF0\x9F\x8E\x99", 3), "");
  EXPECT_EQ(clean_line("a\xFF", 3), "a");
  EXPECT_EQ(clean_line("abc", 0), "");
}

TEST(CleanTextTest, KeepsLineBreaksAndTabs) {
  EXPECT_EQ(clean_text("a\r\nb\n\tc\rd\0e\r"sv, 100), "a\nb\n\tc\nde\n");
  EXPECT_EQ(clean_text("\xE2\x80\xAE"
                       "a\xFF",
                       100),
            "a\xEF\xBF\xBD");
}

TEST(CleanFileNameTest, NeverLeavesAPath) {
  for (auto [text, expected] : std::vector<Case>{
           {"", ""},
           {"memo.wav", "memo.wav"},
           {"my memo (1).wav", "my memo (1).wav"},
           {".", ""},
           {"..", ""},
           {"../../etc/passwd", "passwd"},
           {"..\\..\\boot.ini", "boot.ini"},
           {"C:\\memos\\memo.wav", "memo.wav"},
           {"/", ""},
           {"memos/", ""},
           {"/etc/passwd\0.wav"sv, "passwd.wav"},
           {".htaccess", "htaccess"},
           {" . .a. . ", "a"},
           {"memo.wav...  ", "memo.wav"},
           {"a:b*c?d\"e<f>g|h", "abcdefgh"},
           {"a\r\nSet-Cookie: x.wav", "aSet-Cookie x.wav"},
           {"memo\xE2\x80\xAEvaw.exe", "memovaw.exe"},
           {"a\xE2\x80\x8B\xE2\x80\x8C\xE2\x80\x8D\xE2\x80\x8E\xE2\x80\x8F\xEF\xBB\xBF"
            "b",
            "ab"},
           {".\xE2\x80\x8B./a", "a"},
           {"\xE2\x80\x8B..\xE2\x80\x8B", ""},
           {"caf\xC3\xA9\xFF.wav", "caf\xC3\xA9\xEF\xBF\xBD.wav"},
       }) {
    EXPECT_EQ(clean_file_name(text), expected) << text;
  }
}

TEST(CleanFileNameTest, LongNamesKeepTheirExtension) {
  auto unicode = repeat("\xE5\xA3\xB0", 1700);  // 5 kB
  auto cleaned = clean_file_name(unicode + ".flac");
  EXPECT_EQ(cleaned, repeat("\xE5\xA3\xB0", 83) + ".flac");  // 254 bytes
  EXPECT_TRUE(is_utf8(cleaned));
  EXPECT_EQ(clean_file_name(unicode), repeat("\xE5\xA3\xB0", 85));
  EXPECT_EQ(clean_file_name(repeat("x", 255)), repeat("x", 255));
  EXPECT_EQ(clean_file_name(repeat("x", 256)), repeat("x", 255));
  EXPECT_EQ(clean_file_name("a." + repeat("x", 500)), "a." + repeat("x", 253));
}

}  // namespace
}  // namespace tapedeck
