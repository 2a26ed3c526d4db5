#include "api/tus_fields.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/error.h"

namespace tapedeck::api {
namespace {

http::Fields field(const std::string& name, const std::string& value) {
  http::Fields fields;
  fields.add(name, value);
  return fields;
}

template <class Callable>
bool is_invalid(Callable callable) {
  try {
    callable();
  } catch (const Error& error) {
    return error.fault() == Fault::invalid;
  }
  return false;
}

TEST(Count, IsDigitsBelowTwoToThePowerOf63) {
  struct Case {
    std::string text;
    ByteCount expected;
  };
  for (const auto& [text, expected] : {Case{"0", 0}, Case{"5", 5}, Case{"007", 7},
                                       Case{"9223372036854775807", 9'223'372'036'854'775'807u}}) {
    EXPECT_EQ(find_count(field("Upload-Offset", text), "upload-offset"), expected) << text;
  }
  EXPECT_EQ(find_count({}, "Upload-Offset"), std::nullopt);
  EXPECT_TRUE(is_invalid([] { require_count({}, "Upload-Offset"); }));
}

TEST(Count, IsNothingElse) {
  for (const auto* text :
       {"", " 5", "5 ", "+5", "-5", "-0", "0x5", "5.0", "1e3", "5,5", "5;a", "\t5", "five",
        "9223372036854775808", "18446744073709551616", "340282366920938463463374607431768211456"}) {
    EXPECT_TRUE(is_invalid([&] { find_count(field("Upload-Length", text), "Upload-Length"); }))
        << "\"" << text << "\"";
  }
  auto twice = field("Upload-Length", "5");
  twice.add("Upload-Length", "5");
  EXPECT_TRUE(is_invalid([&] { find_count(twice, "Upload-Length"); }));
}

TEST(Metadata, ReadsWhatCanBeRead) {
  struct Case {
    std::string text;
    Metadata expected;
  };
  for (const auto& [text, expected] : {
           Case{"", {}},
           Case{"a YQ==", {{"a", "a"}}},
           Case{"a YQ==,b Yg==", {{"a", "a"}, {"b", "b"}}},
           Case{" a  YQ== , b Yg== ", {{"a", "a"}, {"b", "b"}}},
           Case{"a,b ,c YQ==", {{"a", ""}, {"b", ""}, {"c", "a"}}},
           Case{"a YQ==,a Yg==", {{"a", "b"}}},
           Case{"a YQ,b Y Q==,c ****", {}},
           Case{",,, ,a YQ==,", {{"a", "a"}}},
       }) {
    EXPECT_EQ(parse_metadata(text), expected) << text;
  }
}

TEST(Metadata, DescribesARecording) {
  auto description = describe({{"title", "Monday"},
                               {"name", "a.wav"},
                               {"type", "audio/wav"},
                               {"tags", "x, ,y"},
                               {"client_id", "tape"},
                               {"recorded_at", "2026-11-20T08:00:00Z"}});
  EXPECT_EQ(description.title, "Monday");
  EXPECT_EQ(description.file_name, "a.wav");
  EXPECT_EQ(description.content_type, "audio/wav");
  EXPECT_EQ(description.tags, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(description.client_id, "tape");
  EXPECT_EQ(format_rfc3339(description.recorded_at), "2026-11-20T08:00:00.000Z");
  auto unsaid = describe({{"title", "null"}, {"note", "undefined"}, {"recordedAt", "yesterday"}});
  EXPECT_EQ(unsaid.title + unsaid.note, "");
  EXPECT_EQ(unsaid.recorded_at, Time{});
  EXPECT_EQ(describe({{"filename", "null"}, {"name", "b.wav"}}).file_name, "b.wav");
}

TEST(Checksum, IsAKnownAlgorithmAndADigestOfIt) {
  struct Case {
    const char* name;
    DigestAlgorithm algorithm;
    std::size_t bytes;
  };
  for (auto [name, algorithm, bytes] :
       {Case{"sha1", DigestAlgorithm::sha1, 20}, Case{"sha256", DigestAlgorithm::sha256, 32},
        Case{"md5", DigestAlgorithm::md5, 16}, Case{"crc32c", DigestAlgorithm::crc32c, 4}}) {
    std::string digest(bytes, 'd');
    auto text = std::string(name) + " " + to_base64(digest);
    auto found = find_checksum(field("Upload-Checksum", text));
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->first, algorithm);
    EXPECT_EQ(found->second, digest);
    auto shorter = std::string(name) + " " + to_base64(digest.substr(1));
    EXPECT_TRUE(is_invalid([&] { find_checksum(field("Upload-Checksum", shorter)); })) << name;
  }
  EXPECT_EQ(find_checksum({}), std::nullopt);
}

TEST(Concatenation, IsPartialOrFinalWithParts) {
  auto final = find_concatenation(
      field("Upload-Concat", "final;/api/v1/uploads/a https://x.example/api/v1/uploads/b  c d/"));
  ASSERT_TRUE(final);
  EXPECT_FALSE(final->partial);
  EXPECT_EQ(final->secrets, (std::vector<std::string>{"a", "b", "c", ""}));
  EXPECT_TRUE(find_concatenation(field("Upload-Concat", "partial"))->partial);
  EXPECT_EQ(find_concatenation({}), std::nullopt);
  for (const auto* text : {"", "final", "final;", "final; ", "Partial", "partial ", "final /a"}) {
    EXPECT_TRUE(is_invalid([&] { find_concatenation(field("Upload-Concat", text)); })) << text;
  }
}

}  // namespace
}  // namespace tapedeck::api
