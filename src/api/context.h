// Context: what every route's function may reach besides its call.
#pragma once

#include <atomic>

#include "api/api.h"
#include "api/limits.h"

namespace tapedeck::api {

/// Lives as long as the Api. Safe for concurrent use.
struct Context {
  Context(Parts given, Options chosen)
      : parts(given), options(std::move(chosen)), sign_ins(options.sign_ins_per_minute) {}

  const Parts parts;
  const Options options;
  AddressLimit sign_ins;  // sign-ups, sign-ins and the original's logins
  std::atomic<bool> stopping{false};
};

/// Counts an attempt to sign in or up. Throws Error{limited}.
void count_sign_in(Context& context, const http::Request& request);

}  // namespace tapedeck::api
