#include "api/router.h"

#include <gtest/gtest.h>

namespace tapedeck::api {
namespace {

Router small_router() {
  Router router;
  for (auto [method, pattern] : {std::pair{"GET", "/things"},
                                 {"PUT", "/things/{name}"},
                                 {"GET", "/things/{id}"},
                                 {"GET", "/things/all"},
                                 {"DELETE", "/things/{id}/part/{part}"},
                                 {"GET", "/"}}) {
    router.add({method, pattern, Access::open, std::nullopt, nullptr});
  }
  router.add({"GET", "/old", Access::original, std::nullopt, nullptr});
  return router;
}

struct Case {
  std::string method;
  std::vector<std::string> segments;
  std::string pattern;  // empty: no route
  std::vector<std::string> parameters = {};
};

TEST(Router, FindsTheMostLiteralPattern) {
  const auto router = small_router();
  const Case cases[]{
      {"GET", {"things"}, "/things"},
      {"HEAD", {"things"}, "/things"},
      {"GET", {"things", "all"}, "/things/all"},
      {"GET", {"things", "7"}, "/things/{id}", {"7"}},
      {"PUT", {"things", "all"}, "/things/{name}", {"all"}},
      {"PUT", {"things", "a/b"}, "/things/{name}", {"a/b"}},
      {"DELETE", {"things", "7", "part", "8"}, "/things/{id}/part/{part}", {"7", "8"}},
      {"GET", {""}, "/"},
      {"GET", {"things", ""}, "/things"},
      {"GET", {"things", "", ""}, ""},
      {"GET", {"", ""}, ""},
      {"POST", {"things"}, ""},
      {"get", {"things"}, ""},
      {"GET", {}, ""},
  };
  for (const auto& given : cases) {
    auto match = router.find(given.method, given.segments);
    EXPECT_EQ(match.route != nullptr ? match.route->pattern : "", given.pattern);
    EXPECT_EQ(match.parameters, given.parameters);
  }
}

TEST(Router, NamesTheMethodsOfAPath) {
  const auto router = small_router();
  EXPECT_EQ(router.find("POST", {"things", "all"}).allowed, "PUT, GET, HEAD");
  EXPECT_EQ(router.find("POST", {"nowhere"}).allowed, "");
  EXPECT_TRUE(router.find("POST", {"old"}).original);
  EXPECT_FALSE(router.find("POST", {"things"}).original);
}

}  // namespace
}  // namespace tapedeck::api
