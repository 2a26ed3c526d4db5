#include "store/original_cloud.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tapedeck {

TEST(OriginalCloud, ReadsAListWhoseNamesAreEncoded) {
  auto page = parse_original_listing(
      "<ListBucketResult><IsTruncated>true</IsTruncated>"
      "<Contents><Key>record/</Key><Size>0</Size></Contents>"
      "<Contents><Key>record/kakao_7_2018-05-01_10-11-12.m4a</Key><Size>17</Size></Contents>"
      "<Contents><Key>record/a%2Fb_%ED%95%9C+x%2By</Key><Size>0</Size></Contents>"
      "</ListBucketResult>");
  ASSERT_EQ(page.rows.size(), 2u);
  EXPECT_EQ(page.rows[0].id, "kakao_7_2018-05-01_10-11-12.m4a");
  EXPECT_EQ(page.rows[0].bytes, 17u);
  EXPECT_EQ(page.rows[1].id, "a/b_\xed\x95\x9c x+y");
  EXPECT_EQ(page.next, "record/a/b_\xed\x95\x9c x+y");
}

TEST(OriginalCloud, ReadsTheEndOfAList) {
  auto page = parse_original_listing(
      "<R><IsTruncated>false</IsTruncated><Key>record/a</Key><Size>1</Size></R>");
  EXPECT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.next, "");
}

TEST(OriginalCloud, RefusesAListThatItCannotRead) {
  for (const char* xml : {"", "<R><IsTruncated>false</IsTruncated><Key>record/a</Key></R>",
                          "<IsTruncated>false</IsTruncated><Key>a</Key><Size>x</Size>",
                          "<IsTruncated>false</IsTruncated><Key>%zz</Key><Size>1</Size>"}) {
    EXPECT_THROW(parse_original_listing(xml), Error) << xml;
  }
}

}  // namespace tapedeck
