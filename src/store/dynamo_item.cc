#include "store/dynamo_item.h"

#include <charconv>

#include "base/encoding.h"
#include "core/text.h"

namespace tapedeck {

namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number = 0;
  const auto* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

json::object wire_text(std::string_view text) {
  if (is_utf8(text)) return {{"S", text}};
  return {{"B", to_base64(text)}};  // what a client sent is kept as it was
}

std::optional<std::string> read_text(const json::object& attribute) {
  if (const auto* text = attribute.if_contains("S"); text != nullptr && text->is_string()) {
    return std::string(text->get_string());
  }
  if (const auto* bytes = attribute.if_contains("B"); bytes != nullptr && bytes->is_string()) {
    return parse_base64(bytes->get_string());
  }
  return std::nullopt;
}

}  // namespace

DynamoItem::DynamoItem(const DynamoKey& key) {
  set_text("PK", key.pk);
  set_text("SK", key.sk);
}

DynamoKey DynamoItem::key() const {
  return {text("PK"), text("SK")};
}

void DynamoItem::set_text(std::string_view name, std::string_view text) {
  wire_.erase(name);
  if (!text.empty()) wire_[name] = wire_text(text);
}

void DynamoItem::set_bytes(std::string_view name, ByteView bytes) {
  wire_.erase(name);
  if (!bytes.empty()) wire_[name] = json::object{{"B", to_base64(bytes)}};
}

void DynamoItem::set_number(std::string_view name, std::int64_t number) {
  wire_[name] = json::object{{"N", std::to_string(number)}};
}

void DynamoItem::set_count(std::string_view name, std::uint64_t count) {
  wire_[name] = json::object{{"N", std::to_string(count)}};
}

void DynamoItem::set_time(std::string_view name, Time time) {
  set_number(name, time.time_since_epoch().count());
}

void DynamoItem::set_flag(std::string_view name, bool flag) {
  wire_.erase(name);
  if (flag) wire_[name] = json::object{{"BOOL", true}};
}

void DynamoItem::set_digest(std::string_view name, const Sha256Digest& digest) {
  set_bytes(name, view_of(digest));
}

void DynamoItem::set_texts(std::string_view name, const std::vector<std::string>& texts) {
  json::array list;
  for (const auto& text : texts) list.push_back(wire_text(text));
  wire_.erase(name);
  if (!list.empty()) wire_[name] = json::object{{"L", std::move(list)}};
}

void DynamoItem::set_item(std::string_view name, const DynamoItem& item) {
  wire_[name] = json::object{{"M", item.wire_}};
}

std::string DynamoItem::text(std::string_view name) const {
  if (!has(name)) return {};
  return require(read_text(attribute(name)), name);
}

std::string DynamoItem::bytes(std::string_view name) const {
  if (!has(name)) return {};
  return require(parse_base64(scalar(name, "B")), name);
}

std::int64_t DynamoItem::number(std::string_view name) const {
  return require(parse_number<std::int64_t>(scalar(name, "N")), name);
}

std::uint64_t DynamoItem::count(std::string_view name) const {
  return require(parse_number<std::uint64_t>(scalar(name, "N")), name);
}

Time DynamoItem::time(std::string_view name) const {
  return Time{Millis{number(name)}};
}

bool DynamoItem::flag(std::string_view name) const {
  if (!has(name)) return false;
  const auto* flag = attribute(name).if_contains("BOOL");
  if (flag == nullptr || !flag->is_bool()) fail(name);
  return flag->get_bool();
}

Sha256Digest DynamoItem::digest(std::string_view name) const {
  return require(sha256_from_bytes(bytes(name)), name);
}

std::vector<std::string> DynamoItem::texts(std::string_view name) const {
  std::vector<std::string> texts;
  if (!has(name)) return texts;
  const auto* list = attribute(name).if_contains("L");
  if (list == nullptr || !list->is_array()) fail(name);
  for (const auto& element : list->get_array()) {
    if (!element.is_object()) fail(name);
    texts.push_back(require(read_text(element.get_object()), name));
  }
  return texts;
}

DynamoItem DynamoItem::item(std::string_view name) const {
  if (!has(name)) return {};
  const auto* map = attribute(name).if_contains("M");
  if (map == nullptr || !map->is_object()) fail(name);
  return DynamoItem(map->get_object());
}

std::optional<std::uint64_t> DynamoItem::find_count(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return count(name);
}

std::optional<Time> DynamoItem::find_time(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return time(name);
}

const json::object& DynamoItem::attribute(std::string_view name) const {
  const auto* value = wire_.if_contains(name);
  if (value == nullptr || !value->is_object()) fail(name);
  return value->get_object();
}

std::string_view DynamoItem::scalar(std::string_view name, std::string_view type) const {
  const auto* value = attribute(name).if_contains(type);
  if (value == nullptr || !value->is_string()) fail(name);
  return value->get_string();
}

void DynamoItem::fail(std::string_view name) {
  throw Error(Fault::unavailable,
              "the catalog is damaged: an item's '" + std::string(name) + "' cannot be read");
}

}  // namespace tapedeck
