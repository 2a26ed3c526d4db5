// The parsers of field values: none crashes, and what is accepted can be written again.
#include "base/error.h"
#include "base/time.h"
#include "http/authorization.h"
#include "http/condition.h"
#include "http/digest_fields.h"
#include "http/disposition.h"
#include "http/structured.h"
#include "tests/fuzz/fuzz.h"

using namespace tapedeck;

namespace {

void read_digests(std::string_view input, const char* name) {
  http::Fields fields;
  fields.add(name, std::string(input));
  try {
    for (const auto& [algorithm, digest] : http::parse_digests(fields)) {
      HOLDS(!http::format_digest(algorithm, digest).empty());
    }
    http::parse_wanted_digests(fields);
  } catch (const Error& error) {
    HOLDS(error.fault() == Fault::invalid);
  }
}

}  // namespace

FUZZ(input) {
  for (auto name : {"Repr-Digest", "Content-Digest", "Content-MD5", "Want-Repr-Digest"}) {
    read_digests(input, name);
  }
  http::parse_dictionary(input);
  http::parse_item(input);
  http::parse_bearer(input);
  if (auto name = http::parse_file_name(input)) {
    http::make_content_disposition(http::Disposition::attachment, *name);
  }
  if (auto tag = http::parse_entity_tag(input)) HOLDS(http::parse_entity_tag(tag->text()) == tag);
  if (auto time = parse_rfc3339(input)) HOLDS(parse_rfc3339(format_rfc3339(*time)) == time);
  parse_http_date(input);

  http::Fields fields;
  for (auto name : {"If-Match", "If-None-Match", "If-Range", "If-Modified-Since", "Range"}) {
    fields.add(name, std::string(input));
  }
  http::Validators known{http::EntityTag{"x", false}, Time{}};
  http::evaluate_conditions("GET", fields, known);
}
