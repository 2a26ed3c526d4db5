// Sessions: signing in and out.
#include "api/answers.h"
#include "api/json_of.h"
#include "api/routes.h"

namespace tapedeck::api {

Task<http::Response> sign_in(Context& context, Call& call) {
  count_sign_in(context, call.request);
  auto body = co_await read_object(call);
  auto username = require_string(body, "username");
  auto password = require_string(body, "password");
  auto made = co_await context.parts.accounts.sign_in(username, password);
  co_return answer_json(201, json_of(made.first, made.second));
}

Task<http::Response> list_sessions(Context& context, Call& call) {
  auto tokens = co_await context.parts.accounts.list_tokens(call.who().account);
  json::array items;
  for (const auto& token : tokens) {
    if (token.kind != TokenKind::session) continue;
    auto item = json_of(token);
    item["current"] = call.who().token == token.id;
    items.push_back(std::move(item));
  }
  co_return answer_json(200, {{"items", std::move(items)}});
}

Task<http::Response> end_session(Context& context, Call& call) {
  auto id = parse_id<TokenId>(call);
  co_await context.parts.accounts.remove_token(call.who().account, id);
  co_return answer_nothing();
}

Task<http::Response> end_current_session(Context& context, Call& call) {
  auto id = call.who().token;
  if (!id) throw Error(Fault::conflict, "This call has no session that could end.");
  co_await context.parts.accounts.remove_token(call.who().account, *id);
  co_return answer_nothing();
}

Task<http::Response> end_all_sessions(Context& context, Call& call) {
  co_await context.parts.accounts.sign_out_everywhere(call.who().account);
  co_return answer_nothing();
}

}  // namespace tapedeck::api
