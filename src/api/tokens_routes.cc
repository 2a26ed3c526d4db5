// Personal tokens: named, scoped, shown once.
#include "api/answers.h"
#include "api/json_of.h"
#include "api/routes.h"
#include "core/text.h"

namespace tapedeck::api {

namespace {

constexpr std::size_t name_bytes_max = 200;
constexpr std::int64_t live_max = 1'000'000;
constexpr std::chrono::seconds lifetime_max = std::chrono::hours(24 * 365 * 10);

TokenLimits parse_limits(const json::object& body) {
  TokenLimits limits;
  if (auto bytes = find_integer(body, "max_bytes")) {
    if (*bytes < 1) throw Error(Fault::invalid, "The member \"max_bytes\" is a number above 0.");
    limits.recording_bytes_max = static_cast<ByteCount>(*bytes);
  }
  if (auto live = find_integer(body, "max_live")) {
    if (*live < 1 || *live > live_max) {
      throw Error(Fault::invalid, "The member \"max_live\" is a number from 1 to 1000000.");
    }
    limits.live_max = static_cast<std::uint32_t>(*live);
  }
  if (auto seconds = find_lifetime(body, "max_seconds", lifetime_max)) {
    limits.recording_time_max = *seconds;
  }
  return limits;
}

NewToken parse_new_token(const json::object& body) {
  NewToken wanted;
  wanted.name = clean_line(require_string(body, "name"), name_bytes_max);
  if (wanted.name.empty()) throw Error(Fault::invalid, "Give the token a name to know it by.");
  auto scopes = find_strings(body, "scopes");
  if (!scopes || scopes->empty()) {
    throw Error(Fault::invalid, "Say in \"scopes\" what it may do: [\"read\"], for example.");
  }
  wanted.scopes = parse_scopes(*scopes);
  wanted.limits = parse_limits(body);
  if (auto lifetime = find_lifetime(body, "expires_in", lifetime_max)) wanted.lifetime = *lifetime;
  return wanted;
}

}  // namespace

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
