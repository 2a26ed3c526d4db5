#include "api/json_of.h"

#include <array>

#include "base/encoding.h"
#include "base/error.h"

namespace tapedeck::api {

namespace {

struct NamedScope {
  std::string_view name;
  Scope scope;
};
constexpr std::array<NamedScope, 4> named_scopes{{{"capture", Scope::capture},
                                                  {"read", Scope::read},
                                                  {"write", Scope::write},
                                                  {"admin", Scope::admin}}};

json::value json_of(const std::optional<Time>& time) {
  return time ? json::value(format_rfc3339(*time)) : json::value(nullptr);
}

template <class Number>
json::value value_of(const std::optional<Number>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

}  // namespace

std::string_view name_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::session:
      return "session";
    case TokenKind::personal:
      return "personal";
    case TokenKind::original:
      return "original";
  }
  return "session";
}

json::array names_of(const Scopes& scopes) {
  json::array names;
  for (const auto& [name, scope] : named_scopes) {
    if (scopes.has(scope)) names.emplace_back(name);
  }
  return names;
}

Scopes parse_scopes(const std::vector<std::string>& names) {
  Scopes scopes;
  for (const auto& wanted : names) {
    bool known = false;
    for (const auto& [name, scope] : named_scopes) {
      if (name != wanted) continue;
      scopes.add(scope);
      known = true;
    }
    if (!known) {
      throw Error(Fault::invalid, "A scope is one of capture, read, write and admin.");
    }
  }
  return scopes;
}

json::object json_of(const Account& account) {
  return {{"id", account.id.text()},
          {"username", account.username},
          {"admin", account.admin},
          {"created_at", format_rfc3339(account.created_at)},
          {"quota_bytes", value_of(account.quota_bytes)},
          {"used_bytes", account.used_bytes},
          {"reserved_bytes", account.reserved_bytes}};
}

json::object json_of(const Token& token) {
  const auto& limits = token.limits;
  std::optional<std::int64_t> seconds;
  if (limits.recording_time_max) {
    auto time_max = std::chrono::duration_cast<std::chrono::seconds>(*limits.recording_time_max);
    seconds = time_max.count();
  }
  return {{"id", token.id.text()},
          {"name", token.name},
          {"kind", name_of(token.kind)},
          {"scopes", names_of(token.scopes)},
          {"created_at", format_rfc3339(token.created_at)},
          {"max_bytes", value_of(limits.recording_bytes_max)},
          {"max_seconds", value_of(seconds)},
          {"max_live", value_of(limits.live_max)},
          {"expires_at", json_of(token.expires_at)},
          {"last_used_at", format_rfc3339(token.last_used_at)}};
}

json::object json_of(const Account& account, const IssuedToken& issued) {
  return {{"user", json_of(account)},
          {"token", issued.text},
          {"expires_at", json_of(issued.token.expires_at)}};
}

std::string_view shown_type(const Recording& recording) {
  if (!recording.sniffed_type.empty()) return recording.sniffed_type;
  if (!recording.description.content_type.empty()) return recording.description.content_type;
  return "application/octet-stream";
}

json::object json_of(const Recording& recording, Time now) {
  const auto& description = recording.description;
  auto id = recording.id.text();
  auto sha256 =
      recording.sha256 ? json::value(to_hex(view_of(*recording.sha256))) : json::value(nullptr);
  return {{"id", id},
          {"title", description.title},
          {"note", description.note},
          {"tags", json::value_from(description.tags)},
          {"file_name", description.file_name},
          {"client_id", description.client_id},
          {"state", name_of(shown_state(recording, now))},
          {"recovered", recording.recovered},
          {"size", recording.size},
          {"sha256", std::move(sha256)},
          {"content_type", shown_type(recording)},
          {"recorded_at", format_rfc3339(description.recorded_at)},
          {"created_at", format_rfc3339(recording.created_at)},
          {"changed_at", format_rfc3339(recording.changed_at)},
          {"trashed_at", json_of(recording.trashed_at)},
          {"audio_url", "/api/v1/recordings/" + id + "/audio"}};
}

json::object json_of(const Change& change, Time now) {
  json::object object{{"id", change.id.text()},
                      {"changed_at", format_rfc3339(change.changed_at)},
                      {"deleted", !change.recording.has_value()}};
  if (change.recording) object["recording"] = json_of(*change.recording, now);
  return object;
}

}  // namespace tapedeck::api
