#include "api/live_audio.h"

#include <charconv>

#include <fmt/format.h>

#include "api/answers.h"
#include "http/range.h"

namespace tapedeck::api {

namespace {

/// RFC 8673: a last position that no recording reaches asks for what is still to come.
constexpr ByteCount very_large = (ByteCount{1} << 53) - 1;

std::optional<ByteCount> parse_position(std::string_view digits) {
  ByteCount value = 0;
  auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failed != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

/// A single "bytes=N-" or "bytes=N-M".
struct Positions {
  ByteCount first = 0;
  std::optional<ByteCount> last;
};
std::optional<Positions> parse_positions(std::string_view range) {
  constexpr std::string_view unit = "bytes=";
  if (!range.starts_with(unit)) return std::nullopt;
  range.remove_prefix(unit.size());
  auto dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  auto first = parse_position(range.substr(0, dash));
  if (!first) return std::nullopt;
  if (dash + 1 == range.size()) return Positions{*first, std::nullopt};
  auto last = parse_position(range.substr(dash + 1));
  if (!last || *last < *first) return std::nullopt;
  return Positions{*first, last};
}

}  // namespace

LiveRange choose_live_range(std::optional<std::string_view> range, bool from_live, ByteCount size) {
  using Kind = LiveRange::Kind;
  if (from_live) return {Kind::follow, {size, size}, ""};
  if (!range) return {Kind::follow, {0, size}, ""};
  auto positions = parse_positions(*range);
  if (positions && positions->first == 0 && !positions->last) return {Kind::follow, {0, size}, ""};
  if (positions && positions->last && *positions->last >= very_large) {
    if (positions->first > size) return {Kind::unsatisfiable, {}, ""};
    return {Kind::follow_from,
            {positions->first, size},
            fmt::format("bytes {}-{}/*", positions->first, *positions->last)};
  }
  auto answer = http::parse_range(*range, size);
  if (answer.kind == http::RangeAnswer::Kind::unsatisfiable) return {Kind::unsatisfiable, {}, ""};
  bool is_one = answer.kind == http::RangeAnswer::Kind::partial && answer.ranges.size() == 1;
  if (!is_one) return {Kind::follow, {0, size}, ""};
  auto part = answer.ranges.front();
  return {Kind::part, part, fmt::format("bytes {}-{}/*", part.begin, part.end - 1)};
}

}  // namespace tapedeck::api
