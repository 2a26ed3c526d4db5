// Request and Response: HTTP as values. They know nothing of sockets, so both doors (the socket
// server and the Lambda runtime) and every test make and read the same two types.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/byte_source.h"
#include "base/bytes.h"
#include "http/fields.h"
#include "http/target.h"

namespace tapedeck::http {

struct Response;

/// One request. Lives until its response has been sent.
struct Request {
  std::string method;  // as received, case-sensitive: "GET"
  Target target;
  Fields fields;  // framing fields included; at most the door's limits

  /// The body, decoded from its transfer coding. Never null; pulling it is what reads the socket
  /// and what sends "100 Continue". Throws Error{invalid} for bad framing or a body cut short,
  /// Error{timed_out} for one that is too slow, Error{too_large} past the door's limit.
  std::unique_ptr<ByteSource> body;
  std::optional<ByteCount> body_bytes;  // Content-Length; nothing for chunked; 0 without a body

  std::string remote_address;  // of the peer, or of the client when a trusted proxy names it
  bool secure = false;         // came over TLS, or a trusted proxy says so
  bool local = false;          // came over the admin's Unix socket

  /// Sends an informational (1xx) response now. Empty where the door or the client cannot.
  std::function<Task<void>(Response)> inform;
};

/// One answer. A default one is 200 without a body.
struct Response {
  int status = 200;
  Fields fields;  // without framing: the door adds Content-Length or chunks, Date, Connection

  std::unique_ptr<ByteSource> body;     // null: no body
  std::optional<ByteCount> body_bytes;  // known size: Content-Length; else chunked
  bool close = false;                   // close the connection after this answer
  bool abandon = false;  // close it instead of answering, where the door can: see the IETF draft
                         // on resumable uploads, whose clients go on after a break, but not
                         // after a final answer that is an error
};

Response make_response(int status);
/// A whole text as the body.
Response make_response(int status, std::string_view content_type, std::string body);

/// Answers a request. Total: it must not throw. The request outlives the call and the sending of
/// the response.
using Handler = std::function<Task<Response>(Request&)>;

}  // namespace tapedeck::http
