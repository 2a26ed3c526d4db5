// The OpenAPI document against the routes, both ways, and against itself.
#include <set>

#include "api/harness.h"
#include "api/routes.h"

namespace tapedeck::api {
namespace {

/// "GET /a/{}": parameters have one name for all methods of a path there.
std::string operation_name(std::string method, const std::string& pattern) {
  for (auto& c : method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string name = method + " ";
  bool inside = false;
  for (char c : pattern) {
    if (!inside || c == '}') name += c;
    if (c == '{') inside = true;
    if (c == '}') inside = false;
  }
  return name;
}

json::object contract(ApiHarness& server) {
  return server.get("/api/v1/openapi.json").object();
}

std::set<std::string> documented(const json::object& document) {
  std::set<std::string> names;
  for (const auto& [path, item] : document.at("paths").as_object()) {
    for (const auto& [method, operation] : item.as_object()) {
      if (operation.is_object())
        names.insert(operation_name(std::string(method), std::string(path)));
    }
  }
  return names;
}

TEST(OpenApi, DocumentsEveryRouteAndNothingElse) {
  ApiHarness server;
  Context context(
      {server.world.accounts, server.world.recordings, server.world.uploads, server.world.direct,
       server.world.catalog, server.world.blobs, server.signer, server.world.env, server.world.log},
      {});
  Router router;
  add_routes(router, context);
  std::set<std::string> routes;
  for (const auto& route : router.routes()) {
    EXPECT_TRUE(routes.insert(operation_name(route.method, route.pattern)).second) << route.pattern;
  }
  EXPECT_EQ(documented(contract(server)), routes);
}

void check_references(const json::value& at, const json::object& document, int& count) {
  if (at.is_array()) {
    for (const auto& item : at.as_array()) check_references(item, document, count);
  }
  if (!at.is_object()) return;
  for (const auto& [key, value] : at.as_object()) {
    if (key != "$ref") {
      check_references(value, document, count);
      continue;
    }
    ++count;
    auto pointer = std::string(value.as_string());
    ASSERT_TRUE(pointer.starts_with("#/")) << pointer;
    boost::system::error_code failed;
    json::value whole = document;
    EXPECT_NE(whole.find_pointer(pointer.substr(1), failed), nullptr) << pointer;
  }
}

TEST(OpenApi, EveryReferenceResolves) {
  ApiHarness server;
  auto document = contract(server);
  int count = 0;
  check_references(document, document, count);
  EXPECT_GT(count, 100);
}

TEST(OpenApi, EveryOperationIsComplete) {
  ApiHarness server;
  auto document = contract(server);
  EXPECT_EQ(document["openapi"], "3.1.0");
  std::set<std::string> ids;
  for (const auto& [path, item] : document.at("paths").as_object()) {
    for (const auto& [method, given] : item.as_object()) {
      SCOPED_TRACE(std::string(method) + " " + std::string(path));
      const auto& operation = given.as_object();
      EXPECT_TRUE(ids.insert(std::string(operation.at("operationId").as_string())).second);
      EXPECT_FALSE(operation.at("summary").as_string().empty());
      EXPECT_EQ(operation.at("tags").as_array().size(), 1u);
      EXPECT_GE(operation.at("responses").as_object().size(), 1u);
      auto parameter = std::string_view(path).find('{') != std::string_view::npos;
      EXPECT_TRUE(!parameter || operation.contains("parameters"));
      if (!operation.contains("security")) {
        EXPECT_TRUE(operation.at("responses").as_object().contains("401"));
      }
    }
  }
}

/// The names that an object of this schema must and may have.
void check_members(const json::object& document, const json::object& schema,
                   const json::object& value) {
  const auto& properties = schema.at("properties").as_object();
  for (const auto& [name, member] : value) EXPECT_TRUE(properties.contains(name)) << name;
  if (!schema.contains("required")) return;
  for (const auto& name : schema.at("required").as_array()) {
    EXPECT_TRUE(value.contains(name.as_string())) << name.as_string();
  }
  (void)document;
}

TEST(OpenApi, AnswersHaveTheMembersOfTheirSchemas) {
  ApiHarness server;
  auto document = contract(server);
  const auto& schemas = document.at("components").at("schemas").as_object();
  auto me = server.sign_up();
  auto id = server.upload(me);
  const std::pair<std::string, json::object> answers[]{
      {"Recording", server.get(path(id), me).object()},
      {"Recording", schemas.at("Recording").at("example").as_object()},
      {"User", server.get("/api/v1/users/me", me).object()},
      {"PlaybackUrl", server.post(path(id, "/playback-urls"), me, "").object()},
      {"Readiness", server.get("/readyz").object()},
      {"ClientConfig", server.get("/api/v1/config").object()},
      {"DirectUpload", server
                           .ask({"POST",
                                 "/api/v1/uploads",
                                 me,
                                 {{"Content-Type", "application/json"}},
                                 R"({"mode": "direct", "length": 150})"})
                           .object()},
      {"Problem", server.get("/nowhere").object()},
      {"SignedIn",
       server.post("/api/v1/sessions", "", R"({"username": "ann", "password": "correct horse"})")
           .object()},
      {"Change", server.get("/api/v1/recordings/changes", me).object()["items"].at(0).as_object()},
  };
  for (const auto& [name, answer] : answers) {
    SCOPED_TRACE(name);
    check_members(document, schemas.at(name).as_object(), answer);
  }
}

TEST(OpenApi, ExamplesOfBodiesAreTaken) {
  ApiHarness server;
  auto document = contract(server);
  auto example = [&](const std::string& path, const std::string& method) {
    const auto& operation = document.at("paths").at(path).at(method);
    return json::serialize(
        operation.at("requestBody").at("content").at("application/json").at("example"));
  };
  auto made = server.post("/api/v1/users", "", example("/api/v1/users", "post"));
  ASSERT_EQ(made.status, 201) << made.body;
  auto me = "Bearer " + made.text("token");
  auto id = server.upload(me);
  EXPECT_EQ(server.post("/api/v1/sessions", "", example("/api/v1/sessions", "post")).status, 201);
  EXPECT_EQ(server.post("/api/v1/tokens", me, example("/api/v1/tokens", "post")).status, 201);
  auto urls = "/api/v1/recordings/{id}/playback-urls";
  EXPECT_EQ(server.post(path(id, "/playback-urls"), me, example(urls, "post")).status, 201);
  auto patch = example("/api/v1/recordings/{id}", "patch");
  EXPECT_EQ(server.ask({"PATCH", path(id), me, {}, patch}).status, 200);
}

TEST(Pages, NameNoOtherHost) {
  ApiHarness server;
  for (auto target : {"/", "/setup", "/api/v1/docs", "/assets/docs.js", "/assets/setup.js",
                      "/assets/pages.css"}) {
    auto answer = server.get(target);
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_THAT(answer.body, testing::Not(testing::HasSubstr("//cdn"))) << target;
    EXPECT_THAT(answer.body, testing::Not(testing::HasSubstr("https:"))) << target;
    EXPECT_THAT(answer.body, testing::Not(testing::HasSubstr("innerHTML"))) << target;
    EXPECT_THAT(answer.field("Content-Security-Policy"),
                testing::HasSubstr("default-src 'none'; script-src 'self'; style-src 'self'; "
                                   "connect-src 'self'"));
  }
}

}  // namespace
}  // namespace tapedeck::api
