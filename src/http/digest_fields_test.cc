#include "http/digest_fields.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/error.h"

namespace tapedeck::http {
namespace {

// Of the empty body.
const std::string sha256_field = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
const std::string md5_text = "1B2M2Y8AsgTpgAmY7PhCfg==";

TEST(DigestFieldsTest, ReadsWhatTheClientSent) {
  Fields fields;
  EXPECT_TRUE(parse_digests(fields).empty());
  fields.add("repr-digest", sha256_field + ", unixsum=1, id-sha=\"x\"");
  fields.add("Content-Digest", "md5=:" + md5_text + ":");
  fields.add("Content-MD5", md5_text);
  auto digests = parse_digests(fields);
  ASSERT_EQ(digests.size(), 3u);
  EXPECT_EQ(digests[0].first, DigestAlgorithm::sha256);
  EXPECT_EQ(digests[0].second, view_of(sha256_of("")));
  EXPECT_EQ(digests[1].first, DigestAlgorithm::md5);
  EXPECT_EQ(digests[2], digests[1]);
}

TEST(DigestFieldsTest, KnowsFourAlgorithms) {
  struct Case {
    DigestAlgorithm algorithm;
    std::string_view name;
  };
  for (auto [algorithm, name] :
       {Case{DigestAlgorithm::md5, "md5=:"}, Case{DigestAlgorithm::sha1, "sha=:"},
        Case{DigestAlgorithm::sha256, "sha-256=:"}, Case{DigestAlgorithm::sha512, "sha-512=:"}}) {
    auto digest = Hasher(algorithm).finish();
    auto text = format_digest(algorithm, digest);
    EXPECT_TRUE(text.starts_with(name)) << text;
    Fields fields;
    fields.add("Repr-Digest", text);
    EXPECT_EQ(parse_digests(fields), (Digests{{algorithm, digest}})) << text;
  }
}

TEST(DigestFieldsTest, SaysWhatToSendInsteadOfSomethingMalformed) {
  struct Case {
    std::string name;
    std::string value;
  };
  for (const auto& [name, value] : std::vector<Case>{
           {"Repr-Digest", "sha-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
           {"Repr-Digest", "sha-256=:AAAA:"},
           {"Repr-Digest", "sha-256=\"x\""},
           {"Repr-Digest", "sha-256"},
           {"Repr-Digest", sha256_field + ","},
           {"Content-Digest", "SHA-256=:AAAA:"},
           {"Content-MD5", ""},
           {"Content-MD5", "AAAA"},
           {"Content-MD5", "1b2cf535f27731c974343645a3985328"},
       }) {
    Fields fields;
    fields.add(name, value);
    try {
      parse_digests(fields);
      ADD_FAILURE() << name << ": " << value;
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::invalid);
      EXPECT_TRUE(std::string_view(error.what()).starts_with(name)) << error.what();
    }
  }
}

TEST(DigestFieldsTest, GivesWantedAlgorithmsByPreference) {
  using enum DigestAlgorithm;
  struct Case {
    std::string value;
    std::vector<DigestAlgorithm> expected;
  };
  for (const auto& [value, expected] : std::vector<Case>{
           {"sha-256=1", {sha256}},
           {"sha-256=3, sha-512=10, foo=9", {sha512, sha256}},
           {"sha-256=1, md5=1", {sha256, md5}},
           {"sha-256=0", {}},
           {"", {}},
       }) {
    Fields fields;
    fields.add("Want-Repr-Digest", value);
    EXPECT_EQ(parse_wanted_digests(fields), expected) << value;
  }
  EXPECT_TRUE(parse_wanted_digests(Fields()).empty());
  for (auto value : {"sha-256=11", "sha-256=-1", "sha-256", "sha-256=0.5", "sha-256="}) {
    Fields fields;
    fields.add("Want-Repr-Digest", value);
    EXPECT_THROW(parse_wanted_digests(fields), Error) << value;
  }
}

}  // namespace
}  // namespace tapedeck::http
