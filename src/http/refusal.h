// Refusals: what the door itself answers to a request that never becomes one.
#pragma once

#include <string>

#include "http/message.h"

namespace tapedeck::http {

/// Why the door does not pass a request on. The connection is closed after it.
struct Refusal {
  int status = 400;
  std::string detail;  // says what is wrong, in a sentence
};

/// The refusal as a problem document (RFC 9457), in JSON.
std::string problem_text(const Refusal& refusal);

/// An answer with that document; it closes the connection.
Response make_response(const Refusal& refusal);

}  // namespace tapedeck::http
