#include "api/cors.h"

#include <algorithm>

namespace tapedeck::api {

namespace {

constexpr const char* request_fields =
    "Authorization, Content-Type, Content-Disposition, Content-Digest, Content-MD5, Repr-Digest, "
    "Want-Repr-Digest, Idempotency-Key, If-Match, If-None-Match, If-Range, Range, X-Request-Id, "
    "Title, Note, Tags, Recorded-At, Client-Id, Tus-Resumable, Upload-Length, Upload-Defer-Length, "
    "Upload-Offset, Upload-Metadata, Upload-Checksum, Upload-Concat, Upload-Complete, "
    "Upload-Incomplete, Upload-Draft-Interop-Version, X-HTTP-Method-Override";
constexpr const char* response_fields =
    "Location, ETag, Accept-Ranges, Content-Range, Content-Disposition, Repr-Digest, Retry-After, "
    "Idempotency-Replayed, X-Request-Id, Recording-Id, Tus-Resumable, Tus-Version, Tus-Extension, "
    "Tus-Max-Size, Tus-Checksum-Algorithm, Upload-Offset, Upload-Length, Upload-Defer-Length, "
    "Upload-Metadata, Upload-Expires, Upload-Concat, Upload-Complete, Upload-Limit";

bool has(const std::vector<std::string>& origins, std::string_view origin) {
  return std::find(origins.begin(), origins.end(), origin) != origins.end();
}

}  // namespace

void add_cors(const std::vector<std::string>& origins, const http::Request& request,
              http::Response& response) {
  if (origins.empty()) return;
  auto origin = request.fields.find("Origin");
  if (has(origins, "*")) {
    response.fields.set("Access-Control-Allow-Origin", "*");
  } else {
    response.fields.add("Vary", "Origin");
    if (!origin || !has(origins, *origin)) return;
    response.fields.set("Access-Control-Allow-Origin", std::string(*origin));
  }
  response.fields.set("Access-Control-Expose-Headers", response_fields);
  // Another origin may not load what is marked same-origin, whatever else it is allowed.
  if (origin && response.fields.contains("Cross-Origin-Resource-Policy")) {
    response.fields.set("Cross-Origin-Resource-Policy", "cross-origin");
  }
}

bool is_preflight(const std::vector<std::string>& origins, const http::Request& request) {
  auto origin = request.fields.find("Origin");
  return request.method == "OPTIONS" && origin &&
         request.fields.contains("Access-Control-Request-Method") &&
         (has(origins, "*") || has(origins, *origin));
}

http::Response answer_preflight(const std::string& allowed) {
  auto response = http::make_response(204);
  response.fields.set("Access-Control-Allow-Methods", allowed);
  response.fields.set("Access-Control-Allow-Headers", request_fields);
  response.fields.set("Access-Control-Max-Age", "600");
  return response;
}

}  // namespace tapedeck::api
