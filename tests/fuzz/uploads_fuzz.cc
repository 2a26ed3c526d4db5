// The fields of tus and of the draft: what is accepted keeps its promises, the rest is invalid.
#include <set>

#include "api/draft_fields.h"
#include "api/tus_fields.h"
#include "base/error.h"
#include "tests/fuzz/fuzz.h"

using namespace tapedeck;

namespace {

template <class Read>
void read_field(std::string_view input, const char* name, Read read) {
  http::Fields fields;
  fields.add(name, std::string(input));
  try {
    read(fields);
  } catch (const Error& error) {
    HOLDS(error.fault() == Fault::invalid);
  }
}

void read_metadata(std::string_view input) {
  auto metadata = api::parse_metadata(input);
  std::set<std::string> keys;
  for (const auto& [key, value] : metadata) {
    HOLDS(!key.empty() && key.find_first_of(" ,") == std::string::npos);
    HOLDS(keys.insert(key).second);
    HOLDS(value.size() <= input.size());
  }
  api::describe(metadata);
}

void read_draft(std::string_view input) {
  for (auto name : {"Upload-Complete", "Upload-Incomplete", "Upload-Draft-Interop-Version"}) {
    http::Request request;
    request.fields.add(name, std::string(input));
    auto draft = api::find_draft(request);
    if (draft && draft->version) HOLDS(*draft->version >= 3 && *draft->version <= 8);
  }
  http::Fields fields;
  fields.add("Upload-Offset", std::string(input));
  auto count = api::find_draft_count(fields, "Upload-Offset");
  if (count) HOLDS(*count < 1'000'000'000'000'000);
}

}  // namespace

FUZZ(input) {
  read_metadata(input);
  read_draft(input);
  read_field(input, "Upload-Length", [](const http::Fields& fields) {
    auto count = api::find_count(fields, "Upload-Length");
    HOLDS(count && *count <= ~ByteCount{0} >> 1);
  });
  read_field(input, "Upload-Checksum", [](const http::Fields& fields) {
    auto checksum = api::find_checksum(fields);
    HOLDS(checksum && checksum->second.size() >= 4 && checksum->second.size() <= 32);
  });
  read_field(input, "Upload-Concat", [](const http::Fields& fields) {
    auto concatenation = api::find_concatenation(fields);
    HOLDS(concatenation && concatenation->partial == concatenation->secrets.empty());
  });
}
