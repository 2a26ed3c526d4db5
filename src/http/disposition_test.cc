#include "http/disposition.h"

#include <vector>

#include <gtest/gtest.h>

namespace tapedeck::http {
namespace {

TEST(DispositionTest, NamesAFileForOldAndNewClients) {
  struct Case {
    std::string_view name;
    std::string_view expected;
  };
  for (auto [name, expected] : std::vector<Case>{
           {"", "attachment"},
           {"memo.wav", "attachment; filename=\"memo.wav\""},
           {"my memo (1).wav", "attachment; filename=\"my memo (1).wav\""},
           {"caf\xC3\xA9.wav", "attachment; filename=\"caf_.wav\"; filename*=UTF-8''caf%C3%A9.wav"},
           {"\xF0\x9F\x8E\x99", "attachment; filename=\"_\"; filename*=UTF-8''%F0%9F%8E%99"},
           {"a\"b\\c", "attachment; filename=\"a_b_c\"; filename*=UTF-8''a%22b%5Cc"},
           {"50%41.wav", "attachment; filename=\"50_41.wav\"; filename*=UTF-8''50%2541.wav"},
           {"a\r\nSet-Cookie: b",
            "attachment; filename=\"a__Set-Cookie: b\"; "
            "filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b"},
       }) {
    EXPECT_EQ(make_content_disposition(Disposition::attachment, name), expected);
  }
  EXPECT_EQ(make_content_disposition(Disposition::shown, "a"), "inline; filename=\"a\"");
}

TEST(DispositionTest, ReadsANameBack) {
  for (auto name : {"memo.wav", "a b", "caf\xC3\xA9", "a\"b\\c;d=e", "100%", "'", "../../x"}) {
    EXPECT_EQ(parse_file_name(make_content_disposition(Disposition::attachment, name)), name);
  }
}

TEST(DispositionTest, ReadsTheFieldsOfClients) {
  struct Case {
    std::string_view field;
    std::optional<std::string> name;
  };
  for (const auto& [field, name] : std::vector<Case>{
           {"attachment; filename=memo.wav", "memo.wav"},
           {"Attachment;FileName = \"a b.wav\" ; size=3", "a b.wav"},
           {"form-data; name=\"file\"; filename=\"a\\\"b\"", "a\"b"},
           {"inline; filename=\"caf\xC3\xA9\"", "caf\xC3\xA9"},
           {"inline; filename=caf\xC3\xA9", "caf\xC3\xA9"},
           {"inline; filename=\"a\"; filename*=UTF-8''b%20c", "b c"},
           {"inline; filename*=utf-8'de'b%20c; filename=\"a\"", "b c"},
           {"inline; filename*=iso-8859-1''caf%E9", "caf\xC3\xA9"},
           {"inline; filename=\"a\"; filename*=UTF-8''%zz", "a"},
           {"inline; filename=\"a\"; filename*=UTF-8''%00", "a"},
           {"inline; filename=\"a\"; filename*=KOI8-R''b", "a"},
           {"inline; filename=\"a\"; filename*=b", "a"},
           {"inline; filename=\"a\"; oops", "a"},
           {"inline; filename=\"\"", ""},
           {"inline", std::nullopt},
           {"inline; size=3", std::nullopt},
           {"inline; filename", std::nullopt},
           {"inline; filename=\"a", std::nullopt},
           {"filename=a", std::nullopt},
           {"", std::nullopt},
           {"; filename=a", std::nullopt},
       }) {
    EXPECT_EQ(parse_file_name(field), name) << field;
  }
}

}  // namespace
}  // namespace tapedeck::http
