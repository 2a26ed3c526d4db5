// Personal tokens: named, scoped, shown once.
#include "api/answers.h"
#include "api/json_of.h"
#include "api/new_token.h"
#include "api/routes.h"

namespace tapedeck::api {

Task<http::Response> add_token(Context& context, Call& call) {
  auto body = co_await read_object(call);
  auto wanted = parse_new_token(body);
  auto issued = co_await context.parts.accounts.add_token(call.who(), wanted);
  json::object answer{{"token", issued.text}};
  for (const auto& member : json_of(issued.token)) answer[member.key()] = member.value();
  co_return answer_json(201, answer);
}

Task<http::Response> list_tokens(Context& context, Call& call) {
  auto tokens = co_await context.parts.accounts.list_tokens(call.who().account);
  json::array items;
  for (const auto& token : tokens) {
    if (token.kind != TokenKind::session) items.push_back(json_of(token));
  }
  co_return answer_json(200, {{"items", std::move(items)}});
}

Task<http::Response> remove_token(Context& context, Call& call) {
  auto id = parse_id<TokenId>(call);
  co_await context.parts.accounts.remove_token(call.who().account, id);
  co_return answer_nothing();
}

}  // namespace tapedeck::api
