#include "http/condition.h"

#include <vector>

#include <gtest/gtest.h>

namespace tapedeck::http {
namespace {

TEST(EntityTagTest, ReadsTheTwoKindsAndNothingElse) {
  EXPECT_EQ(parse_entity_tag("\"a\""), (EntityTag{"a", false}));
  EXPECT_EQ(parse_entity_tag("W/\"a,b\""), (EntityTag{"a,b", true}));
  EXPECT_EQ(parse_entity_tag("\"\""), (EntityTag{"", false}));
  for (auto text : {"", "a", "\"a", "a\"", "w/\"a\"", "W/a", "\"a\"b", "\"a b\"", " \"a\"",
                    "\"a\", \"b\"", "\"\x7f\""}) {
    EXPECT_FALSE(parse_entity_tag(text)) << text;
  }
  EXPECT_EQ((EntityTag{"a", true}.text()), "W/\"a\"");
  EXPECT_EQ((EntityTag{"a", false}.text()), "\"a\"");
}

constexpr auto before = "Mon, 23 Nov 2026 09:59:59 GMT";
constexpr auto same = "Mon, 23 Nov 2026 10:00:00 GMT";
constexpr auto after = "Mon, 23 Nov 2026 10:00:01 GMT";

/// A complete recording's audio: a strong tag, modified in the middle of a second.
Validators strong() {
  return {EntityTag{"v1"}, parse_rfc3339("2026-11-23T10:00:00.500Z")};
}

struct Case {
  const char* method;
  std::vector<Field> fields;
  Condition expected;
};

void expect_all(const Validators& current, const std::vector<Case>& cases) {
  for (const auto& [method, list, expected] : cases) {
    Fields fields;
    std::string shown = method;
    for (const auto& [name, value] : list) {
      fields.add(name, value);
      shown += " " + name + ": " + value;
    }
    EXPECT_EQ(evaluate_conditions(method, fields, current), expected) << shown;
  }
}

TEST(ConditionTest, TagsDecide) {
  using enum Condition;
  expect_all(strong(), {
                           {"GET", {}, proceed},
                           {"PATCH", {{"If-Match", "\"v1\""}}, proceed},
                           {"PATCH", {{"if-match", "\"v0\", \"v1\""}}, proceed},
                           {"PATCH", {{"If-Match", "\"v0\""}, {"If-Match", "\"v1\""}}, proceed},
                           {"PATCH", {{"If-Match", "*"}}, proceed},
                           {"PATCH", {{"If-Match", "\"v0\""}}, precondition_failed},
                           {"PATCH", {{"If-Match", "W/\"v1\""}}, precondition_failed},
                           {"PATCH", {{"If-Match", "v1"}}, precondition_failed},
                           {"PATCH", {{"If-Match", "\"v0\" \"v1\""}}, precondition_failed},
                           {"PATCH", {{"If-Match", ""}}, precondition_failed},
                           {"GET", {{"If-None-Match", "\"v1\""}}, not_modified},
                           {"HEAD", {{"If-None-Match", "W/\"v1\""}}, not_modified},
                           {"GET", {{"If-None-Match", "*"}}, not_modified},
                           {"GET", {{"If-None-Match", "\"v0\",, W/\"v1\""}}, not_modified},
                           {"PUT", {{"If-None-Match", "*"}}, precondition_failed},
                           {"GET", {{"If-None-Match", "\"v0\""}}, proceed},
                           {"GET", {{"If-None-Match", "v1"}}, proceed},
                       });
}

TEST(ConditionTest, DatesDecideToTheSecond) {
  using enum Condition;
  expect_all(strong(), {
                           {"GET", {{"If-Modified-Since", same}}, not_modified},
                           {"GET", {{"If-Modified-Since", after}}, not_modified},
                           {"GET", {{"If-Modified-Since", before}}, proceed},
                           {"GET", {{"If-Modified-Since", "yesterday"}}, proceed},
                           {"PATCH", {{"If-Modified-Since", same}}, proceed},
                           {"PATCH", {{"If-Unmodified-Since", same}}, proceed},
                           {"PATCH", {{"If-Unmodified-Since", before}}, precondition_failed},
                           {"PATCH", {{"If-Unmodified-Since", "yesterday"}}, proceed},
                       });
}

TEST(ConditionTest, TagsWinOverDates) {
  using enum Condition;
  expect_all(
      strong(),
      {
          {"GET", {{"If-None-Match", "\"v0\""}, {"If-Modified-Since", same}}, proceed},
          {"PATCH", {{"If-Match", "\"v1\""}, {"If-Unmodified-Since", before}}, proceed},
          {"GET", {{"If-Match", "\"v0\""}, {"If-None-Match", "\"v1\""}}, precondition_failed},
          {"GET", {{"If-Match", "\"v1\""}, {"If-None-Match", "\"v1\""}}, not_modified},
      });
}

TEST(ConditionTest, ARangeNeedsAStrongMatch) {
  using enum Condition;
  Field range{"Range", "bytes=0-1"};
  expect_all(
      strong(),
      {
          {"GET", {range, {"If-Range", "\"v1\""}}, proceed},
          {"GET", {range, {"If-Range", same}}, proceed},
          {"GET", {range, {"If-Range", "\"v0\""}}, ignore_range},
          {"GET", {range, {"If-Range", "W/\"v1\""}}, ignore_range},
          {"GET", {range, {"If-Range", after}}, ignore_range},
          {"GET", {range, {"If-Range", before}}, ignore_range},
          {"GET", {range, {"If-Range", "nonsense"}}, ignore_range},
          {"GET", {{"If-Range", "\"v0\""}}, proceed},
          {"HEAD", {range, {"If-Range", "\"v0\""}}, proceed},
          {"GET", {range, {"If-Range", "\"v1\""}, {"If-None-Match", "\"v1\""}}, not_modified},
      });
}

TEST(ConditionTest, WithoutValidatorsNothingMatches) {
  using enum Condition;
  expect_all({}, {
                     {"GET", {{"If-None-Match", "\"\""}}, proceed},
                     {"GET", {{"If-Modified-Since", same}}, proceed},
                     {"PATCH", {{"If-Match", "\"\""}}, precondition_failed},
                     {"PATCH", {{"If-Match", "*"}}, proceed},
                     {"GET", {{"Range", "bytes=0-"}, {"If-Range", "\"\""}}, ignore_range},
                     {"GET", {{"Range", "bytes=0-"}, {"If-Range", same}}, ignore_range},
                 });
}

}  // namespace
}  // namespace tapedeck::http
