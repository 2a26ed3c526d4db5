// Router: which function answers which method and path. The table in routes.cc is the whole HTTP
// surface on one screen.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/draft_fields.h"
#include "base/task.h"
#include "core/caller.h"
#include "http/message.h"

namespace tapedeck::api {

/// One request on its way through the Api.
struct Call {
  http::Request& request;
  std::string request_id;
  std::optional<Caller> caller;  // set for routes that need a token
  std::vector<std::string>
      parameters;                   // what the "{name}" segments of the pattern matched, decoded
  std::string allowed = {};         // methods of this path, for Allow
  std::optional<Draft> draft = {};  // set when it speaks the draft on resumable uploads
  bool resumable = false;           // a 104 told the client where the upload can go on

  /// The verified caller; for routes with Access::token.
  const Caller& who() const { return *caller; }
};

/// What a route needs before its function is called.
enum class Access {
  open,      // nothing
  token,     // a bearer token; `scope` says which right
  original,  // nothing: the original server's routes check their own Authorization header, in the
             // original's order and with its bodies
};

struct Route {
  std::string method;
  std::string pattern;  // "/api/v1/recordings/{id}/audio"
  Access access = Access::open;
  std::optional<Scope> scope;  // with Access::token; nothing: any valid token
  std::function<Task<http::Response>(Call&)> answer;
};

/// What a path leads to.
struct Match {
  const Route* route = nullptr;  // null with a non-empty `allowed`: 405
  std::vector<std::string> parameters;
  std::string allowed;    // methods of this path, for Allow; empty: there is no such path
  bool original = false;  // the path is one of the original server's
};

class Router {
 public:
  void add(Route route);
  /// The route with that method whose pattern matches; of several the one with the most literal
  /// segments. HEAD finds its own route, else that of GET. A "{name}" segment matches any one
  /// non-empty segment; an empty one at the end, a slash, counts for nothing. Valid until the next
  /// add().
  Match find(std::string_view method, const std::vector<std::string>& path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Entry {
    std::vector<std::string> pattern;
    std::size_t literals = 0;
  };
  std::vector<Route> routes_;
  std::vector<Entry> entries_;  // beside routes_
};

}  // namespace tapedeck::api
