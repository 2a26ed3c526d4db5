#include "api/cursor.h"

#include <optional>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/error.h"

namespace tapedeck::api {

namespace {

constexpr std::string_view list_purpose = "cursor:list";
constexpr std::string_view change_purpose = "cursor:changes";

struct Position {
  Time time;
  RecordingId id;
};

/// Both kinds of cursor: what they are bound to (32 bytes), milliseconds (20 digits), id (16
/// bytes).
std::string write_cursor(const Signer& signer, std::string_view purpose, const Sha256Digest& bound,
                         const Position& position) {
  auto millis = fmt::format("{:020}", position.time.time_since_epoch().count());
  return signer.sign(purpose,
                     std::string(view_of(bound)) + millis + std::string(position.id.view()));
}

Position read_cursor(const Signer& signer, std::string_view purpose, const Sha256Digest& bound,
                     std::string_view text) {
  const Error refused(Fault::invalid,
                      "This cursor was not made for this request; ask again without it.");
  auto message = signer.verify(purpose, text);
  if (!message || message->size() != 32 + 20 + 16) throw refused;
  if (message->substr(0, 32) != view_of(bound)) throw refused;
  auto id = RecordingId::from_bytes(std::string_view(*message).substr(52));
  if (!id) throw refused;
  return {Time(Millis(std::stoll(message->substr(32, 20)))), *id};
}

void add_part(std::string& text, const std::optional<std::string>& part) {
  text += part ? fmt::format("{}:{},", part->size(), *part) : std::string("-,");
}

void add_part(std::string& text, std::optional<Time> part) {
  text += part ? fmt::format("{},", part->time_since_epoch().count()) : std::string("-,");
}

Sha256Digest bind_list(AccountId account, const ListFilter& filter) {
  std::string text(account.view());
  add_part(text, filter.text);
  add_part(text, filter.tag);
  add_part(text, filter.from);
  add_part(text, filter.to);
  text += filter.state ? name_of(*filter.state) : "-";
  return sha256_of(text);
}

}  // namespace

std::string make_list_cursor(const Signer& signer, AccountId account, const ListFilter& filter,
                             const ListPosition& position) {
  return write_cursor(signer, list_purpose, bind_list(account, filter),
                      {position.recorded_at, position.id});
}

ListPosition parse_list_cursor(const Signer& signer, AccountId account, const ListFilter& filter,
                               std::string_view text) {
  auto position = read_cursor(signer, list_purpose, bind_list(account, filter), text);
  return {position.time, position.id};
}

std::string make_change_cursor(const Signer& signer, AccountId account,
                               const ChangePosition& position) {
  return write_cursor(signer, change_purpose, sha256_of(account.view()),
                      {position.changed_at, position.id});
}

ChangePosition parse_change_cursor(const Signer& signer, AccountId account, std::string_view text) {
  auto position = read_cursor(signer, change_purpose, sha256_of(account.view()), text);
  return {position.time, position.id};
}

}  // namespace tapedeck::api
