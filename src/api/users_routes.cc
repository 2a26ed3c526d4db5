// Accounts: signing up, oneself, the export, leaving.
#include "api/answers.h"
#include "api/json_of.h"
#include "api/routes.h"
#include "core/export.h"

namespace tapedeck::api {

Task<http::Response> sign_up(Context& context, Call& call) {
  count_sign_in(context, call.request);
  auto body = co_await read_object(call);
  auto username = require_string(body, "username");
  auto password = require_string(body, "password");
  auto invitation = find_string(body, "invitation").value_or("");
  auto made = co_await context.parts.accounts.sign_up(username, password, invitation);
  co_return answer_json(201, json_of(made.first, made.second));
}

Task<http::Response> show_user(Context& context, Call& call) {
  auto account = co_await context.parts.accounts.find(call.who().account);
  co_return answer_json(200, json_of(account));
}

Task<http::Response> change_user(Context& context, Call& call) {
  count_sign_in(context, call.request);
  auto body = co_await read_object(call);
  auto id = call.who().account;
  auto old_password = find_string(body, "password").value_or("");
  auto new_password = require_string(body, "new_password");
  auto keep = call.who().token;
  co_await context.parts.accounts.change_password(id, old_password, new_password, keep);
  auto account = co_await context.parts.accounts.find(id);
  co_return answer_json(200, json_of(account));
}

Task<http::Response> close_user(Context& context, Call& call) {
  count_sign_in(context, call.request);
  auto body = co_await read_object_if_any(call);
  auto id = call.who().account;
  auto password = find_string(body, "password").value_or("");
  co_await context.parts.accounts.check_password(id, password);
  co_await context.parts.accounts.close(id);
  context.parts.log.info("account closed by its owner",
                         {{"account", id.text()}, {"request_id", call.request_id}});
  co_return answer_nothing();
}

Task<http::Response> export_user(Context& context, Call& call) {
  const auto& parts = context.parts;
  auto account = co_await parts.accounts.find(call.who().account);
  auto response = http::make_response(200);
  response.fields.set("Content-Type", "application/x-tar");
  response.fields.set("Content-Disposition", "attachment; filename=\"tapedeck-export.tar\"");
  response.body = export_account(parts.catalog, parts.recordings, account, parts.env.now());
  co_return response;
}

}  // namespace tapedeck::api
