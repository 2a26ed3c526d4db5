#include "http/message.h"

namespace tapedeck::http {

Response make_response(int status) {
  Response response;
  response.status = status;
  return response;
}

Response make_response(int status, std::string_view content_type, std::string body) {
  auto response = make_response(status);
  response.fields.set("Content-Type", std::string(content_type));
  response.body_bytes = body.size();
  response.body = std::make_unique<MemorySource>(std::move(body));
  return response;
}

}  // namespace tapedeck::http
