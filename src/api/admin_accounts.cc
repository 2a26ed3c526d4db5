#include "api/admin_accounts.h"

#include "api/json_of.h"
#include "api/new_token.h"
#include "base/error.h"
#include "base/json.h"

namespace tapedeck::api {

namespace {

constexpr ByteCount body_bytes_max = 64 * KiB;
constexpr std::size_t page_accounts = 200;

http::Response json_answer(int status, const json::value& body) {
  return http::make_response(status, "application/json", json::serialize(body));
}

Task<json::object> read_object(http::Request& request) {
  auto text = co_await read_all(*request.body, body_bytes_max);
  co_return parse_json_object(text);
}

std::string_view name_of(AccountState state) {
  switch (state) {
    case AccountState::active:
      return "active";
    case AccountState::disabled:
      return "disabled";
    case AccountState::closing:
      return "closing";
  }
  return "closing";
}

json::object account_json(const Account& account) {
  auto object = json_of(account);
  object["state"] = name_of(account.state);
  return object;
}

/// Absent: nothing. null: no limit.
std::optional<std::optional<ByteCount>> quota_of(const json::object& body) {
  auto member = body.find("quota_bytes");
  if (member == body.end()) return std::nullopt;
  if (member->value().is_null()) return std::optional<ByteCount>();
  auto bytes = find_integer(body, "quota_bytes");
  if (*bytes < 0) throw Error(Fault::invalid, "quota_bytes must not be negative.");
  return std::optional(static_cast<ByteCount>(*bytes));
}

std::string required(const json::object& body, std::string_view name) {
  auto text = find_string(body, name);
  if (!text) throw Error(Fault::invalid, "The body must have " + std::string(name) + ".");
  return *text;
}

AccountPatch patch_of(const json::object& body, const Account& account) {
  AccountPatch patch;
  patch.quota_bytes = quota_of(body);
  patch.admin = find_bool(body, "admin");
  auto state = find_string(body, "state");
  if (!state) return patch;
  if (account.state == AccountState::closing) {
    throw Error(Fault::conflict, "That account was deleted by its owner and cannot come back.");
  }
  if (*state != "active" && *state != "disabled") {
    throw Error(Fault::invalid, "The state must be active or disabled.");
  }
  patch.state = *state == "active" ? AccountState::active : AccountState::disabled;
  return patch;
}

/// The admin's hand on somebody's account: every right, no token.
Caller caller_for(const Account& account) {
  Caller caller;
  caller.account = account.id;
  caller.username = account.username;
  caller.admin = account.admin;
  caller.scopes.add(Scope::capture).add(Scope::read).add(Scope::write);
  if (account.admin) caller.scopes.add(Scope::admin);
  return caller;
}

class AccountRoutes {
 public:
  explicit AccountRoutes(AdminParts& parts) : parts_(parts) {}

  Task<http::Response> list(Call&) {
    json::array items;
    std::optional<AccountId> after;
    do {
      auto page = co_await parts_.catalog.list_accounts(after, page_accounts);
      for (const auto& account : page.accounts) items.push_back(account_json(account));
      after = page.next;
    } while (after);
    json::object body{{"items", std::move(items)}};
    co_return json_answer(200, body);
  }

  Task<http::Response> add(Call& call) {
    auto body = co_await read_object(call.request);
    auto username = required(body, "username");
    auto password = required(body, "password");
    auto admin = find_bool(body, "admin").value_or(false);
    auto quota = quota_of(body).value_or(default_quota_);
    auto account = co_await parts_.accounts.add_account(username, password, admin, quota);
    co_return json_answer(201, account_json(account));
  }

  Task<http::Response> change(Call& call) {
    auto account = co_await find(call);
    auto body = co_await read_object(call.request);
    auto patch = patch_of(body, account);
    auto password = find_string(body, "password");
    if (password) co_await parts_.accounts.set_password(account.id, *password);
    auto changed = co_await parts_.catalog.change_account(account.id, patch);
    if (!changed) throw Error(Fault::not_found, "That account is gone.");
    co_return json_answer(200, account_json(*changed));
  }

  Task<http::Response> remove(Call& call) {
    auto account = co_await find(call);
    co_await parts_.accounts.close(account.id);
    co_return http::make_response(204);
  }

  Task<http::Response> list_tokens(Call& call) {
    auto account = co_await find(call);
    auto tokens = co_await parts_.accounts.list_tokens(account.id);
    json::array items;
    for (const auto& token : tokens) items.push_back(json_of(token));
    json::object body{{"items", std::move(items)}};
    co_return json_answer(200, body);
  }

  Task<http::Response> add_token(Call& call) {
    auto account = co_await find(call);
    auto body = co_await read_object(call.request);
    auto wanted = parse_new_token(body);
    auto caller = caller_for(account);
    auto issued = co_await parts_.accounts.add_token(caller, wanted);
    auto answer = json_of(issued.token);
    answer["token"] = issued.text;
    co_return json_answer(201, answer);
  }

  Task<http::Response> remove_token(Call& call) {
    auto account = co_await find(call);
    auto id = TokenId::parse(call.parameters.at(1));
    if (!id) throw Error(Fault::not_found, "There is no such token; `token list` shows them.");
    co_await parts_.accounts.remove_token(account.id, *id);
    co_return http::make_response(204);
  }

  Task<http::Response> invite(Call& call) {
    auto body = co_await read_object(call.request);
    auto admin = find_bool(body, "admin").value_or(false);
    auto text = co_await parts_.accounts.invite(admin);
    json::object answer{{"invitation", text}, {"admin", admin}};
    co_return json_answer(201, answer);
  }

 private:
  Task<Account> find(Call& call) {
    const auto& username = call.parameters.at(0);
    auto account = co_await parts_.catalog.find_account_by_username(username);
    if (!account) {
      throw Error(Fault::not_found,
                  "There is no user \"" + username + "\". `tapedeck user list` shows all of them.");
    }
    co_return *account;
  }

  AdminParts& parts_;
  std::optional<ByteCount> default_quota_ = parts_.default_quota_bytes;
};

}  // namespace

void add_account_routes(Router& router, AdminParts& parts) {
  auto routes = std::make_shared<AccountRoutes>(parts);
  auto add = [&](const char* method, const char* pattern,
                 Task<http::Response> (AccountRoutes::*answer)(Call&)) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.answer = [routes, answer](Call& call) { return (routes.get()->*answer)(call); };
    router.add(std::move(route));
  };
  add("GET", "/admin/v1/users", &AccountRoutes::list);
  add("POST", "/admin/v1/users", &AccountRoutes::add);
  add("PATCH", "/admin/v1/users/{username}", &AccountRoutes::change);
  add("DELETE", "/admin/v1/users/{username}", &AccountRoutes::remove);
  add("GET", "/admin/v1/users/{username}/tokens", &AccountRoutes::list_tokens);
  add("POST", "/admin/v1/users/{username}/tokens", &AccountRoutes::add_token);
  add("DELETE", "/admin/v1/users/{username}/tokens/{id}", &AccountRoutes::remove_token);
  add("POST", "/admin/v1/invitations", &AccountRoutes::invite);
}

}  // namespace tapedeck::api
