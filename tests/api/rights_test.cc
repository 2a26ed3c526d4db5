// Who may do what: every route against other accounts' ids and against every scope.
#include <set>

#include "api/harness.h"
#include "api/routes.h"

namespace tapedeck::api {
namespace {

/// The routes as the server has them.
struct Surface {
  explicit Surface(ApiHarness& server)
      : context({server.world.accounts, server.world.recordings, server.world.uploads,
                 server.world.direct, server.world.catalog, server.world.blobs, server.signer,
                 server.world.env, server.world.log},
                {}) {
    add_routes(router, context);
  }
  Context context;
  Router router;
};

std::string with(std::string pattern, const std::string& value) {
  auto open = pattern.find('{');
  if (open == std::string::npos) return pattern;
  return pattern.replace(open, pattern.find('}') - open + 1, value);
}

TEST(Rights, EveryRouteWithAnIdTakesSomebodyElsesForAbsent) {
  ApiHarness server;
  Surface surface(server);
  auto ann = server.sign_up("ann");
  auto bob = server.sign_up("bob");
  auto recording = server.upload(ann);
  auto trashed = server.upload(ann, "other bytes");
  server.ask({"DELETE", path(trashed), ann});
  auto token = server.post("/api/v1/tokens", ann, R"({"name": "t", "scopes": ["read"]})");
  auto session = server.get("/api/v1/sessions", ann).object()["items"].at(0).at("id").as_string();
  const std::string ids[]{
      recording, trashed, token.text("id"), std::string(session), "01KARC0000000000000000000A",
      "no-id"};
  int asked = 0;
  for (const auto& route : surface.router.routes()) {
    if (route.pattern.find("{id}") == std::string::npos || route.access != Access::token) continue;
    for (const auto& id : ids) {
      SCOPED_TRACE(route.method + " " + route.pattern + " " + id);
      auto answer =
          server.ask({route.method, with(route.pattern, id), bob, {}, R"({"title":"x"})"});
      expect_problem(answer, 404, "not-found");
      ++asked;
    }
  }
  EXPECT_GE(asked, 8 * 6);
  EXPECT_EQ(server.get(path(recording), ann).text("title"), "");
  EXPECT_EQ(server.get(path(recording, "/audio"), ann).body, "some bytes");
  EXPECT_EQ(server.get(path(trashed), ann).status, 200);
  EXPECT_EQ(server.get("/api/v1/tokens", ann).object()["items"].as_array().size(), 1u);
}

TEST(Rights, PurgingSomebodyElsesIsAbsentToo) {
  ApiHarness server;
  auto ann = server.sign_up("ann");
  auto bob = server.sign_up("bob");
  auto id = server.upload(ann);
  server.ask({"DELETE", path(id), ann});
  expect_problem(server.ask({"DELETE", path(id, "?permanent=1"), bob}), 404, "not-found");
  EXPECT_EQ(server.get(path(id), ann).text("state"), "trashed");
}

TEST(Rights, ListsHoldOnlyOnesOwn) {
  ApiHarness server;
  auto ann = server.sign_up("ann");
  auto bob = server.sign_up("bob");
  auto id = server.upload(ann);
  for (auto list : {"/api/v1/recordings", "/api/v1/recordings?state=trashed",
                    "/api/v1/recordings/changes", "/api/v1/users/me/export"}) {
    EXPECT_THAT(server.get(list, bob).body, testing::Not(testing::HasSubstr(id))) << list;
  }
}

/// True when that scope alone is enough for the route.
bool suffices(const std::string& scope, const Route& route) {
  if (!route.scope) return true;
  switch (*route.scope) {
    case Scope::capture:
      return scope == "capture" || scope == "write";
    case Scope::read:
      return scope == "read";
    case Scope::write:
      return scope == "write";
    case Scope::admin:
      return scope == "admin";
  }
  return false;
}

TEST(Rights, EveryRouteAsksForItsScope) {
  for (const std::string scope : {"capture", "read", "write"}) {
    ApiHarness server;
    Surface surface(server);
    auto me = server.sign_up();
    auto token = server.token(me, scope);
    int allowed = 0;
    for (const auto& route : surface.router.routes()) {
      if (route.access != Access::token) continue;
      // The last of a token's rights: what ends it is asked in a server of its own.
      if (route.pattern.ends_with("/current")) continue;
      SCOPED_TRACE(scope + ": " + route.method + " " + route.pattern);
      auto answer = server.ask({route.method,
                                with(route.pattern, "01KARC0000000000000000000A"),
                                token,
                                {},
                                R"({"password": "wrong"})"});
      if (suffices(scope, route)) {
        ++allowed;
        auto refused = answer.body.find("scope") != std::string::npos;
        EXPECT_FALSE(answer.status == 403 && refused) << answer.body;
        EXPECT_NE(answer.status, 401);
      } else {
        expect_problem(answer, 403, "forbidden");
        EXPECT_THAT(answer.body, testing::HasSubstr("scope"));
      }
    }
    EXPECT_GE(allowed, 3);
  }
}

TEST(Rights, ATokenNeverMakesOneWithMoreScopes) {
  ApiHarness server;
  auto me = server.sign_up();
  auto writer = server.token(me, "write");
  expect_problem(server.post("/api/v1/tokens", writer, R"({"name": "n", "scopes": ["read"]})"), 403,
                 "forbidden");
  expect_problem(server.post("/api/v1/tokens", me, R"({"name": "n", "scopes": ["admin"]})"), 403,
                 "forbidden");
  expect_problem(server.post("/api/v1/tokens", me, R"({"name": "n", "scopes": ["root"]})"), 400,
                 "invalid");
}

TEST(Rights, AnEndedSessionAndARevokedTokenWorkNoMore) {
  ApiHarness server;
  auto me = server.sign_up();
  auto made = server.post("/api/v1/tokens", me, R"({"name": "n", "scopes": ["read"]})");
  auto token = "Bearer " + made.text("token");
  EXPECT_EQ(server.get("/api/v1/recordings", token).status, 200);
  EXPECT_EQ(server.ask({"DELETE", "/api/v1/tokens/" + made.text("id"), me}).status, 204);
  EXPECT_EQ(server.get("/api/v1/recordings", token).status, 401);
  EXPECT_EQ(server.ask({"DELETE", "/api/v1/sessions/current", me}).status, 204);
  EXPECT_EQ(server.get("/api/v1/recordings", me).status, 401);
}

}  // namespace
}  // namespace tapedeck::api
