#include "core/caller.h"

#include <fmt/format.h>

#include "base/error.h"

namespace tapedeck {

namespace {

const char* name_of(Scope scope) {
  switch (scope) {
    case Scope::capture:
      return "capture";
    case Scope::read:
      return "read";
    case Scope::write:
      return "write";
    case Scope::admin:
      return "admin";
  }
  return "?";
}

}  // namespace

bool allows(const Caller& caller, Scope scope) {
  if (scope == Scope::admin) return caller.admin;
  if (scope == Scope::capture && caller.scopes.has(Scope::write)) return true;
  return caller.scopes.has(scope);
}

void require(const Caller& caller, Scope scope) {
  if (allows(caller, scope)) return;
  throw Error(
      Fault::forbidden,
      fmt::format("This token lacks the scope \"{}\": use one that has it.", name_of(scope)));
}

}  // namespace tapedeck
