#include "store/dynamo_item.h"

#include <gtest/gtest.h>

#include "store/dynamo_keys.h"

namespace tapedeck {

TEST(DynamoItem, KeepsWhatItIsGiven) {
  DynamoItem inner;
  inner.set_text("t", "x");
  DynamoItem item(DynamoKey{"p", "s"});
  item.set_text("text", "\u00fc \"quoted\"\n");
  item.set_text("no_utf8", "\xff\xfe");
  item.set_bytes("bytes", std::string("\0\x01\xff", 3));
  item.set_count("count", ~std::uint64_t{0});
  item.set_number("number", -5);
  item.set_time("time", Time{Millis{-1}});
  item.set_flag("flag", true);
  item.set_texts("texts", {"a", "\xff"});
  item.set_item("item", inner);
  DynamoItem read(parse_json_object(json::serialize(item.wire())));
  EXPECT_EQ(read.key(), (DynamoKey{"p", "s"}));
  EXPECT_EQ(read.text("text"), "\u00fc \"quoted\"\n");
  EXPECT_EQ(read.text("no_utf8"), "\xff\xfe");
  EXPECT_EQ(read.bytes("bytes"), std::string("\0\x01\xff", 3));
  EXPECT_EQ(read.count("count"), ~std::uint64_t{0});
  EXPECT_EQ(read.number("number"), -5);
  EXPECT_EQ(read.time("time"), Time{Millis{-1}});
  EXPECT_TRUE(read.flag("flag"));
  EXPECT_EQ(read.texts("texts"), (std::vector<std::string>{"a", "\xff"}));
  EXPECT_EQ(read.item("item").text("t"), "x");
}

TEST(DynamoItem, WhatIsEmptyIsAbsentAndReadsAsEmpty) {
  DynamoItem item;
  item.set_text("text", "before");
  item.set_text("text", "");
  item.set_bytes("bytes", "");
  item.set_flag("flag", false);
  item.set_texts("texts", {});
  EXPECT_TRUE(item.wire().empty());
  EXPECT_EQ(item.text("text"), "");
  EXPECT_EQ(item.bytes("bytes"), "");
  EXPECT_FALSE(item.flag("flag"));
  EXPECT_TRUE(item.texts("texts").empty());
  EXPECT_FALSE(item.find_count("count"));
}

TEST(DynamoItem, DamageIsAFailureAndNoValue) {
  DynamoItem item(parse_json_object(R"({"a": {"N": "1x"}, "b": {"B": "?"}, "c": 5, "d": {}})"));
  EXPECT_THROW(item.count("a"), Error);
  EXPECT_THROW(item.number("absent"), Error);
  EXPECT_THROW(item.bytes("b"), Error);
  EXPECT_THROW(item.text("c"), Error);
  EXPECT_THROW(item.text("d"), Error);
  EXPECT_THROW(item.flag("a"), Error);
  EXPECT_THROW(item.item("a"), Error);
}

TEST(DynamoKeys, TimesAndCountsSortAsTextDoes) {
  EXPECT_LT(sortable(Time{Millis{-1}}), sortable(Time{Millis{0}}));
  EXPECT_LT(sortable(Time::min()), sortable(Time{Millis{-1}}));
  EXPECT_LT(sortable(Time{Millis{9}}), sortable(Time{Millis{10}}));
  EXPECT_LT(sortable(Time{Millis{10}}), sortable(Time::max()));
  EXPECT_LT(sortable(ByteCount{9}), sortable(ByteCount{10}));
  EXPECT_EQ(sortable(~ByteCount{0}).size(), sortable(ByteCount{0}).size());
}

}  // namespace tapedeck
