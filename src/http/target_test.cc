#include "http/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tapedeck::http {
namespace {

using Segments = std::vector<std::string>;
using Query = std::vector<std::pair<std::string, std::string>>;

TEST(TargetTest, DecodesSegmentsAndParametersOnce) {
  struct Case {
    std::string_view text;
    Segments segments;
    Query query;
  };
  for (const auto& [text, segments, query] : std::vector<Case>{
           {"/", {""}, {}},
           {"/a/b%20c", {"a", "b c"}, {}},
           {"/a/", {"a", ""}, {}},
           {"//a", {"", "a"}, {}},
           {"/a%2Fb", {"a/b"}, {}},
           {"/..%2f..", {"../.."}, {}},
           {"/%2541", {"%41"}, {}},
           {"/caf%C3%A9", {"caf\xC3\xA9"}, {}},
           {"/caf\xC3\xA9", {"caf\xC3\xA9"}, {}},
           {"/a+b?c+d=e+f", {"a+b"}, {{"c+d", "e+f"}}},
           {"/?a=1&b&=c&&a=2%26", {""}, {{"a", "1"}, {"b", ""}, {"", "c"}, {"a", "2&"}}},
           {"/a?", {"a"}, {}},
           {"/a?b=c=d?e/f", {"a"}, {{"b", "c=d?e/f"}}},
           {"*", {}, {}},
           {"http://host", {""}, {}},
           {"http://host?a=b", {""}, {{"a", "b"}}},
           {"HTTPS://host:80/a/b?c", {"a", "b"}, {{"c", ""}}},
       }) {
    auto target = parse_target(text);
    ASSERT_TRUE(target) << text;
    EXPECT_EQ(target->raw, text);
    EXPECT_EQ(target->segments, segments) << text;
    EXPECT_EQ(target->query, query) << text;
  }
}

TEST(TargetTest, RefusesWhatIsMalformed) {
  using namespace std::string_view_literals;
  for (auto text :
       {""sv,          "a"sv,      "host:443"sv, "/%"sv,      "/%4"sv,       "/%4g"sv,
        "/%%41"sv,     "/%00"sv,   "/a?b=%00"sv, "/a?%zz"sv,  "/a#b"sv,      "/a b"sv,
        "/a\tb"sv,     "/a\x7f"sv, "/a\0b"sv,    "http://"sv, "http:///a"sv, "http://me:pw@host/"sv,
        "ftp://h/a"sv, "**"sv,     "?a"sv}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
}

TEST(TargetTest, FindsTheFirstParameterOfAName) {
  auto target = parse_target("/?a=1&a=2&b");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->find("a"), "1");
  EXPECT_EQ(target->find("b"), "");
  EXPECT_FALSE(target->find("c"));
}

TEST(PercentEncodeTest, ComesBackThroughATarget) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  auto target = parse_target("/" + percent_encode(all));
  ASSERT_TRUE(target);
  EXPECT_EQ(target->segments, Segments{all});
  EXPECT_EQ(percent_encode("A-z_0.~ /\xC3"), "A-z_0.~%20%2F%C3");
}

}  // namespace
}  // namespace tapedeck::http
