// Recordings: taking, listing, changing, deleting.
#include <charconv>

#include <fmt/format.h>

#include "api/answers.h"
#include "api/cursor.h"
#include "api/draft.h"
#include "api/json_of.h"
#include "api/problem.h"
#include "api/recording_answers.h"
#include "api/routes.h"
#include "api/upload_fields.h"
#include "http/condition.h"
#include "http/digest_fields.h"

namespace tapedeck::api {

namespace {

constexpr std::size_t page_default = 50;

std::size_t parse_limit(const Call& call, std::size_t max) {
  auto text = call.request.target.find("limit");
  if (!text) return std::min(page_default, max);
  std::size_t limit = 0;
  auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (failed != std::errc() || end != text->data() + text->size() || limit < 1 || limit > max) {
    throw Error(Fault::invalid, fmt::format("The parameter limit is a number from 1 to {}.", max));
  }
  return limit;
}

std::optional<std::string> find_text(const Call& call, std::string_view name) {
  auto text = call.request.target.find(name);
  if (!text || text->empty()) return std::nullopt;
  return std::string(*text);
}

std::optional<Time> find_time(const Call& call, std::string_view name) {
  auto text = find_text(call, name);
  if (!text) return std::nullopt;
  auto time = parse_rfc3339(*text);
  if (!time) {
    throw Error(Fault::invalid,
                fmt::format("The parameter {} is a time such as 2026-11-23T10:00:00Z; a \"+\" in "
                            "it is sent as %2B.",
                            name));
  }
  return time;
}

ListFilter parse_filter(const Call& call) {
  ListFilter filter;
  filter.text = find_text(call, "q");
  filter.tag = find_text(call, "tag");
  filter.from = find_time(call, "from");
  filter.to = find_time(call, "to");
  if (auto name = find_text(call, "state")) {
    filter.state = parse_state(*name);
    if (!filter.state) {
      throw Error(Fault::invalid,
                  "The parameter state is one of recording, interrupted, processing, ready, "
                  "failed and trashed.");
    }
  }
  return filter;
}

RecordingPatch parse_patch(const json::object& body) {
  RecordingPatch patch;
  patch.title = find_string(body, "title");
  patch.note = find_string(body, "note");
  patch.tags = find_strings(body, "tags");
  if (auto text = find_string(body, "recorded_at")) {
    patch.recorded_at = parse_rfc3339(*text);
    if (!patch.recorded_at) {
      throw Error(Fault::invalid, "recorded_at is a time such as 2026-11-23T10:00:00Z.");
    }
  }
  return patch;
}

http::Response refuse_form(const Call& call) {
  return make_problem(Refusal::unsupported_media_type,
                      "A form is not taken: send the file itself as the body, for example with "
                      "curl -T memo.wav, and its name in the path or in ?filename=.",
                      call.request_id);
}

/// With If-Match: the version that the change is for. Throws precondition_failed when the recording
/// has another one already.
std::optional<std::uint64_t> wanted_version(const Call& call, const Recording& current) {
  if (!call.request.fields.contains("If-Match")) return std::nullopt;
  auto condition =
      http::evaluate_conditions(call.request.method, call.request.fields, {tag_of(current), {}});
  if (condition == http::Condition::precondition_failed) {
    throw Error(Fault::precondition_failed,
                "The recording was changed meanwhile; fetch it again and repeat the change.");
  }
  return current.version;
}

/// 103 (Early Hints) with the recording's id while it is still being recorded, for who waits for a
/// 100: others there are that take any first answer for the last.
class EarlyLocation {
 public:
  explicit EarlyLocation(Call& call) : call_(call) {}

  bool is_wanted() const {
    const auto& request = call_.request;
    auto expected = request.fields.find("Expect").value_or("");
    bool waits = http::equal_without_case(expected, "100-continue");
    return waits && !request.body_bytes && request.inform;
  }

  /// Must not outlive this.
  std::function<Task<void>(RecordingId)> teller() {
    return [this](RecordingId id) { return tell(id); };
  }

 private:
  Task<void> tell(RecordingId id) {
    auto response = http::make_response(103);
    response.fields.set("Location", location_of(id));
    response.fields.set("Recording-Id", id.text());
    co_await call_.request.inform(std::move(response));
  }

  Call& call_;
};

}  // namespace

Task<http::Response> create_recording(Context& context, Call& call) {
  if (is_form(call.request)) co_return refuse_form(call);
  http::parse_wanted_digests(call.request.fields);  // refused before the body is read
  if (call.draft && call.draft->complete) co_return co_await begin_draft_upload(context, call);
  auto description = parse_description(call);
  auto incoming = parse_incoming(call);
  EarlyLocation early(call);
  if (early.is_wanted()) incoming.on_begin = early.teller();
  auto created = co_await context.parts.recordings.create(call.who(), description, incoming);
  co_return answer_created(context, call, *created);
}

namespace {

/// A recorder that was not told the id finds it by its own.
Task<http::Response> list_one(Context& context, AccountId account, const std::string& client_id) {
  const auto& parts = context.parts;
  auto recording = co_await parts.recordings.find_by_client_id(account, client_id);
  json::array items;
  if (recording) items.push_back(json_of(*recording, parts.env.now()));
  co_return answer_json(200, {{"items", std::move(items)}, {"next_cursor", nullptr}});
}

}  // namespace

Task<http::Response> list_recordings(Context& context, Call& call) {
  const auto& parts = context.parts;
  auto account = call.who().account;
  auto filter = parse_filter(call);
  auto limit = parse_limit(call, parts.recordings.options().page_max);
  if (auto client_id = find_text(call, "client_id")) {
    co_return co_await list_one(context, account, *client_id);
  }
  std::optional<ListPosition> after;
  if (auto cursor = find_text(call, "cursor")) {
    after = parse_list_cursor(parts.signer, account, filter, *cursor);
  }
  auto page = co_await parts.recordings.list(account, filter, after, limit);
  json::array items;
  auto now = parts.env.now();
  for (const auto& recording : page.recordings) items.push_back(json_of(recording, now));
  json::value next;
  if (page.next) next = make_list_cursor(parts.signer, account, filter, *page.next);
  co_return answer_json(200, {{"items", std::move(items)}, {"next_cursor", std::move(next)}});
}

Task<http::Response> list_changes(Context& context, Call& call) {
  const auto& parts = context.parts;
  auto account = call.who().account;
  auto limit = parse_limit(call, parts.recordings.options().page_max);
  std::optional<ChangePosition> since;
  if (auto cursor = find_text(call, "since")) {
    since = parse_change_cursor(parts.signer, account, *cursor);
  }
  auto page = co_await parts.recordings.list_changes(account, since, limit);
  json::array items;
  auto now = parts.env.now();
  for (const auto& change : page.changes) items.push_back(json_of(change, now));
  co_return answer_json(200, {{"items", std::move(items)},
                              {"next_cursor", make_change_cursor(parts.signer, account, page.next)},
                              {"more", page.more}});
}

Task<http::Response> show_recording(Context& context, Call& call) {
  auto id = parse_id<RecordingId>(call);
  auto recording = co_await context.parts.recordings.find(call.who().account, id);
  auto condition =
      http::evaluate_conditions(call.request.method, call.request.fields, {tag_of(recording), {}});
  if (condition == http::Condition::precondition_failed) {
    throw Error(Fault::precondition_failed, "The recording has another version than you want.");
  }
  if (condition != http::Condition::not_modified) {
    co_return answer_recording(context, 200, recording);
  }
  auto response = http::make_response(304);
  response.fields.set("ETag", tag_of(recording).text());
  co_return response;
}

Task<http::Response> change_recording(Context& context, Call& call) {
  auto& recordings = context.parts.recordings;
  auto account = call.who().account;
  auto id = parse_id<RecordingId>(call);
  auto body = co_await read_object(call);
  auto patch = parse_patch(body);
  auto current = co_await recordings.find(account, id);
  auto version = wanted_version(call, current);
  auto recording = co_await recordings.change(account, id, patch, version);
  co_return answer_recording(context, 200, recording);
}

Task<http::Response> delete_recording(Context& context, Call& call) {
  auto& recordings = context.parts.recordings;
  auto account = call.who().account;
  auto id = parse_id<RecordingId>(call);
  if (parse_flag(call, "permanent")) {
    co_await recordings.purge(account, id);
  } else {
    co_await recordings.trash(account, id);
  }
  co_return answer_nothing();
}

Task<http::Response> restore_recording(Context& context, Call& call) {
  auto id = parse_id<RecordingId>(call);
  auto recording = co_await context.parts.recordings.restore(call.who().account, id);
  co_return answer_recording(context, 200, recording);
}

}  // namespace tapedeck::api
