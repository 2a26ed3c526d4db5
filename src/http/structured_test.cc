#include "http/structured.h"

#include <gtest/gtest.h>

namespace tapedeck::http {
namespace {

using namespace structured;

/// The value of the only member of "a=…".
std::optional<Value> value_of(std::string_view text) {
  auto dictionary = parse_dictionary("a=" + std::string(text));
  if (!dictionary || dictionary->size() != 1) return std::nullopt;
  const auto* item = std::get_if<Item>(&dictionary->front().second.value);
  if (!item) return std::nullopt;
  return item->value;
}

TEST(StructuredTest, ReadsEveryKindOfValue) {
  struct Case {
    std::string_view text;
    Value expected;
  };
  for (const auto& [text, expected] : std::vector<Case>{
           {"42", std::int64_t{42}},
           {"-0", std::int64_t{0}},
           {"999999999999999", std::int64_t{999'999'999'999'999}},
           {"-999999999999999", std::int64_t{-999'999'999'999'999}},
           {"4.5", 4.5},
           {"-123456789012.125", -123456789012.125},
           {"\"\"", std::string()},
           {"\"a\\\"b\\\\c\"", std::string("a\"b\\c")},
           {"gzip", Token{"gzip"}},
           {"*/x:y", Token{"*/x:y"}},
           {"::", Bytes{""}},
           {":aGk=:", Bytes{"hi"}},
           {":aGk:", Bytes{"hi"}},
           {"?1", true},
           {"?0", false},
       }) {
    EXPECT_EQ(value_of(text), expected) << text;
  }
}

TEST(StructuredTest, ReadsMembersParametersAndInnerLists) {
  auto dictionary = parse_dictionary("  a ,\tb;q=0.5;r, c=(1 x;y=2 );z, a=?0  ");
  ASSERT_TRUE(dictionary);
  ASSERT_EQ(dictionary->size(), 3u);

  const auto& [a, a_member] = (*dictionary)[0];
  EXPECT_EQ(a, "a");
  ASSERT_TRUE(a_member.find<bool>());
  EXPECT_FALSE(*a_member.find<bool>());  // the last one counts
  EXPECT_FALSE(a_member.find<std::int64_t>());

  const auto& b = std::get<Item>((*dictionary)[1].second.value);
  EXPECT_EQ(b.value, Value(true));
  EXPECT_EQ(b.parameters, (Parameters{{"q", 0.5}, {"r", true}}));

  const auto& c = (*dictionary)[2].second;
  EXPECT_EQ(std::get<std::vector<Item>>(c.value),
            (std::vector<Item>{{std::int64_t{1}, {}}, {Token{"x"}, {{"y", std::int64_t{2}}}}}));
  EXPECT_EQ(c.parameters, (Parameters{{"z", true}}));
}

TEST(StructuredTest, AnEmptyFieldIsAnEmptyDictionary) {
  for (auto text : {"", "   "}) {
    auto dictionary = parse_dictionary(text);
    ASSERT_TRUE(dictionary);
    EXPECT_TRUE(dictionary->empty());
  }
}

TEST(StructuredTest, RefusesWhatIsMalformed) {
  using namespace std::string_view_literals;
  for (auto text : {",",
                    "a,",
                    "a,,b",
                    "A=1",
                    "1=1",
                    "a=",
                    "a =1",
                    "a= 1",
                    "a=1 b=2",
                    "a=1;",
                    "a=1;B",
                    "a=1 ;b=",
                    "a=-",
                    "a=1.",
                    "a=1.2345",
                    "a=1234567890123.1",
                    "a=1234567890123456",
                    "a=.5",
                    "a=\"",
                    "a=\"b",
                    "a=\"\\b\"",
                    "a=\"\xC3\xA4\"",
                    "a=\"\t\"",
                    "a=:",
                    "a=:a:",
                    "a=:a-_:",
                    "a=:aGk=",
                    "a=?",
                    "a=?2",
                    "a=?true",
                    "a=(1",
                    "a=(1,2)",
                    "a=(1 2",
                    "a=(\"a\"\"b\")",
                    "a=@1",
                    "\ta",
                    "a=\x7f"}) {
    EXPECT_FALSE(parse_dictionary(text)) << text;
  }
  EXPECT_FALSE(parse_dictionary("a=\"\0\""sv));
}

TEST(StructuredTest, HasALimit) {
  std::string text = "k0";
  for (std::size_t i = 1; i < structured_members_max; ++i) text += ",k" + std::to_string(i);
  EXPECT_TRUE(parse_dictionary(text));
  EXPECT_TRUE(parse_dictionary(text + ",k0"));
  EXPECT_FALSE(parse_dictionary(text + ",more"));
}

TEST(StructuredTest, FieldsOfOneNameAreOneValue) {
  Fields fields;
  EXPECT_FALSE(find_combined(fields, "x"));
  fields.add("X", "a=1");
  fields.add("y", "b=2");
  fields.add("x", "c=3");
  EXPECT_EQ(find_combined(fields, "x"), "a=1, c=3");
}

}  // namespace
}  // namespace tapedeck::http
