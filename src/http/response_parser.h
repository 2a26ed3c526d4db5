// Reads one response from bytes that come in pieces (RFC 9112), for the outgoing client.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "http/fields.h"

namespace tapedeck::http {

/// A response's head may have at most this many bytes.
inline constexpr std::uint32_t response_head_bytes_max = 64 * KiB;

class ResponseParser {
 public:
  /// `to_head`: of a HEAD request, whose answer has no body whatever its fields say.
  explicit ResponseParser(bool to_head);
  ~ResponseParser();

  /// Reads from the front of `bytes`, and says how many it took; the rest must be shown again with
  /// more behind it. Stops at the end of the message. Throws Error{unavailable} when it is not
  /// HTTP.
  std::size_t put(ByteView bytes);
  /// The connection has ended. Throws Error{unavailable} unless that ends the message.
  void put_end();

  bool has_head() const;
  bool is_complete() const;
  bool keeps_alive() const;  // once complete: the connection is good for another request
  int status() const;
  std::optional<ByteCount> body_bytes() const;  // Content-Length
  Fields take_fields();                         // once
  std::string take_body();                      // what came since the last time

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tapedeck::http
