// Audio: playing and downloading, by the owner or by a playback URL.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "api/answers.h"
#include "api/live_audio.h"
#include "api/problem.h"
#include "api/routes.h"
#include "base/encoding.h"
#include "http/condition.h"
#include "http/disposition.h"
#include "http/range.h"

namespace tapedeck::api {

namespace {

constexpr std::chrono::seconds playback_lifetime_min = std::chrono::hours(1);
constexpr std::chrono::seconds playback_lifetime_default_max = std::chrono::hours(24);
constexpr std::chrono::seconds playback_lifetime_max = std::chrono::hours(24 * 7);
/// Speech codecs go down to about this; it makes a duration out of a size, on the long side.
constexpr ByteCount bytes_per_second_min = 1'000;

/// Bytes never change once the recording is complete and its digest known; before, there is no tag.
http::Validators validators_of(const Recording& recording) {
  http::Validators validators;
  if (recording.sha256) {
    validators.etag = http::EntityTag{"sha256-" + to_hex(view_of(*recording.sha256)), false};
  }
  return validators;
}

/// Only what sniffing found is shown as audio; anything else is a file to keep.
std::string served_type(const Recording& recording) {
  return recording.sniffed_type.empty() ? "application/octet-stream" : recording.sniffed_type;
}

void add_audio_fields(const Recording& recording, bool download, http::Fields& fields) {
  auto shown = !download && !recording.sniffed_type.empty();
  fields.set("Accept-Ranges", "bytes");
  fields.set("Content-Disposition",
             http::make_content_disposition(
                 shown ? http::Disposition::shown : http::Disposition::attachment,
                 recording.description.file_name));
  fields.set("Content-Security-Policy", "sandbox; default-src 'none'");
  fields.set("Cross-Origin-Resource-Policy", "same-origin");
  fields.set("Cache-Control", "private, no-store");
  if (auto validators = validators_of(recording); validators.etag) {
    fields.set("ETag", validators.etag->text());
  }
}

http::RangeAnswer choose_ranges(const Call& call, const Recording& recording,
                                http::Condition condition) {
  auto range = call.request.fields.find("Range");
  if (!range || condition == http::Condition::ignore_range) return {};
  return http::parse_range(*range, recording.size);
}

http::Response refuse_range(const Call& call, const Recording& recording) {
  auto response = make_problem(Refusal::range_not_satisfiable,
                               "The recording has " + std::to_string(recording.size) +
                                   " bytes; ask for a range inside them.",
                               call.request_id);
  response.fields.set("Content-Range", http::unsatisfied_range(recording.size));
  return response;
}

/// One run of bytes: all of them, or the one range. It is open before there is a status line.
Task<void> add_bytes(Context& context, const Call& call, const Recording& recording,
                     ByteRange range, http::Response& response) {
  response.body_bytes = range.size();
  if (call.request.method == "HEAD" || range.size() == 0) co_return;
  response.body = co_await context.parts.recordings.open(recording, range);
}

void add_parts(Context& context, const Recording& recording, std::vector<ByteRange> ranges,
               http::Response& response) {
  auto& recordings = context.parts.recordings;
  auto kept = std::make_shared<const Recording>(recording);
  auto open = [&recordings, kept](ByteRange range) { return recordings.open(*kept, range); };
  auto body = http::make_multipart_body(std::move(ranges), recording.size, served_type(recording),
                                        open, context.parts.env);
  response.fields.set("Content-Type", body.content_type);
  response.body = std::move(body.source);
  response.body_bytes = body.bytes;
}

/// From `from`: "live" joins at the end.
bool parse_from_live(const Call& call) {
  auto from = call.request.target.find("from");
  if (!from) return false;
  if (*from == "live") return true;
  throw Error(Fault::invalid, "The parameter from is \"live\" or absent.");
}

/// Of the audio alone, without what stands between several parts.
ByteCount bytes_of(const http::RangeAnswer& answer, ByteCount size) {
  ByteCount bytes = 0;
  for (auto range : answer.ranges) bytes += range.size();
  return answer.ranges.empty() ? size : bytes;
}

/// HEAD has no body that could be too large.
bool fits(const Context& context, const Call& call, ByteCount bytes) {
  auto max = context.options.answer_bytes_max;
  return !max || bytes <= *max || call.request.method == "HEAD";
}

/// A server may answer a part of the range (RFC 9110 15.3.7); clients ask for the rest.
ByteRange cut(const Context& context, const Call& call, ByteRange range) {
  if (!fits(context, call, range.size())) {
    range.end = range.begin + *context.options.answer_bytes_max;
  }
  return range;
}

/// All of it at once does not fit, and there is no URL to send the client to.
http::Response refuse_whole(const Context& context, const Call& call) {
  auto problem = make_problem(
      Refusal::answer_too_large,
      fmt::format("This server sends at most {} bytes at once. Ask for ranges, \"Range: "
                  "bytes=0-\" and then from where the answer ends; or for all of it again in a "
                  "minute, when it may be in one piece.",
                  *context.options.answer_bytes_max),
      call.request_id);
  problem.fields.set("Retry-After", "60");
  return problem;
}

/// What a growing recording has now of the range, where no answer can go on for ever.
LiveRange without_following(const Context& context, const Call& call, LiveRange chosen,
                            ByteCount size) {
  using Kind = LiveRange::Kind;
  auto ends = chosen.kind == Kind::part;
  auto is_cut = chosen.kind == Kind::follow_from && !context.options.follows_live;
  if (!ends && !is_cut) return chosen;
  auto range = ends ? chosen.range : ByteRange{chosen.range.begin, size};
  if (range.begin >= size) return {Kind::unsatisfiable, {}, {}};
  range = cut(context, call, range);
  return {Kind::part, range, fmt::format("bytes {}-{}/*", range.begin, range.end - 1)};
}

/// One that still grows: the answer ends when the recording does.
Task<http::Response> answer_live(Context& context, const Call& call, const Recording& recording,
                                 http::Response response) {
  auto chosen =
      choose_live_range(call.request.fields.find("Range"), parse_from_live(call), recording.size);
  using Kind = LiveRange::Kind;
  chosen = without_following(context, call, chosen, recording.size);
  if (chosen.kind == Kind::unsatisfiable) co_return refuse_range(call, recording);
  auto is_refused = chosen.kind == Kind::follow && !context.options.follows_live;
  if (is_refused && call.request.method != "HEAD") co_return refuse_whole(context, call);
  if (!chosen.content_range.empty()) {
    response.status = 206;
    response.fields.set("Content-Range", chosen.content_range);
  }
  if (chosen.kind == Kind::part) {
    co_await add_bytes(context, call, recording, chosen.range, response);
  } else {
    response.body = context.parts.recordings.follow(recording, chosen.range.begin);
  }
  co_return response;
}

/// Long enough to seek in the end of a long recording, without knowing how long it is.
std::chrono::seconds default_lifetime(const Recording& recording) {
  auto duration = std::chrono::seconds(recording.size / bytes_per_second_min);
  return std::clamp(2 * duration, playback_lifetime_min, playback_lifetime_default_max);
}

/// What the store would answer otherwise than we do stays ours: conditions (its tags are others),
/// and several ranges at once.
bool may_redirect(const Context& context, const Call& call, const http::RangeAnswer& answer,
                  ByteCount bytes) {
  const auto& fields = call.request.fields;
  auto is_wanted = context.options.playback_by_redirect || !fits(context, call, bytes);
  if (!is_wanted || call.request.method != "GET") return false;
  for (const auto* condition :
       {"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range"}) {
    if (fields.contains(condition)) return false;
  }
  return answer.ranges.size() <= 1;
}

/// Where the store gives all of it under these fields; nothing when it does not.
Task<std::optional<std::string>> find_elsewhere(Context& context, const Recording& recording,
                                                const http::Fields& fields,
                                                std::optional<Time> until) {
  auto text = [&](std::string_view name) { return std::string(fields.find(name).value_or("")); };
  SharedAs as{text("Content-Type"), text("Content-Disposition"), text("Cache-Control")};
  auto lifetime = default_lifetime(recording);
  if (until) {
    auto left = std::chrono::floor<std::chrono::seconds>(*until - context.parts.env.now());
    lifetime = std::clamp(left, std::chrono::seconds(1), lifetime);
  }
  auto url = co_await context.parts.recordings.share(recording, as, lifetime);
  co_return url;
}

http::Response redirect(const std::string& url) {
  http::Response response;
  response.status = 302;
  response.body_bytes = 0;
  response.fields.set("Location", url);
  response.fields.set("Cache-Control", "private, no-store");
  response.fields.set("Referrer-Policy", "no-referrer");
  return response;
}

/// `until`: the end of the permission, when it has one.
Task<http::Response> answer_audio(Context& context, const Call& call, const Recording& recording,
                                  bool download, std::optional<Time> until = {}) {
  http::Response response;
  auto condition =
      http::evaluate_conditions(call.request.method, call.request.fields, validators_of(recording));
  if (condition == http::Condition::precondition_failed) {
    throw Error(Fault::precondition_failed, "The recording's bytes are not the ones you want.");
  }
  add_audio_fields(recording, download, response.fields);
  if (condition == http::Condition::not_modified) {
    response.status = 304;
    co_return response;
  }
  response.fields.set("Content-Type", served_type(recording));
  if (recording.state == RecordingState::recording && !recording.trashed_at) {
    co_return co_await answer_live(context, call, recording, std::move(response));
  }
  auto answer = choose_ranges(call, recording, condition);
  if (answer.kind == http::RangeAnswer::Kind::unsatisfiable) {
    co_return refuse_range(call, recording);
  }
  if (may_redirect(context, call, answer, bytes_of(answer, recording.size))) {
    auto url = co_await find_elsewhere(context, recording, response.fields, until);
    if (url) co_return redirect(*url);
  }
  auto is_one = answer.ranges.size() == 1;
  if (!is_one && !fits(context, call, bytes_of(answer, recording.size))) {
    co_return refuse_whole(context, call);
  }
  auto range = ByteRange{0, recording.size};
  if (answer.kind == http::RangeAnswer::Kind::partial) {
    response.status = 206;
    if (!is_one) {
      add_parts(context, recording, std::move(answer.ranges), response);
      co_return response;
    }
    range = cut(context, call, answer.ranges.front());
    response.fields.set("Content-Range", http::content_range(range, recording.size));
  }
  co_await add_bytes(context, call, recording, range, response);
  co_return response;
}

}  // namespace

Task<http::Response> play_recording(Context& context, Call& call) {
  auto id = parse_id<RecordingId>(call);
  auto download = parse_flag(call, "download");
  auto recording = co_await context.parts.recordings.find(call.who().account, id);
  co_return co_await answer_audio(context, call, recording, download);
}

Task<http::Response> add_playback_url(Context& context, Call& call) {
  const auto& parts = context.parts;
  auto account = call.who().account;
  auto id = parse_id<RecordingId>(call);
  auto body = co_await read_object_if_any(call);
  auto recording = co_await parts.recordings.find(account, id);
  if (recording.trashed_at) {
    throw Error(Fault::conflict, "The recording is in the trash; restore it first.");
  }
  auto lifetime = find_lifetime(body, "expires_in", playback_lifetime_max);
  auto expires_at = parts.env.now() + lifetime.value_or(default_lifetime(recording));
  auto download = find_bool(body, "download").value_or(false);
  auto capability = sign_playback(parts.signer, {account, id, expires_at, download});
  co_return answer_json(
      201, {{"url", "/api/v1/play/" + capability}, {"expires_at", format_rfc3339(expires_at)}});
}

Task<http::Response> play_capability(Context& context, Call& call) {
  const auto& parts = context.parts;
  const Error unknown(Fault::not_found, "There is nothing to play at this address.");
  auto grant = verify_playback(parts.signer, call.parameters.front());
  if (!grant) throw unknown;
  if (grant->expires_at <= parts.env.now()) {
    throw Error(Fault::gone, "This playback link has expired; ask the owner's app for a new one.");
  }
  auto account = co_await parts.catalog.find_account(grant->account);
  if (!account || account->state != AccountState::active) throw unknown;
  auto recording = co_await parts.recordings.find(grant->account, grant->recording);
  if (recording.trashed_at) throw unknown;
  auto download = grant->download || parse_flag(call, "download");
  co_return co_await answer_audio(context, call, recording, download, grant->expires_at);
}

}  // namespace tapedeck::api
