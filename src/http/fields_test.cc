#include "http/fields.h"

#include <gtest/gtest.h>

namespace tapedeck::http {
namespace {

std::string text_of(const Fields& fields) {
  std::string text;
  for (const auto& [name, value] : fields) text.append(name).append("=").append(value).append(";");
  return text;
}

TEST(Fields, keep_their_order_and_are_found_without_case) {
  Fields fields;
  fields.add("B", "1");
  fields.add("a", "2");
  fields.add("b", "3");
  EXPECT_EQ(text_of(fields), "B=1;a=2;b=3;");
  EXPECT_EQ(fields.find("A"), "2");
  EXPECT_EQ(fields.find_all("b"), (std::vector<std::string_view>{"1", "3"}));
  EXPECT_FALSE(fields.contains("ab"));
}

TEST(Fields, set_replaces_all_of_a_name_and_goes_to_the_end) {
  Fields fields;
  for (const auto* name : {"x", "y", "X"}) fields.add(name, "old");
  fields.set("x", "new");
  EXPECT_EQ(text_of(fields), "y=old;x=new;");
  fields.remove("Y");
  EXPECT_EQ(text_of(fields), "x=new;");
  EXPECT_EQ(fields.size(), 1U);
}

TEST(Fields, take_views_of_themselves_while_they_grow) {
  Fields fields;
  fields.add("name", "a value that is too long for a small string, 0123456789");
  auto value = std::string(*fields.find("name"));
  for (int i = 0; i < 200; ++i) fields.set("name", *fields.find("name"));
  EXPECT_EQ(fields.find("name"), value);
  auto copy = fields;
  fields = Fields();
  EXPECT_EQ(text_of(copy), "name=" + value + ";");
}

}  // namespace
}  // namespace tapedeck::http
