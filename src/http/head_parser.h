// The request head as values (RFC 9112 3 and 5), and how its body is framed (RFC 9112 6).
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "http/fields.h"
#include "http/refusal.h"
#include "http/target.h"

namespace tapedeck::http {

/// Where the body ends.
struct BodyFraming {
  bool chunked = false;
  ByteCount bytes = 0;  // when not chunked
  bool empty() const { return !chunked && bytes == 0; }
};

struct RequestHead {
  std::string method;
  Target target;
  Fields fields;
  bool old_client = false;  // HTTP/1.0
  bool keep_alive = true;
  bool expects_continue = false;
  BodyFraming framing;
};

/// Parses a complete head, its empty line included, as HeadScanner found it.
std::variant<RequestHead, Refusal> parse_head(ByteView bytes);

}  // namespace tapedeck::http
