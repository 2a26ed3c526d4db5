#include "main/lambda_zip.h"

#include <fmt/format.h>
#include <zlib.h>

#include "base/bytes.h"
#include "base/encoding.h"
#include "base/error.h"

namespace tapedeck::lambda {

namespace {

constexpr std::uint32_t local_header = 0x04034b50;
constexpr std::uint32_t central_header = 0x02014b50;
constexpr std::uint32_t end_header = 0x06054b50;
constexpr std::uint16_t version_needed = 20;
constexpr std::uint16_t made_by_unix = 3 << 8 | version_needed;
constexpr std::uint16_t deflated = 8;
constexpr std::uint16_t no_date = 0x21;  // 1980-01-01, the earliest there is
constexpr int raw = -MAX_WBITS;          // deflate without zlib's own frame
constexpr std::size_t local_header_bytes = 30;
constexpr std::size_t unpacked_bytes_max = 256 * MiB;  // Lambda's own limit is 250 MB

void put(std::string& out, std::size_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i) & 0xFF);
}

std::size_t take(std::string_view bytes, std::size_t at, int count) {
  std::size_t number = 0;
  for (int i = count; i-- > 0;) {
    number = number << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  }
  return number;
}

Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

std::string deflate_all(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, raw, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw Error(Fault::internal, "zlib does not start.");
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = bytes_of(out);
  stream.avail_out = static_cast<uInt>(out.size());
  auto end = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (end != Z_STREAM_END) throw Error(Fault::internal, "zlib does not finish.");
  return out;
}

[[noreturn]] void refuse(std::string_view what) {
  throw Error(Fault::invalid, fmt::format("The zip cannot be used: {}.", what));
}

std::string inflate_all(std::string_view packed, std::size_t size) {
  if (size > unpacked_bytes_max) refuse("what is in it is too large");
  std::string out(size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, raw) != Z_OK) throw Error(Fault::internal, "zlib does not start.");
  stream.next_in = bytes_of(packed);
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = bytes_of(out);
  stream.avail_out = static_cast<uInt>(out.size());
  auto end = inflate(&stream, Z_FINISH);
  auto whole = end == Z_STREAM_END && stream.total_out == size;
  inflateEnd(&stream);
  if (!whole) refuse("it is damaged");
  return out;
}

/// What both headers of an entry say alike.
std::string facts_of(const ZipEntry& entry, std::size_t packed_bytes) {
  std::string facts;
  put(facts, version_needed, 2);
  put(facts, 0, 2);  // flags
  put(facts, deflated, 2);
  put(facts, 0, 2);  // time
  put(facts, no_date, 2);
  put(facts, crc32_of(entry.bytes), 4);
  put(facts, packed_bytes, 4);
  put(facts, entry.bytes.size(), 4);
  put(facts, entry.name.size(), 2);
  put(facts, 0, 2);  // extra fields
  return facts;
}

}  // namespace

std::string make_zip(const ZipEntry& entry) {
  auto packed = deflate_all(entry.bytes);
  auto facts = facts_of(entry, packed.size());
  std::string zip;
  put(zip, local_header, 4);
  zip += facts + std::string(entry.name) + packed;
  auto directory_at = zip.size();
  put(zip, central_header, 4);
  put(zip, made_by_unix, 2);
  zip += facts;
  put(zip, 0, 2);  // comment
  put(zip, 0, 2);  // disk
  put(zip, 0, 2);  // attributes inside
  put(zip, std::size_t{0100000 | entry.mode} << 16, 4);
  put(zip, 0, 4);  // where its local header is
  zip += entry.name;
  auto directory_bytes = zip.size() - directory_at;
  put(zip, end_header, 4);
  put(zip, 0, 4);  // disks
  put(zip, 1, 2);  // entries here
  put(zip, 1, 2);  // entries
  put(zip, directory_bytes, 4);
  put(zip, directory_at, 4);
  put(zip, 0, 2);  // comment
  return zip;
}

/// Reads the local header alone: our zips have one entry, of known size, at the front.
std::string read_zip(std::string_view zip, std::string_view name) {
  if (zip.size() < local_header_bytes || take(zip, 0, 4) != local_header) refuse("it is no zip");
  auto flags = take(zip, 6, 2);
  auto packed_bytes = take(zip, 18, 4);
  auto body_at = local_header_bytes + take(zip, 26, 2) + take(zip, 28, 2);
  auto known = (flags & 0x9) == 0 && take(zip, 8, 2) == deflated;
  if (!known || zip.substr(local_header_bytes, take(zip, 26, 2)) != name) {
    refuse(
        fmt::format("its first file is not \"{}\", as `tapedeck lambda package` writes it", name));
  }
  if (body_at + packed_bytes > zip.size()) refuse("it is cut short");
  auto bytes = inflate_all(zip.substr(body_at, packed_bytes), take(zip, 22, 4));
  if (crc32_of(bytes) != take(zip, 14, 4)) refuse("it is damaged");
  return bytes;
}

}  // namespace tapedeck::lambda
