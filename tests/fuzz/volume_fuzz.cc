#include <array>
#include <span>

#include "base/error.h"
#include "store/volume_format.h"
#include "store/volume_walk.h"
#include "tests/fuzz/fuzz.h"

using namespace tapedeck;

namespace {

/// A file that is the input.
class InputFile final : public DiskFile {
 public:
  explicit InputFile(ByteView bytes) : bytes_(bytes) {}
  void append(ByteView) override { std::abort(); }
  void start_writing() override {}
  void sync() override {}
  std::size_t read_at(ByteCount offset, std::span<char> into) override {
    if (offset >= bytes_.size()) return 0;
    return bytes_.copy(into.data(), into.size(), offset);
  }
  ByteCount size() override { return bytes_.size(); }
  void write_at(ByteCount, ByteView) override { std::abort(); }
  void extend(ByteCount) override { std::abort(); }
  void truncate(ByteCount) override { std::abort(); }
  bool punch(ByteRange) override { return false; }
  std::optional<int> descriptor() const override { return std::nullopt; }

 private:
  ByteView bytes_;
};

template <std::size_t size>
ByteView view_of(const std::array<char, size>& bytes) {
  return {bytes.data(), bytes.size()};
}

/// The head of some volume, or none.
Ulid id_in(ByteView input) {
  try {
    return volume::parse_head(input.substr(0, volume::head_bytes)).value_or(Ulid{});
  } catch (const Error& error) {
    HOLDS(error.fault() == Fault::conflict);
    return {};
  }
}

}  // namespace

// What is accepted is exactly what is written; and a walk over anything comes to an end, with
// records that do not overlap.
FUZZ(input) {
  if (auto head = volume::parse_record_head(input)) HOLDS(view_of(encode(*head)) == input);
  if (auto entry = volume::parse_entry(input)) HOLDS(view_of(encode(*entry)) == input);
  if (auto trailer = volume::parse_trailer(input)) HOLDS(view_of(encode(*trailer)) == input);
  auto id = id_in(input);
  InputFile file(input);
  VolumeWalk walk(file, id);
  std::uint32_t end = 1;
  while (auto record = walk.next()) {
    HOLDS(record->page >= end && record->head.volume == id);
    end = record->page + volume::pages_of(record->head.length);
    HOLDS(walk.end() == end);
  }
}
