#include <fmt/format.h>

#include "base/encoding.h"
#include "base/env.h"
#include "base/run_task.h"
#include "http/client.h"
#include "http/target.h"
#include "main/admin_door.h"
#include "main/answers.h"
#include "main/doctor.h"
#include "main/server_door.h"

namespace tapedeck {

namespace {

constexpr ByteCount answer_bytes_max = MiB;

struct Answer {
  int status = 0;
  std::string body;
};

Task<Answer> ask(const Config& config, std::string method, std::string target, std::string sent) {
  auto origin = http::parse_origin(config.server);
  if (!origin) throw Error(Fault::invalid, config.server + " is not a server's URL");
  http::Client client(*origin, {});
  http::ClientRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  if (!config.token.empty()) request.fields.set("Authorization", "Bearer " + config.token);
  MemorySource body(sent);
  if (!sent.empty()) {
    request.body = &body;
    request.body_bytes = sent.size();
  }
  auto response = co_await client.send(request);
  Answer answer;
  answer.status = response.status;
  if (response.body) answer.body = co_await read_all(*response.body, answer_bytes_max);
  co_return answer;
}

/// Runs one check; what it throws is what it found.
template <class Work>
Check check(std::string name, std::string cure, Work work) {
  try {
    return {std::move(name), true, work(), ""};
  } catch (const std::exception& error) {
    return {std::move(name), false, error.what(), std::move(cure)};
  }
}

std::string expect_ok(const Config& config, const std::string& path) {
  auto answer = run_task(ask(config, "GET", path, ""));
  if (answer.status == 200) return config.server + path;
  throw Error(Fault::unavailable,
              fmt::format("{}{} answers {}: {}", config.server, path, answer.status, answer.body));
}

/// As a client does it: store, play, compare, remove.
std::string round_trip(const Config& config) {
  SystemEnv env;
  auto bytes = "tapedeck doctor " + Ulid::make(env).text();
  auto stored = run_task(ask(config, "POST", "/api/v1/recordings?filename=doctor.txt", bytes));
  if (stored.status != 201) {
    throw Error(Fault::unavailable,
                fmt::format("storing answers {}: {}", stored.status, stored.body));
  }
  auto id = find_string(parse_json_object(stored.body), "id").value_or("");
  auto target = "/api/v1/recordings/" + http::percent_encode(id);
  auto played = run_task(ask(config, "GET", target + "/audio", ""));
  run_task(ask(config, "DELETE", target, ""));
  auto removed = run_task(ask(config, "DELETE", target + "?permanent=1", ""));
  if (played.status != 200 || played.body != bytes) {
    throw Error(Fault::unavailable, "what was played is not what was stored");
  }
  if (removed.status != 204) throw Error(Fault::unavailable, "removing it failed");
  return "stored, played and removed a recording through " + config.server;
}

/// An account for a moment, so that no person's recordings are touched.
class Patient {
 public:
  explicit Patient(const Config& config) : door_(config, AdminDoor::Missing::refuse) {
    SystemEnv env;
    std::array<unsigned char, 24> random{};
    env.fill_random(random);
    name_ = "doctor-" + Ulid::make(env).text();
    auto password = to_base64url({reinterpret_cast<const char*>(random.data()), random.size()});
    door_.call("POST", "/admin/v1/users",
               json::object{{"username", name_}, {"password", password}});
  }
  ~Patient() {
    try {
      door_.call("DELETE", "/admin/v1/users/" + name_);
    } catch (const std::exception&) {
      // It holds nothing, and the checks have said already that the server does not answer.
    }
  }
  Patient(const Patient&) = delete;
  Patient& operator=(const Patient&) = delete;

  std::string make_token() {
    json::object wanted{{"name", "doctor"}, {"expires_in", 300}, {"scopes", {"read", "write"}}};
    auto answer = door_.call("POST", "/admin/v1/users/" + name_ + "/tokens", wanted);
    return find_string(answer.as_object(), "token").value_or("");
  }

 private:
  AdminDoor door_;
  std::string name_;
};

}  // namespace

std::vector<Check> examine_server(const Config& config) {
  std::vector<Check> checks;
  auto reach = "Is it the right --server, and does a proxy or firewall stand between?";
  checks.push_back(check("serves", reach, [&] { return expect_ok(config, "/healthz"); }));
  if (!checks.back().good) return checks;
  checks.push_back(check("ready", "The checks in its answer name what does not work.",
                         [&] { return expect_ok(config, "/readyz"); }));
  checks.push_back(check("round trip", "The server's log has the request and its reason.", [&] {
    if (!server_runs(config)) {
      if (!config.token.empty()) return round_trip(config);
      throw Error(Fault::invalid, "no token to try it with: set TAPEDECK_TOKEN");
    }
    Patient patient(config);
    auto with_token = config;
    with_token.token = patient.make_token();
    return round_trip(with_token);
  }));
  return checks;
}

}  // namespace tapedeck
