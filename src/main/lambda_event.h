// Events: what Lambda hands to a function, as http::Requests. Pure.
//
// An HTTP event has the payload format 1.0 (REST APIs; HTTP APIs that are set to it) or 2.0 (HTTP
// APIs and Function URLs); AWS describes them under "Working with AWS Lambda proxy integrations".
#pragma once

#include <string_view>
#include <variant>

#include "http/message.h"

namespace tapedeck::lambda {

/// Who made the event; it decides the form of the answer.
enum class Gateway {
  rest,  // payload 1.0
  http,  // payload 2.0
  url,   // payload 2.0, and may take a stream
};

/// A request that came whole. `body` is in memory; `inform` is empty; `remote_address` is the one
/// the gateway saw.
struct HttpEvent {
  Gateway gateway = Gateway::http;
  http::Request request;
};

/// An HTTP event that is no request of ours: what its client hears instead.
struct RefusedEvent {
  Gateway gateway = Gateway::http;
  http::Response response;
};

/// EventBridge's clock: what is due, or all that there is to sweep, which lists the whole store.
struct ScheduledEvent {
  bool all = false;  // the event's "detail" is {"sweep": "all"}
};

using Event = std::variant<HttpEvent, RefusedEvent, ScheduledEvent>;

/// Throws Error{invalid}, saying what to connect the function to, for everything else: what is no
/// JSON, members of another type, and events that nobody is meant to send to this function.
///
/// The stage's prefix is cut off `rawPath` (2.0) on the API's own domain; `path` (1.0) has none.
/// A path that the gateway has decoded is encoded again, and the query is rebuilt from
/// `multiValueQueryStringParameters` (1.0) or is `rawQueryString` (2.0), never the flattened map.
///
/// Bytes that came as text are refused (500, "gateway-misconfigured"): a gateway that does not take
/// them for binary has replaced what is no UTF-8.
Event parse_event(std::string_view text);

}  // namespace tapedeck::lambda
