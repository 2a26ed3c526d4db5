// CORS (Fetch standard): which pages of other origins may call. Tokens travel in Authorization,
// never in cookies, so credentials are never allowed and "*" is safe.
#pragma once

#include <string>
#include <vector>

#include "http/message.h"

namespace tapedeck::api {

/// Adds what the request's Origin may see. An origin that is not in the list gets nothing, and its
/// browser keeps the answer from it.
void add_cors(const std::vector<std::string>& origins, const http::Request& request,
              http::Response& response);

/// True for a preflight from an allowed origin: it is answered without a token.
bool is_preflight(const std::vector<std::string>& origins, const http::Request& request);

/// 204 with what the path allows.
http::Response answer_preflight(const std::string& allowed);

}  // namespace tapedeck::api
