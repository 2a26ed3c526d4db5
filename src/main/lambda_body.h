// The body of an event: bytes in base 64, or text; and whether text was bytes once.
#pragma once

#include <optional>
#include <string>

#include "http/fields.h"
#include "http/message.h"

namespace tapedeck::lambda {

struct EventBody {
  std::string bytes;
  std::optional<http::Response> refusal;  // then there are no bytes
};

/// `text` is the event's "body", `fields` are the request's. Refuses (500)
/// - text of any type but those that are text by their name (JSON, forms, text/…): audio that was
///   not marked as binary cannot be trusted, whatever it looks like;
/// - text whose size is not the Content-Length, or with U+FFFD where there is none: bytes that were
///   no UTF-8 were replaced;
/// and (400) what is no base 64, and base 64 of another size than the Content-Length says.
EventBody read_body(std::string text, bool base64, const http::Fields& fields);

/// "application/json; charset=utf-8", "text/plain", …: types that a gateway may carry as text.
bool is_text_type(std::string_view content_type);

}  // namespace tapedeck::lambda
