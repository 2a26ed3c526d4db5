// A JSON body is an object or a refusal, whatever it is; its members are read by type.
#include "base/error.h"
#include "base/json.h"
#include "tests/fuzz/fuzz.h"

using namespace tapedeck;

FUZZ(input) {
  try {
    auto object = parse_json_object(input);
    for (const auto& member : object) {
      auto name = std::string_view(member.key());
      try {
        find_string(object, name);
        find_strings(object, name);
        find_integer(object, name);
      } catch (const Error& error) {
        HOLDS(error.fault() == Fault::invalid);
      }
    }
  } catch (const Error& error) {
    HOLDS(error.fault() == Fault::invalid);
  }
}
