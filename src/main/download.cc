#include "main/download.h"

#include <fmt/format.h>

#include "main/answers.h"

namespace tapedeck {

namespace {

constexpr int redirects_max = 3;  // of one range

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

http::ClientRequest make_request(std::string target, ByteCount from, bool in_ranges) {
  http::ClientRequest request;
  request.target = std::move(target);
  if (in_ranges) request.fields.set("Range", fmt::format("bytes={}-", from));
  return request;
}

/// Path and query of a URL.
std::string target_of(const std::string& url) {
  auto slash = url.find('/', url.find("://") + 3);
  return slash == std::string::npos ? "/" : url.substr(slash);
}

/// The answer that has the bytes.
Task<http::Response> find_bytes(const ServerDoor& door, std::string target, ByteCount from,
                                bool in_ranges) {
  auto request = make_request(std::move(target), from, in_ranges);
  door.authorize(request);
  auto client = door.make_client();
  auto response = co_await client.send(request);
  for (int hops = 0; is_redirect(response.status); ++hops) {
    std::string url(response.fields.find("Location").value_or(""));
    auto origin = http::parse_origin(url.substr(0, url.find('/', url.find("://") + 3)));
    if (!origin || hops == redirects_max) {
      throw Error(Fault::unavailable, "The server sends us elsewhere, and nothing is there.");
    }
    http::Client other(*origin, {});
    auto next = make_request(target_of(url), from, in_ranges);
    response = co_await other.send(next);
  }
  co_await refuse_problem(response);
  co_return response;
}

}  // namespace

Task<void> download(const ServerDoor& door, std::string target, std::optional<ByteCount> size,
                    const TakeBytes& take) {
  ByteCount at = 0;
  bool in_ranges = size && *size > 0;
  do {
    auto before = at;
    auto response = co_await find_bytes(door, target, at, in_ranges);
    for (;;) {
      auto chunk = co_await response.body->read();
      if (chunk.empty()) break;
      take(chunk);
      at += chunk.size();
    }
    bool is_part = response.status == 206;
    if (in_ranges && at < *size && (at == before || !is_part)) {
      throw Error(Fault::unavailable, "The server ended its answer before all bytes had come.");
    }
  } while (in_ranges && at < *size);
}

}  // namespace tapedeck
