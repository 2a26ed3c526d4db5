#include "api/admin.h"

#include "api/admin_accounts.h"
#include "api/problem.h"
#include "base/error.h"
#include "base/id.h"
#include "base/json.h"

namespace tapedeck::api {

namespace {

constexpr ByteCount body_bytes_max = 64 * KiB;
constexpr std::size_t page_accounts = 200;

http::Response lines_answer(std::unique_ptr<ByteSource> lines) {
  auto response = http::make_response(200);
  response.fields.set("Content-Type", "application/x-ndjson");
  response.body = std::move(lines);
  return response;
}

}  // namespace

struct Admin::Inside {
  Inside(AdminParts given, std::function<bool()> is_stopping)
      : parts(std::move(given)), stopping(std::move(is_stopping)), started_at(parts.env.now()) {
    add_account_routes(router, parts);
    add("GET", "/admin/v1/status", &Inside::status);
    add("POST", "/admin/v1/sweep", &Inside::sweep);
    add("POST", "/admin/v1/verify", &Inside::verify);
    add("POST", "/admin/v1/check-catalog", &Inside::check_catalog);
    add("POST", "/admin/v1/backup", &Inside::backup);
    add("GET", "/admin/v1/mode", &Inside::show_mode);
    add("POST", "/admin/v1/mode", &Inside::set_mode);
  }

  void add(const char* method, const char* pattern, Task<http::Response> (Inside::*answer)(Call&)) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.answer = [this, answer](Call& call) { return (this->*answer)(call); };
    router.add(std::move(route));
  }

  Task<http::Response> route(http::Request& request, const std::string& request_id) {
    auto match = router.find(request.method, request.target.segments);
    if (!request.local || (!match.route && match.allowed.empty())) {
      throw Error(Fault::not_found, "There is nothing here.");
    }
    if (!match.route) {
      co_return make_problem(Refusal::method_not_allowed, "Use one of: " + match.allowed,
                             request_id);
    }
    Call call{request, request_id, std::nullopt, match.parameters};
    auto response = co_await match.route->answer(call);
    co_return response;
  }

  Task<http::Response> status(Call&) {
    std::uint64_t accounts = 0;
    ByteCount used = 0;
    std::optional<AccountId> after;
    do {
      auto page = co_await parts.catalog.list_accounts(after, page_accounts);
      accounts += page.accounts.size();
      for (const auto& account : page.accounts) used += account.used_bytes;
      after = page.next;
    } while (after);
    auto free = co_await parts.blobs.free_bytes();
    auto now = parts.env.now();
    auto uptime = std::chrono::duration_cast<std::chrono::seconds>(now - started_at);
    json::object body{{"version", parts.version},
                      {"now", format_rfc3339(now)},
                      {"started_at", format_rfc3339(started_at)},
                      {"uptime_seconds", uptime.count()},
                      {"accounts", accounts},
                      {"used_bytes", used}};
    body["free_bytes"] = free ? json::value(*free) : json::value();
    co_return http::make_response(200, "application/json", json::serialize(body));
  }

  static http::Response mode_answer(CatalogMode mode) {
    json::object body{{"mode", text_of(mode)}};
    return http::make_response(200, "application/json", json::serialize(body));
  }

  Task<http::Response> show_mode(Call&) {
    auto mode = co_await parts.catalog.find_mode();
    co_return mode_answer(mode);
  }

  Task<http::Response> set_mode(Call& call) {
    auto text = co_await read_all(*call.request.body, body_bytes_max);
    auto body = parse_json_object(text);
    auto mode = parse_mode(find_string(body, "mode").value_or(""));
    if (!mode || *mode == CatalogMode::filling) {
      throw Error(Fault::invalid, "The mode must be \"open\" or \"read-only\".");
    }
    co_await parts.catalog.set_mode(*mode);
    parts.log.warning("the catalog has another mode", {{"mode", text_of(*mode)}});
    co_return mode_answer(*mode);
  }

  Task<http::Response> sweep(Call&) { co_return start(parts.sweep); }
  Task<http::Response> verify(Call&) { co_return start(parts.verify); }
  Task<http::Response> check_catalog(Call&) { co_return start(parts.check_catalog); }

  Task<http::Response> backup(Call& call) {
    auto text = co_await read_all(*call.request.body, body_bytes_max);
    auto body = parse_json_object(text);
    auto destination = find_string(body, "destination").value_or("");
    if (!destination.starts_with('/')) {
      throw Error(Fault::invalid, "The destination must be an absolute path on the server.");
    }
    auto job = [run = parts.backup, destination](const EmitLine& emit) { run(destination, emit); };
    co_return start(job);
  }

  http::Response start(LineJob job) {
    return lines_answer(start_lines(parts.chores, parts.log, std::move(job), stopping));
  }

  AdminParts parts;
  const std::function<bool()> stopping;
  const Time started_at;
  Router router;
};

Admin::Admin(AdminParts parts) : stopping_(std::make_shared<std::atomic<bool>>(false)) {
  auto stopping = [flag = stopping_] { return flag->load(); };
  inside_ = std::make_unique<Inside>(std::move(parts), stopping);
}
Admin::~Admin() {
  begin_stopping();
}

Task<http::Response> Admin::serve(http::Request& request) {
  auto request_id = Ulid::make(inside_->parts.env).text();
  Error failure(Fault::internal, "");
  try {
    auto response = co_await inside_->route(request, request_id);
    response.fields.set("X-Request-Id", request_id);
    co_return response;
  } catch (const Error& error) {
    failure = error;
  } catch (const std::exception& error) {
    failure = Error(Fault::internal, error.what());
  }
  if (failure.fault() == Fault::internal || failure.fault() == Fault::unavailable) {
    inside_->parts.log.error("an admin's request failed",
                             {{"request_id", request_id}, {"detail", failure.what()}});
  }
  auto response = make_problem(failure, request_id);
  response.fields.set("X-Request-Id", request_id);
  co_return response;
}

}  // namespace tapedeck::api
