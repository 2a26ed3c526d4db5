#include "http/condition.h"

#include <algorithm>
#include <chrono>

namespace tapedeck::http {

namespace {

constexpr std::string_view whitespace = " \t";

/// etagc of RFC 9110 8.8.3.
bool is_tag_char(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

/// Takes one tag off the front of `text`; nothing when there is none.
std::optional<EntityTag> take_tag(std::string_view& text) {
  EntityTag tag;
  if (text.starts_with("W/")) {
    tag.weak = true;
    text.remove_prefix(2);
  }
  if (!text.starts_with('"')) return std::nullopt;
  auto end = text.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  auto opaque = text.substr(1, end - 1);
  if (!std::all_of(opaque.begin(), opaque.end(), is_tag_char)) return std::nullopt;
  tag.opaque = std::string(opaque);
  text.remove_prefix(end + 1);
  return tag;
}

bool match_strongly(const EntityTag& a, const EntityTag& b) {
  return !a.weak && !b.weak && a.opaque == b.opaque;
}
bool match_weakly(const EntityTag& a, const EntityTag& b) {
  return a.opaque == b.opaque;
}

/// Whether a list of tags (one field line) has one that matches. What follows something malformed
/// is not looked at.
template <class Matches>
bool line_matches(std::string_view line, const std::optional<EntityTag>& current, Matches matches) {
  for (;;) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t,"), line.size()));
    if (line.empty()) return false;
    if (line == "*") return true;
    auto tag = take_tag(line);
    if (!tag) return false;
    if (current && matches(*tag, *current)) return true;
    line.remove_prefix(std::min(line.find_first_not_of(whitespace), line.size()));
    if (!line.empty() && line.front() != ',') return false;
  }
}

template <class Matches>
bool any_matches(const Fields& fields, std::string_view name, const Validators& current,
                 Matches matches) {
  auto lines = fields.find_all(name);
  return std::any_of(lines.begin(), lines.end(),
                     [&](auto line) { return line_matches(line, current.etag, matches); });
}

/// The date of a field; nothing when it is absent or cannot be read.
std::optional<Time> find_date(const Fields& fields, std::string_view name) {
  auto value = fields.find(name);
  return value ? parse_http_date(*value) : std::nullopt;
}

/// Dates in fields have whole seconds; so must what they are compared with.
std::optional<Time> to_seconds(std::optional<Time> time) {
  if (time) time = std::chrono::floor<std::chrono::seconds>(*time);
  return time;
}

/// RFC 9110 13.1.5: only a strong validator may join parts of what was sent at different times.
bool range_still_applies(std::string_view value, const Validators& current) {
  auto rest = value;
  if (auto tag = take_tag(rest); tag && rest.empty()) {
    return current.etag && match_strongly(*tag, *current.etag);
  }
  auto date = parse_http_date(value);
  return date && date == to_seconds(current.last_modified);
}

/// Steps 1 and 2 of RFC 9110 13.2.2.
bool is_expected_version(const Fields& fields, const Validators& current) {
  if (fields.contains("If-Match")) return any_matches(fields, "If-Match", current, match_strongly);
  auto date = find_date(fields, "If-Unmodified-Since");
  auto modified = to_seconds(current.last_modified);
  return !date || !modified || *modified <= *date;
}

/// Steps 3 and 4: the client has this version already.
bool is_known_version(bool safe, const Fields& fields, const Validators& current) {
  if (fields.contains("If-None-Match")) {
    return any_matches(fields, "If-None-Match", current, match_weakly);
  }
  if (!safe) return false;
  auto date = find_date(fields, "If-Modified-Since");
  auto modified = to_seconds(current.last_modified);
  return date && modified && *modified <= *date;
}

}  // namespace

std::string EntityTag::text() const {
  return (weak ? "W/\"" : "\"") + opaque + "\"";
}

std::optional<EntityTag> parse_entity_tag(std::string_view text) {
  auto tag = take_tag(text);
  if (!text.empty()) return std::nullopt;
  return tag;
}

Condition evaluate_conditions(std::string_view method, const Fields& fields,
                              const Validators& current) {
  auto safe = method == "GET" || method == "HEAD";
  if (!is_expected_version(fields, current)) return Condition::precondition_failed;
  if (is_known_version(safe, fields, current)) {
    return safe ? Condition::not_modified : Condition::precondition_failed;
  }
  auto if_range = fields.find("If-Range");
  if (method == "GET" && fields.contains("Range") && if_range &&
      !range_still_applies(*if_range, current)) {
    return Condition::ignore_range;
  }
  return Condition::proceed;
}

}  // namespace tapedeck::http
