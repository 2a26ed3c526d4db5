// Conditional requests (RFC 9110 8.8 and 13): entity tags, dates, and what follows from them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/fields.h"

namespace tapedeck::http {

struct EntityTag {
  std::string opaque;  // without the quotes
  bool weak = false;

  std::string text() const;  // as in a field: "x" or W/"x"
  bool operator==(const EntityTag&) const = default;
};

/// One tag, as in ETag; nothing when malformed.
std::optional<EntityTag> parse_entity_tag(std::string_view text);

/// What is known of the current representation. `last_modified` must be of one that did not change
/// twice within a second, so that it is a strong validator (RFC 9110 8.8.2.2).
struct Validators {
  std::optional<EntityTag> etag;
  std::optional<Time> last_modified;
};

enum class Condition {
  proceed,
  ignore_range,         // as if Range were absent: 200 with the whole
  not_modified,         // 304
  precondition_failed,  // 412
};

/// Evaluates If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since and If-Range for a
/// representation that exists, in the order of RFC 9110 13.2.2. Dates that cannot be read are
/// ignored; tags that cannot be read match nothing.
Condition evaluate_conditions(std::string_view method, const Fields& fields,
                              const Validators& current);

}  // namespace tapedeck::http
