#include "store/s3_xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tapedeck {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(S3XmlTest, FindsEachTextOfAName) {
  EXPECT_THAT(find_xml_texts("<?xml version=\"1.0\"?><L><C><Key>a</Key><Size>1</Size></C>"
                             "<C><Key>b/c</Key></C><KeyCount>2</KeyCount></L>",
                             "Key"),
              ElementsAre("a", "b/c"));
}

TEST(S3XmlTest, UndoesEscapes) {
  EXPECT_EQ(find_xml_text("<E>&lt;&gt;&amp;&quot;&apos;&#65;&#x41;</E>", "E"), "<>&\"'AA");
}

TEST(S3XmlTest, LeavesOutWhatIsMalformed) {
  for (auto xml : {"", "<E>", "<E>a", "<E>a<F/></E>", "<E>&;</E>", "<E>&lt</E>",
                   "<E>&#x110000;</E>", "<E>&#;</E>", "<E>&foo;</E>", "<E a=\"b\">c</E>"}) {
    EXPECT_THAT(find_xml_texts(xml, "E"), IsEmpty()) << xml;
  }
}

TEST(S3XmlTest, AnErrorIsOneWhateverComesBeforeIt) {
  EXPECT_EQ(find_s3_error("<Error><Code>SlowDown</Code><Key>k</Key></Error>"), "SlowDown");
  EXPECT_EQ(
      find_s3_error("\n \n<?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code></Error>"),
      "InternalError");
  EXPECT_EQ(find_s3_error("<Error></Error>"), "UnreadableError");
  EXPECT_EQ(find_s3_error("<CompleteMultipartUploadResult/>"), "");
  EXPECT_EQ(find_s3_error(""), "");
}

}  // namespace
}  // namespace tapedeck
