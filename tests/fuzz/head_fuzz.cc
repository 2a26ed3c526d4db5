#include "http/head_parser.h"
#include "http/head_scanner.h"
#include "http/server.h"
#include "tests/fuzz/fuzz.h"

using namespace tapedeck;

// A head is scanned within its limits and then parsed or refused; it never crashes, and what is
// accepted has one framing only.
FUZZ(input) {
  http::ServerLimits limits;
  http::HeadScanner scanner(limits);
  if (scanner.scan(input) != http::HeadScanner::Found::head) return;
  HOLDS(scanner.head_bytes() <= input.size());
  auto skipped = scanner.skipped_bytes();
  auto parsed = http::parse_head(input.substr(skipped, scanner.head_bytes() - skipped));
  if (const auto* head = std::get_if<http::RequestHead>(&parsed)) {
    HOLDS(!head->method.empty() && head->fields.size() <= limits.header_fields);
    HOLDS(head->fields.find_all("Content-Length").size() <= 1 || !head->framing.chunked);
    HOLDS(!(head->framing.chunked && head->fields.contains("Content-Length")));
  }
}
