#include "http/range.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "base/check.h"
#include "base/encoding.h"
#include "base/error.h"
#include "http/fields.h"

namespace tapedeck::http {

namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Digits only, stopping at the largest number: no file reaches it, so the answer stays right.
std::optional<ByteCount> parse_number(std::string_view text) {
  constexpr auto most = std::numeric_limits<ByteCount>::max();
  if (text.empty()) return std::nullopt;
  ByteCount number = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    auto digit = static_cast<ByteCount>(c - '0');
    number = number > (most - digit) / 10 ? most : number * 10 + digit;
  }
  return number;
}

/// What one range-spec selects; an empty range when it is valid but selects nothing. Nothing when
/// malformed.
std::optional<ByteRange> parse_spec(std::string_view spec, ByteCount size) {
  auto dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  auto first_text = spec.substr(0, dash);
  auto last_text = spec.substr(dash + 1);

  if (first_text.empty()) {  // the last N bytes
    auto length = parse_number(last_text);
    if (!length) return std::nullopt;
    return ByteRange{size - std::min(*length, size), size};
  }
  auto first = parse_number(first_text);
  if (!first) return std::nullopt;
  if (last_text.empty()) return ByteRange{std::min(*first, size), size};
  auto last = parse_number(last_text);
  if (!last || *last < *first) return std::nullopt;
  if (*first >= size) return ByteRange{};
  return ByteRange{*first, std::min(*last, size - 1) + 1};
}

bool touch(ByteRange a, ByteRange b) {
  return a.begin <= b.end && b.begin <= a.end;
}

/// Adds a range, made one with every range that it overlaps or touches: nobody can make us send the
/// same bytes many times (RFC 9110 17.15).
void add_coalesced(std::vector<ByteRange>& ranges, ByteRange added) {
  auto touches = [added](ByteRange range) { return touch(range, added); };
  auto first = std::find_if(ranges.begin(), ranges.end(), touches) - ranges.begin();
  auto merged = added;
  for (auto range : ranges) {
    if (!touches(range)) continue;
    merged = {std::min(merged.begin, range.begin), std::max(merged.end, range.end)};
  }
  std::erase_if(ranges, touches);  // the first of them was at `first`, none before it
  ranges.insert(ranges.begin() + first, merged);
}

std::string make_boundary(Env& env) {
  std::array<unsigned char, 15> random{};
  env.fill_random(random);
  return to_base64url({reinterpret_cast<const char*>(random.data()), random.size()});
}

class MultipartSource final : public ByteSource {
 public:
  struct Part {
    std::string head;
    ByteRange range;
  };

  MultipartSource(std::vector<Part> parts, std::string tail, OpenRange open)
      : parts_(std::move(parts)), tail_(std::move(tail)), open_(std::move(open)) {}

  Task<ByteView> read() override {
    if (left_ > 0) {
      auto chunk = co_await source_->read();
      count(chunk.size());
      co_return chunk;
    }
    if (next_ == parts_.size())
      co_return std::exchange(ended_, true) ? ByteView() : ByteView(tail_);
    const auto& part = parts_[next_];
    source_ = co_await open_(part.range);
    left_ = part.range.size();
    ++next_;
    co_return part.head;
  }

  Task<std::optional<FileSlice>> take_file() override {
    if (left_ == 0) co_return std::nullopt;
    auto slice = co_await source_->take_file();
    if (slice) count(slice->range.size());
    co_return slice;
  }

 private:
  /// The total was promised in Content-Length, so a part has exactly its bytes.
  void count(ByteCount bytes) {
    if (bytes == 0 || bytes > left_) {
      throw Error(Fault::unavailable, "A range has another number of bytes than was announced.");
    }
    left_ -= bytes;
  }

  const std::vector<Part> parts_;
  const std::string tail_;
  const OpenRange open_;
  std::size_t next_ = 0;
  std::unique_ptr<ByteSource> source_;
  ByteCount left_ = 0;  // of source_
  bool ended_ = false;
};

}  // namespace

RangeAnswer parse_range(std::string_view value, ByteCount size) {
  auto equals = value.find('=');
  if (equals == std::string_view::npos) return {};
  if (!equal_without_case(value.substr(0, equals), "bytes")) return {};

  std::vector<ByteRange> ranges;
  std::size_t count = 0;
  for (auto rest = value.substr(equals + 1);;) {
    auto comma = rest.find(',');
    auto spec = trim(rest.substr(0, comma));
    if (!spec.empty()) {  // lists may have empty elements (RFC 9110 5.6.1.2)
      auto range = parse_spec(spec, size);
      if (!range || ++count > ranges_max) return {};
      if (range->size() > 0) add_coalesced(ranges, *range);
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (count == 0) return {};
  if (ranges.empty()) return {RangeAnswer::Kind::unsatisfiable, {}};
  return {RangeAnswer::Kind::partial, std::move(ranges)};
}

std::string content_range(ByteRange range, ByteCount size) {
  MUST(range.begin < range.end && range.end <= size);
  return fmt::format("bytes {}-{}/{}", range.begin, range.end - 1, size);
}

std::string unsatisfied_range(ByteCount size) {
  return fmt::format("bytes */{}", size);
}

MultipartBody make_multipart_body(std::vector<ByteRange> ranges, ByteCount size,
                                  std::string content_type, OpenRange open, Env& env) {
  MUST(ranges.size() <= ranges_max);
  auto boundary = make_boundary(env);
  MultipartBody body;
  std::vector<MultipartSource::Part> parts;
  for (auto range : ranges) {
    auto head = fmt::format("{}--{}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n",
                            parts.empty() ? "" : "\r\n", boundary, content_type,
                            content_range(range, size));
    body.bytes += head.size() + range.size();
    parts.push_back({std::move(head), range});
  }
  auto tail = fmt::format("\r\n--{}--\r\n", boundary);
  body.bytes += tail.size();
  body.content_type = "multipart/byteranges; boundary=" + boundary;
  body.source =
      std::make_unique<MultipartSource>(std::move(parts), std::move(tail), std::move(open));
  return body;
}

}  // namespace tapedeck::http
