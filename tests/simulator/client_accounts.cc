// Accounts and tokens.
#include <fmt/format.h>

#include "simulator/client.h"

namespace tapedeck::simulator {

namespace {

constexpr const char* password = "correct horse";

}  // namespace

Task<Heard> Client::sign_in() {
  auto& account = world_.model.accounts[username_];
  std::string token;
  auto act = [&](Server& server) -> Task<void> {
    auto signed_in = co_await server.accounts.sign_in(username_, password);
    token = signed_in.second.text;
  };
  auto answer = co_await request(act);
  if (answer.heard != Heard::done) co_return answer.heard;
  account.token = token;
  account.may_be_absent = false;
  co_return answer.heard;
}

/// Not to be repeated as it is: the name may be taken by the first try.
Task<Heard> Client::sign_up() {
  auto& account = world_.model.accounts[username_];
  account.may_be_absent = account.token.empty();
  for (int tried = 0; tried < world_.tries_max; ++tried) {
    std::string token;
    auto act = [&](Server& server) -> Task<void> {
      auto signed_up = co_await server.accounts.sign_up(username_, password, "");
      token = signed_up.second.text;
    };
    auto answer = co_await try_once(act);
    expect("sign up " + username_, answer);
    if (answer.heard == Heard::done) {
      account.token = token;
      account.may_be_absent = false;
      co_return Heard::done;
    }
    auto heard = co_await sign_in();
    if (heard == Heard::done) co_return heard;
    co_await rest();
  }
  co_return Heard::uncertain;
}

Task<Heard> Client::set_quota(ByteCount bytes) {
  auto& account = world_.model.accounts.at(username_);
  account.quota = bytes;
  auto act = [&](Server& server) -> Task<void> {
    auto caller = co_await identify(server);
    AccountPatch patch;
    patch.quota_bytes = bytes;
    auto changed = co_await server.catalog.change_account(caller.account, patch);
    if (!changed || changed->quota_bytes != bytes) world_.model.find("the quota is another one");
  };
  auto answer = co_await request(act);
  co_return expect("quota of " + username_, answer);
}

Task<std::string> Client::add_token() {
  std::string text;
  auto act = [&](Server& server) -> Task<void> {
    auto caller = co_await identify(server);
    NewToken wanted;
    wanted.name = "phone";
    wanted.scopes.add(Scope::capture);
    auto issued = co_await server.accounts.add_token(caller, wanted);
    text = issued.text;
  };
  auto answer = co_await request(act);
  auto heard = expect("add a token of " + username_, answer);
  if (heard != Heard::done) co_return "";
  world_.model.tokens[text] = {username_};
  co_return text;
}

Task<Heard> Client::remove_token(std::string text) {
  auto& validity = world_.model.tokens.at(text).validity;
  validity = Validity::revoking;
  std::optional<TokenId> id;
  auto act = [&](Server& server) -> Task<void> {
    auto caller = co_await identify(server);
    if (!id) {
      auto bearer = co_await server.accounts.identify(text);
      id = bearer.token;
    }
    co_await server.accounts.remove_token(caller.account, *id);
  };
  auto answer = co_await request(act);
  bool was_done = answer.error && (answer.error->fault() == Fault::not_found ||
                                   answer.error->fault() == Fault::unauthenticated);
  if (was_done) answer = Answer();
  auto heard = expect("remove a token of " + username_, answer);
  if (heard == Heard::done) validity = Validity::revoked;
  co_return heard;
}

Task<Heard> Client::close() {
  auto& account = world_.model.accounts.at(username_);
  account.may_be_closed = true;
  auto act = [&](Server& server) -> Task<void> {
    auto caller = co_await identify(server);
    co_await server.accounts.close(caller.account);
  };
  auto answer = co_await request(act);
  bool was_done = answer.error && answer.error->fault() == Fault::unauthenticated;
  if (was_done) answer = Answer();
  auto heard = expect("close " + username_, answer);
  if (heard == Heard::done) account.is_closed = true;
  co_return heard;
}

}  // namespace tapedeck::simulator
