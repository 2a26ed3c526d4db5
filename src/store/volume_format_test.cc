#include "store/volume_format.h"

#include <gtest/gtest.h>

#include "base/env.h"
#include "base/error.h"

namespace tapedeck::volume {
namespace {

template <std::size_t size>
std::string text_of(const std::array<char, size>& bytes) {
  return {bytes.data(), bytes.size()};
}

class VolumeFormat : public testing::Test {
 protected:
  SystemEnv env_;
  BlobKey key_{AccountId::make(env_), RecordingId::make(env_), Ulid::make(env_)};
  Ulid volume_ = Ulid::make(env_);
  RecordHead head_{State::blob, 4'096, volume_, key_, 1'234'567'890'123, 0xDEADBEEF};
  Entry entry_{key_, 17, 4'096, State::erased};
  Trailer trailer_{3, 18, volume_};
};

TEST_F(VolumeFormat, WhatIsEncodedIsParsedBack) {
  EXPECT_EQ(parse_record_head(text_of(encode(head_))), head_);
  EXPECT_EQ(parse_entry(text_of(encode(entry_))), entry_);
  EXPECT_EQ(parse_trailer(text_of(encode(trailer_))), trailer_);
  EXPECT_EQ(parse_head(text_of(encode_head(volume_))), volume_);
}

/// Flips each bit of each of them in turn.
TEST_F(VolumeFormat, ADamagedByteIsSeen) {
  auto expect_refused = [](std::string bytes, auto parse) {
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
      EXPECT_FALSE(parse(bytes)) << bit;
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    }
    EXPECT_FALSE(parse(bytes.substr(1)));
    EXPECT_FALSE(parse(bytes + "x"));
    EXPECT_FALSE(parse(std::string(bytes.size(), '\0')));
  };
  expect_refused(text_of(encode(head_)), parse_record_head);
  expect_refused(text_of(encode(entry_)), parse_entry);
  expect_refused(text_of(encode(trailer_)), parse_trailer);
  expect_refused(text_of(encode_head(volume_)), parse_head);
}

TEST_F(VolumeFormat, WhatNoVolumeHasIsNotParsed) {
  auto head = head_;
  head.length = 0;
  EXPECT_FALSE(parse_record_head(text_of(encode(head))));
  head.length = static_cast<std::uint32_t>(blob_bytes_max + 1);
  EXPECT_FALSE(parse_record_head(text_of(encode(head))));
  auto entry = entry_;
  entry.page = 0;
  EXPECT_FALSE(parse_entry(text_of(encode(entry))));
  entry = entry_;
  entry.state = static_cast<State>(2);
  EXPECT_FALSE(parse_entry(text_of(encode(entry))));
}

/// docs/data.md says where each of them is.
TEST_F(VolumeFormat, TheBytesAreWhereTheDocumentSays) {
  auto bytes = text_of(encode(head_));
  EXPECT_EQ(bytes.substr(0, 8), "TDRECORD");
  EXPECT_EQ(bytes.substr(8, 8), std::string("\0\0\0\0\0\0\x10\0", 8));
  EXPECT_EQ(bytes.substr(16, 16), volume_.view());
  EXPECT_EQ(bytes.substr(32, 16), key_.account.view());
  EXPECT_EQ(bytes.substr(64, 16), key_.piece.view());
  EXPECT_EQ(bytes.substr(88, 4), "\xDE\xAD\xBE\xEF");
  EXPECT_EQ(text_of(encode_head(volume_)).substr(0, 12), std::string("TDVOLUME\0\0\0\x01", 12));
  EXPECT_EQ(text_of(encode(entry_)).substr(48, 4), std::string("\0\0\0\x11", 4));
  EXPECT_EQ(text_of(encode(trailer_)).substr(0, 12), std::string("TDVINDEX\0\0\0\x01", 12));
}

TEST_F(VolumeFormat, ARecordTakesWholePages) {
  EXPECT_EQ(pages_of(1), 1u);
  EXPECT_EQ(pages_of(page_bytes - record_head_bytes), 1u);
  EXPECT_EQ(pages_of(page_bytes - record_head_bytes + 1), 2u);
  EXPECT_EQ(pages_of(blob_bytes_max), blob_bytes_max / page_bytes + 1);
}

}  // namespace
}  // namespace tapedeck::volume
