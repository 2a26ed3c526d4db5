#include "base/digest.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace tapedeck {
namespace {

TEST(Sha256Test, AgreesWithTheExampleOfFips180) {
  EXPECT_EQ(to_hex(view_of(sha256_of("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256Test, SavedAtAnyByteItGoesOnToTheSameDigest) {
  std::string message;
  for (int i = 0; i < 200; ++i) message.push_back(static_cast<char>(i * 7));
  for (std::size_t cut = 0; cut <= message.size(); ++cut) {
    Sha256 first;
    first.update(ByteView(message).substr(0, cut));
    auto second = Sha256::restore(first.save());
    ASSERT_TRUE(second);
    EXPECT_EQ(second->seen(), cut);
    second->update(ByteView(message).substr(cut));
    EXPECT_EQ(second->finish(), sha256_of(message)) << cut;
  }
}

TEST(Sha256Test, RestoreRefusesWhatItDidNotSave) {
  auto saved = Sha256().save();
  EXPECT_FALSE(Sha256::restore(""));
  EXPECT_FALSE(Sha256::restore(saved + "x"));
  EXPECT_FALSE(Sha256::restore(saved.substr(1)));
}

TEST(HasherTest, KnowsEveryAlgorithm) {
  struct Case {
    DigestAlgorithm algorithm;
    const char* expected;
  };
  for (auto [algorithm, expected] : {
           Case{DigestAlgorithm::md5, "900150983cd24fb0d6963f7d28e17f72"},
           Case{DigestAlgorithm::sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
           Case{DigestAlgorithm::sha256,
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
           Case{DigestAlgorithm::crc32c, "364b3fb7"},
       }) {
    Hasher hasher(algorithm);
    hasher.update("a");
    hasher.update("bc");
    EXPECT_EQ(to_hex(hasher.finish()), expected);
  }
}

TEST(HasherTest, Crc32cIsTheSameWhereverItsBytesAreCut) {
  const std::string bytes = "123456789123456789123456789";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Hasher hasher(DigestAlgorithm::crc32c);
    hasher.update(bytes.substr(0, cut));
    hasher.update(bytes.substr(cut));
    EXPECT_EQ(to_hex(hasher.finish()), "c5969859") << cut;
  }
  Hasher nine(DigestAlgorithm::crc32c);
  nine.update("123456789");
  EXPECT_EQ(to_hex(nine.finish()), "e3069283") << "the catalogue's check value";
}

TEST(HasherTest, Crc32cOfMuchIsThatOfItsBytesOneByOne) {
  std::string bytes;
  for (std::uint32_t i = 0; i < 20'000; ++i) bytes.push_back(static_cast<char>(i * i >> 7));
  for (std::size_t size : {3'071u, 3'072u, 3'073u, 6'144u, 19'999u}) {
    Hasher at_once(DigestAlgorithm::crc32c);
    at_once.update(ByteView(bytes).substr(1, size));
    Hasher one_by_one(DigestAlgorithm::crc32c);
    for (std::size_t i = 0; i < size; ++i) one_by_one.update(ByteView(bytes).substr(1 + i, 1));
    EXPECT_EQ(to_hex(at_once.finish()), to_hex(one_by_one.finish())) << size;
  }
}

TEST(HmacTest, AgreesWithRfc4231Case2) {
  EXPECT_EQ(to_hex(view_of(hmac_sha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace tapedeck
