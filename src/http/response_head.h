// The head of a response as bytes (RFC 9112 4 to 6).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "http/message.h"

namespace tapedeck::http {

/// How a response is framed; decided from the request and the response.
struct ResponseFraming {
  bool body = true;  // false: HEAD, 1xx, 204, 304
  bool chunked = false;
  std::optional<ByteCount> length;  // of Content-Length; nothing: no such field
  bool close = false;
  bool name_keep_alive = false;  // for an HTTP/1.0 client that asked for it
};

/// `old_client`: HTTP/1.0, which has no chunks; a body of unknown length ends with the connection.
ResponseFraming frame_response(const Response& response, bool head_request, bool old_client,
                               bool close);

/// Appends the status line, the fields (framing of the door's own) and the empty line. Control
/// characters in values become spaces, so that no value can end its line.
void append_response_head(std::string& out, const Response& response,
                          const ResponseFraming& framing, std::string_view date);

/// Appends an informational (1xx) response.
void append_informational(std::string& out, const Response& response);

}  // namespace tapedeck::http
