#include "api/draft_fields.h"

#include <gtest/gtest.h>

namespace tapedeck::api {
namespace {

http::Request request_with(std::vector<http::Field> fields) {
  http::Request request;
  for (auto& [name, value] : fields) request.fields.add(name, value);
  return request;
}

TEST(FindDraft, KnowsItsVersions) {
  struct Case {
    std::string said;
    std::optional<int> expected;
  };
  for (const auto& [said, expected] :
       {Case{"2", {}}, Case{"3", 3}, Case{"6", 6}, Case{"8", 8}, Case{"9", {}}, Case{"six", {}},
        Case{"-3", {}}, Case{"", {}}}) {
    auto draft = find_draft(request_with({{"Upload-Draft-Interop-Version", said}}));
    ASSERT_TRUE(draft) << said;
    EXPECT_EQ(draft->version, expected) << said;
  }
}

TEST(FindDraft, TellsItFromTusAndFromNeither) {
  EXPECT_FALSE(find_draft(request_with({})));
  EXPECT_FALSE(find_draft(request_with({{"Upload-Offset", "5"}})));
  EXPECT_FALSE(find_draft(request_with({{"Upload-Complete", "yes"}})));
  EXPECT_FALSE(find_draft(request_with({{"Tus-Resumable", "1.0.0"}, {"Upload-Complete", "?1"}})));
  EXPECT_TRUE(find_draft(request_with({{"Content-Type", "application/partial-upload"}})));
  EXPECT_TRUE(find_draft(request_with({{"Upload-Complete", "?1"}})));
}

TEST(FindDraft, Version3SaysTheOpposite) {
  auto one = find_draft(
      request_with({{"Upload-Draft-Interop-Version", "3"}, {"Upload-Incomplete", "?0"}}));
  EXPECT_EQ(one->complete, true);
  EXPECT_TRUE(one->inverted);
  auto other = find_draft(request_with({{"Upload-Incomplete", "?1"}}));
  EXPECT_EQ(other->complete, false);
  EXPECT_TRUE(other->inverted);
  auto both = find_draft(request_with({{"Upload-Complete", "?1"}, {"Upload-Incomplete", "?1"}}));
  EXPECT_EQ(both->complete, true);
  EXPECT_FALSE(both->inverted);
}

TEST(FindDraftCount, IgnoresWhatIsNone) {
  for (const auto* text :
       {"", "-1", "5.0", "?1", "\"5\"", "5 5", "5, 6", "+5", "0x5", "1000000000000000"}) {
    auto request = request_with({{"Upload-Offset", text}});
    EXPECT_EQ(find_draft_count(request.fields, "Upload-Offset"), std::nullopt) << text;
  }
  for (const auto* text : {"5", " 5", "5;later=yes", "005"}) {
    auto request = request_with({{"Upload-Offset", text}});
    EXPECT_EQ(find_draft_count(request.fields, "Upload-Offset"), 5u) << text;
  }
}

TEST(DraftLength, IsSaidTwice) {
  struct Case {
    std::string name, said;
    std::optional<ByteCount> body_bytes;
    bool complete;
    std::optional<ByteCount> expected;
    bool contradicts;
  };
  for (const auto& c : {
           Case{"nothing said", "", 5, false, {}, false},
           Case{"by the field", "20", 5, false, 20, false},
           Case{"by the body", "", 5, true, 15, false},
           Case{"by both", "15", 5, true, 15, false},
           Case{"by both, not the same", "16", 5, true, 15, true},
           Case{"in chunks", "16", {}, true, 16, false},
       }) {
    auto request = request_with({});
    if (!c.said.empty()) request.fields.add("Upload-Length", c.said);
    request.body_bytes = c.body_bytes;
    Draft draft;
    draft.complete = c.complete;
    auto length = draft_length_of(request, draft, 10);
    EXPECT_EQ(length.bytes, c.expected) << c.name;
    EXPECT_EQ(length.contradicts_itself, c.contradicts) << c.name;
  }
}

}  // namespace
}  // namespace tapedeck::api
