#include "store/volume_format.h"

#include <algorithm>
#include <string_view>

#include "base/crc32c.h"
#include "base/error.h"

namespace tapedeck::volume {

namespace {

// Stored. Do not change.
constexpr std::string_view head_mark = "TDVOLUME";
constexpr std::string_view record_mark = "TDRECORD";
constexpr std::string_view trailer_mark = "TDVINDEX";
constexpr std::uint32_t version = 1;
constexpr std::size_t crc_bytes = 4;

std::uint32_t crc_of(ByteView bytes) {
  Crc32c crc;
  crc.update(bytes);
  return crc.value();
}

/// Fills a structure from its beginning; zeros are skipped.
template <std::size_t size>
class Filler {
 public:
  Filler& text(std::string_view value) {
    std::ranges::copy(value, bytes_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ += value.size();
    return *this;
  }
  Filler& number(std::uint64_t value, std::size_t width = 4) {
    for (auto shift = 8 * width; shift > 0; shift -= 8) {
      bytes_[at_++] = static_cast<char>(value >> (shift - 8));
    }
    return *this;
  }
  Filler& key(const BlobKey& key) {
    return text(key.account.view()).text(key.recording.view()).text(key.piece.view());
  }
  /// Its last four bytes.
  std::array<char, size> with_crc() {
    at_ = size - crc_bytes;
    number(crc_of({bytes_.data(), at_}));
    return bytes_;
  }

 private:
  std::array<char, size> bytes_{};
  std::size_t at_ = 0;
};

class Taker {
 public:
  explicit Taker(ByteView bytes) : bytes_(bytes) {}

  ByteView text(std::size_t count) {
    auto value = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return value;
  }
  std::uint64_t wide_number() {
    std::uint64_t value = 0;
    for (char byte : text(8)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  std::uint32_t number() {
    std::uint32_t value = 0;
    for (char byte : text(4)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  Ulid ulid() { return *Ulid::from_bytes(text(16)); }
  BlobKey key() {
    BlobKey key;
    key.account.value = ulid();
    key.recording.value = ulid();
    key.piece = ulid();
    return key;
  }

 private:
  ByteView bytes_;
};

/// The size is right, and so is the CRC at the end.
bool is_whole(ByteView bytes, std::size_t size) {
  if (bytes.size() != size) return false;
  Taker crc(bytes.substr(size - crc_bytes));
  return crc.number() == crc_of(bytes.substr(0, size - crc_bytes));
}

bool is_length(std::uint32_t length) {
  return length > 0 && length <= blob_bytes_max;
}

std::optional<State> state_of(std::uint32_t number) {
  if (number > static_cast<std::uint32_t>(State::erased)) return std::nullopt;
  return static_cast<State>(number);
}

}  // namespace

std::array<char, head_bytes> encode_head(const Ulid& volume) {
  return Filler<head_bytes>().text(head_mark).number(version).text(volume.view()).with_crc();
}

std::array<char, record_head_bytes> encode(const RecordHead& head) {
  return Filler<record_head_bytes>()
      .text(record_mark)
      .number(static_cast<std::uint32_t>(head.state))
      .number(head.length)
      .text(head.volume.view())
      .key(head.key)
      .number(head.begin, 8)
      .number(head.crc)
      .with_crc();
}

std::array<char, entry_bytes> encode(const Entry& entry) {
  return Filler<entry_bytes>()
      .key(entry.key)
      .number(entry.page)
      .number(entry.length)
      .number(static_cast<std::uint32_t>(entry.state))
      .with_crc();
}

std::array<char, trailer_bytes> encode(const Trailer& trailer) {
  return Filler<trailer_bytes>()
      .text(trailer_mark)
      .number(version)
      .number(trailer.count)
      .number(trailer.page)
      .text(trailer.volume.view())
      .with_crc();
}

std::optional<Ulid> parse_head(ByteView bytes) {
  if (!is_whole(bytes, head_bytes)) return std::nullopt;
  Taker taker(bytes);
  if (taker.text(head_mark.size()) != head_mark) return std::nullopt;
  if (taker.number() != version) {
    throw Error(Fault::conflict,
                "A volume was written by a newer Tapedeck. Use the newer program.");
  }
  return taker.ulid();
}

std::optional<RecordHead> parse_record_head(ByteView bytes) {
  // Most pages that are looked at are none: the CRC comes last.
  if (!bytes.starts_with(record_mark) || !is_whole(bytes, record_head_bytes)) return std::nullopt;
  Taker taker(bytes.substr(record_mark.size()));
  RecordHead head;
  auto state = state_of(taker.number());
  head.length = taker.number();
  if (!state || !is_length(head.length)) return std::nullopt;
  head.state = *state;
  head.volume = taker.ulid();
  head.key = taker.key();
  head.begin = taker.wide_number();
  head.crc = taker.number();
  return head;
}

std::optional<Entry> parse_entry(ByteView bytes) {
  if (!is_whole(bytes, entry_bytes)) return std::nullopt;
  Taker taker(bytes);
  Entry entry;
  entry.key = taker.key();
  entry.page = taker.number();
  entry.length = taker.number();
  auto state = state_of(taker.number());
  if (!state || entry.page == 0 || !is_length(entry.length)) return std::nullopt;
  entry.state = *state;
  return entry;
}

std::optional<Trailer> parse_trailer(ByteView bytes) {
  if (!bytes.starts_with(trailer_mark) || !is_whole(bytes, trailer_bytes)) return std::nullopt;
  Taker taker(bytes.substr(trailer_mark.size()));
  if (taker.number() != version) return std::nullopt;
  Trailer trailer;
  trailer.count = taker.number();
  trailer.page = taker.number();
  trailer.volume = taker.ulid();
  auto same = encode(trailer);
  if (trailer.page == 0 || bytes != ByteView(same.data(), same.size())) return std::nullopt;
  return trailer;
}

}  // namespace tapedeck::volume
