#include "core/tar.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include <fmt/format.h>

#include "base/check.h"

namespace tapedeck {

namespace {

constexpr std::size_t block_bytes = 512;
constexpr std::size_t path_bytes_max = 100;
constexpr ByteCount ustar_size_max = 8 * GiB - 1;  // eleven octal digits

// Where the fields of a ustar header are.
constexpr std::size_t mode_at = 100;
constexpr std::size_t owner_at = 108;
constexpr std::size_t group_at = 116;
constexpr std::size_t size_at = 124;
constexpr std::size_t time_at = 136;
constexpr std::size_t sum_at = 148;
constexpr std::size_t type_at = 156;
constexpr std::size_t magic_at = 257;
constexpr std::size_t major_at = 329;
constexpr std::size_t minor_at = 337;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

struct Header {
  std::string_view path;  // ASCII, at most path_bytes_max
  ByteCount size = 0;
  std::uint64_t seconds = 0;
  char type = '0';
};

std::string make_header(const Header& header) {
  std::string block(block_bytes, '\0');
  auto put = [&](std::size_t at, std::string_view text) { block.replace(at, text.size(), text); };
  put(0, header.path);
  put(mode_at, "0000600");
  put(owner_at, "0000000");
  put(group_at, "0000000");
  put(size_at, fmt::format("{:011o}", header.size));
  put(time_at, fmt::format("{:011o}", header.seconds));
  put(sum_at, "        ");  // counts as spaces in its own sum
  block[type_at] = header.type;
  put(magic_at, std::string_view("ustar\00000", 8));
  put(major_at, "0000000");
  put(minor_at, "0000000");
  auto sum = std::accumulate(block.begin(), block.end(), 0u, [](unsigned total, char c) {
    return total + static_cast<unsigned char>(c);
  });
  put(sum_at, fmt::format("{:06o}", sum));
  block[sum_at + 6] = '\0';
  return block;
}

/// "LENGTH name=value\n", where the length counts its own digits.
std::string make_record(std::string_view name, std::string_view value) {
  auto rest = fmt::format(" {}={}\n", name, value);
  auto length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) {
    length = std::to_string(length).size() + rest.size();
  }
  return std::to_string(length) + rest;
}

/// For programs that do not know pax, and for the header's own name.
std::string make_ascii_path(std::string_view path) {
  std::string ascii(path.substr(0, path_bytes_max));
  std::replace_if(ascii.begin(), ascii.end(), [](char c) { return c < 0x20 || c == 0x7f; }, '_');
  return ascii;
}

}  // namespace

std::string make_tar_head(const TarEntry& entry) {
  MUST(!entry.path.empty() && entry.path.front() != '/');
  auto since_1970 = std::chrono::floor<std::chrono::seconds>(entry.modified_at.time_since_epoch());
  auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(since_1970.count(), 0));
  auto path = make_ascii_path(entry.path);

  std::string records;
  if (path != entry.path || !is_ascii(entry.path)) records += make_record("path", entry.path);
  auto large = entry.size > ustar_size_max;
  if (large) records += make_record("size", std::to_string(entry.size));

  std::string head;
  if (!records.empty()) {
    head += make_header({"PaxHeaders", records.size(), seconds, 'x'});
    head += records;
    head += make_tar_padding(records.size());
  }
  return head + make_header({path, large ? 0 : entry.size, seconds, '0'});
}

std::string make_tar_padding(ByteCount size) {
  return std::string((block_bytes - size % block_bytes) % block_bytes, '\0');
}

std::string make_tar_end() {
  return std::string(2 * block_bytes, '\0');
}

}  // namespace tapedeck
