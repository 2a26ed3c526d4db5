#include "simulator/dynamo_value.h"

#include <charconv>

#include "base/encoding.h"
#include "simulator/dynamo_error.h"

namespace tapedeck::simulator {

namespace {

using Number = __int128;

constexpr std::size_t item_bytes_max = 400 * 1024;

/// Whole numbers are all that we write.
Number parse_number(std::string_view text) {
  bool negative = text.starts_with('-');
  std::uint64_t digits = 0;
  auto begin = text.data() + (negative ? 1 : 0);
  auto end = text.data() + text.size();
  auto [stopped, failed] = std::from_chars(begin, end, digits);
  if (failed != std::errc() || stopped != end || begin == end) {
    throw unsimulated("the number " + std::string(text));
  }
  return negative ? -static_cast<Number>(digits) : static_cast<Number>(digits);
}

std::string print_number(Number number) {
  bool negative = number < 0;
  auto left = negative ? -number : number;
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(left % 10)));
    left /= 10;
  } while (left > 0);
  return negative ? "-" + digits : digits;
}

const json::value& content_of(const json::value& value) {
  return value.get_object().begin()->value();
}

std::string_view text_of(const json::value& value) {
  const auto* text = content_of(value).if_string();
  if (text == nullptr) throw invalid("a value is not of its type");
  return *text;
}

std::string bytes_of(const json::value& value) {
  auto bytes = parse_base64(text_of(value));
  if (!bytes) throw invalid("a B is not base 64");
  return *bytes;
}

std::size_t stored_bytes_of(const json::value& value) {
  auto type = type_of(value);
  if (type == "S") return text_of(value).size();
  if (type == "B") return bytes_of(value).size();
  if (type == "N") return text_of(value).size() / 2 + 2;
  if (type == "M") return 3 + stored_bytes(content_of(value).as_object());
  if (type == "BOOL") return 1;
  std::size_t bytes = 3;
  for (const auto& element : content_of(value).as_array()) bytes += 1 + stored_bytes_of(element);
  return bytes;
}

void check_value(const json::value& value) {
  auto type = type_of(value);
  const auto& content = content_of(value);
  bool fits = type == "BOOL" ? content.is_bool()
              : type == "M"  ? content.is_object()
              : type == "L"  ? content.is_array()
                             : content.is_string();
  if (!fits) throw invalid("a value is not of its type");
  if (type == "N") parse_number(text_of(value));
  if (type == "B") bytes_of(value);
  if (type == "M") {
    for (const auto& [name, member] : content.get_object()) check_value(member);
  }
  if (type == "L") {
    for (const auto& element : content.get_array()) check_value(element);
  }
}

}  // namespace

std::string_view type_of(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr || object->size() != 1) {
    throw invalid("Supplied AttributeValue has more than one datatypes set, or none");
  }
  std::string_view type = object->begin()->key();
  for (auto known : {"S", "N", "B", "BOOL", "M", "L"}) {
    if (type == known) return type;
  }
  throw unsimulated("values of type " + std::string(type));
}

std::optional<std::strong_ordering> order_of(const json::value& a, const json::value& b) {
  auto type = type_of(a);
  if (type != type_of(b)) return std::nullopt;
  if (type == "S") return text_of(a) <=> text_of(b);
  if (type == "N") {
    auto left = parse_number(text_of(a));
    auto right = parse_number(text_of(b));
    return left < right   ? std::strong_ordering::less
           : left > right ? std::strong_ordering::greater
                          : std::strong_ordering::equal;
  }
  if (type == "B") return bytes_of(a) <=> bytes_of(b);
  return std::nullopt;
}

bool are_equal(const json::value& a, const json::value& b) {
  auto order = order_of(a, b);
  return order ? *order == std::strong_ordering::equal : a == b;
}

json::value sum_of(const json::value& a, const json::value& b, bool negated) {
  if (type_of(a) != "N" || type_of(b) != "N") {
    throw invalid("An operand in the update expression has an incorrect data type");
  }
  auto right = parse_number(text_of(b));
  auto sum = parse_number(text_of(a)) + (negated ? -right : right);
  return json::object{{"N", print_number(sum)}};
}

std::optional<json::value> size_of(const json::value& value) {
  auto type = type_of(value);
  std::size_t size = 0;
  if (type == "S") {
    size = text_of(value).size();
  } else if (type == "B") {
    size = bytes_of(value).size();
  } else if (type == "M") {
    size = content_of(value).as_object().size();
  } else if (type == "L") {
    size = content_of(value).as_array().size();
  } else {
    return std::nullopt;
  }
  return json::object{{"N", std::to_string(size)}};
}

std::size_t stored_bytes(const json::object& item) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : item) bytes += name.size() + stored_bytes_of(value);
  return bytes;
}

void check_item(const json::object& item) {
  for (const auto& [name, value] : item) check_value(value);
  if (stored_bytes(item) > item_bytes_max) {
    throw invalid("Item size has exceeded the maximum allowed size");
  }
}

const json::string& key_text(const json::object& item, std::string_view name) {
  const auto* value = item.if_contains(name);
  if (value == nullptr) {
    throw invalid("One or more parameter values were invalid: Missing the key " +
                  std::string(name) + " in the item");
  }
  if (type_of(*value) != "S") {
    throw invalid("One or more parameter values were invalid: Type mismatch for key " +
                  std::string(name));
  }
  const auto& text = content_of(*value).as_string();
  if (text.empty()) {
    throw invalid(
        "One or more parameter values were invalid: An AttributeValue may not contain an empty "
        "string. Key: " +
        std::string(name));
  }
  return text;
}

}  // namespace tapedeck::simulator
