// The original server's routes, for phone apps made for it: its order of checks, its statuses and
// its bodies, byte for byte.
#include "api/original_bodies.h"
#include "api/problem.h"
#include "api/routes.h"
#include "api/upload_fields.h"
#include "core/original_id.h"

namespace tapedeck::api {

namespace {

/// "user_id auth_key", exactly two words. Nothing for anything else.
std::optional<std::pair<std::string, std::string>> parse_words(std::string_view value) {
  auto space = value.find(' ');
  if (space == std::string_view::npos || space == 0 || space + 1 == value.size()) return {};
  auto key = value.substr(space + 1);
  if (key.find(' ') != std::string_view::npos) return {};
  return std::pair(std::string(value.substr(0, space)), std::string(key));
}

/// Sets the call's caller and gives nothing, or gives the original's refusal. `user_id` is the word
/// by which the client knows itself.
Task<std::optional<http::Response>> refuse_stranger(Context& context, Call& call,
                                                    std::string& user_id) {
  auto field = call.request.fields.find("Authorization");
  if (!field || field->empty()) {
    co_return original_error(400, "Authorization Header is required.");
  }
  auto words = parse_words(*field);
  if (!words) co_return original_error(401, "Not Authorization");
  user_id = words->first;
  auto caller = co_await context.parts.accounts.identify_original(words->first, words->second);
  if (!caller) co_return original_error(401, "Not Authorization");
  call.caller = std::move(caller);
  co_return std::nullopt;
}

/// The bytes of {"records": [...]}, a page at a time: an account may hold any number.
class RecordList final : public ByteSource {
 public:
  RecordList(Recordings& recordings, AccountId account, std::string user_id)
      : recordings_(recordings), account_(account), user_id_(std::move(user_id)) {}

  Task<ByteView> read() override {
    text_.clear();
    while (text_.empty() && !done_) {
      co_await write_page();
    }
    co_return ByteView(text_);
  }

 private:
  Task<void> write_page() {
    auto page =
        co_await recordings_.list(account_, filter_, after_, recordings_.options().page_max);
    if (!begun_) text_ += R"({"records": [)";
    begun_ = true;
    for (const auto& recording : page.recordings) {
      if (!first_) text_ += ", ";
      first_ = false;
      text_ += original_record(recording, user_id_);
    }
    after_ = page.next;
    done_ = !page.next;
    if (done_) text_ += "]}";
  }

  Recordings& recordings_;
  const AccountId account_;
  const std::string user_id_;
  const ListFilter filter_;
  std::optional<ListPosition> after_;
  bool begun_ = false;
  bool first_ = true;
  bool done_ = false;
  std::string text_;
};

/// A source whose first chunk was read before, so that a failure could still become a status.
class BegunSource final : public ByteSource {
 public:
  BegunSource(std::string first, std::unique_ptr<ByteSource> rest)
      : first_(std::move(first)), rest_(std::move(rest)) {}

  Task<ByteView> read() override {
    if (!given_) {
      given_ = true;
      co_return ByteView(first_);
    }
    co_return co_await rest_->read();
  }

 private:
  std::string first_;
  std::unique_ptr<ByteSource> rest_;
  bool given_ = false;
};

}  // namespace

Task<http::Response> original_login(Context& context, Call& call) {
  if (!context.options.allow_unverified_social_login) {
    co_return original_error(
        403,
        "This server does not take unverified social logins. Sign in with username and "
        "password at POST /api/v1/sessions, or ask its admin to start it with "
        "--allow-unverified-social-login.");
  }
  auto id = call.request.target.find("social_id").value_or("");
  auto type = call.request.target.find("social_type").value_or("");
  if (id.empty() || type.empty()) {
    co_return original_error(400, "social_id or social_type is null.");
  }
  count_sign_in(context, call.request);
  auto type_text = std::string(type);
  auto id_text = std::string(id);
  auto issued = co_await context.parts.accounts.sign_in_original(type_text, id_text);
  co_return original_json(200, R"({"auth_key": )" + python_quoted(issued.text) +
                                   R"(, "user_id": )" + python_quoted(type_text + "_" + id_text) +
                                   "}");
}

Task<http::Response> original_upload(Context& context, Call& call) {
  auto type = call.request.fields.find("Content-Type").value_or("application/json");
  if (media_type_of(type) != "application/octet-stream") {
    co_return original_refusal(415, "UnsupportedMediaType",
                               "Unsupported media type: " + std::string(type));
  }
  std::string user_id;
  auto refused = co_await refuse_stranger(context, call, user_id);
  if (refused) co_return std::move(*refused);
  auto description = parse_description(call);
  auto incoming = parse_incoming(call);
  auto created = co_await context.parts.recordings.create(call.who(), description, incoming);
  co_return original_json(200, R"({"result": "success"})");
}

Task<http::Response> original_list(Context& context, Call& call) {
  std::string user_id;
  auto refused = co_await refuse_stranger(context, call, user_id);
  if (refused) co_return std::move(*refused);
  auto account = call.who().account;
  auto list = std::make_unique<RecordList>(context.parts.recordings, account, user_id);
  auto first = co_await list->read();
  auto response = http::make_response(200);
  response.fields.set("Content-Type", "application/json");
  response.body = std::make_unique<BegunSource>(std::string(first), std::move(list));
  co_return response;
}

Task<http::Response> original_delete(Context& context, Call& call) {
  std::string user_id;
  auto refused = co_await refuse_stranger(context, call, user_id);
  if (refused) co_return std::move(*refused);
  // An old id is one of a recording that was imported, or of none.
  auto id = RecordingId::parse(call.parameters.front());
  if (!id) id = recording_id_of_original(call.parameters.front());
  auto recording = co_await context.parts.recordings.find(call.who().account, *id);
  // What is in the trash is gone for this client: it does not know of one.
  if (recording.trashed_at) co_return original_json(400, original_fail);
  co_await context.parts.recordings.trash(call.who().account, *id);
  co_return original_json(200, R"({"result": "success"})");
}

}  // namespace tapedeck::api
