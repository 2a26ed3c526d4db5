#include "http/structured.h"

#include <algorithm>
#include <charconv>

#include "base/encoding.h"

namespace tapedeck::http {

namespace {

using namespace structured;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_alpha(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}
bool is_key_char(char c) {
  return is_lower(c) || is_digit(c) || std::string_view("_-.*").find(c) != std::string_view::npos;
}
bool is_token_char(char c) {
  return is_alpha(c) || is_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~:/").find(c) != std::string_view::npos;
}

/// The algorithms of RFC 8941 4.2, each taking what it reads off the front. Failure is nothing.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  std::optional<Dictionary> dictionary() {
    Dictionary members;
    skip(" ");
    while (!rest_.empty()) {
      auto key = this->key();
      if (!key) return std::nullopt;
      auto member = this->member();
      if (!member) return std::nullopt;
      if (!put(members, std::move(*key), std::move(*member))) return std::nullopt;

      skip(" \t");
      if (rest_.empty()) return members;
      if (!take(',')) return std::nullopt;
      skip(" \t");
      if (rest_.empty()) return std::nullopt;  // a trailing comma
    }
    return members;
  }

  std::optional<Item> item_alone() {
    skip(" ");
    auto item = this->item();
    if (!rest_.empty()) return std::nullopt;
    return item;
  }

 private:
  void skip(std::string_view what) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(what), rest_.size()));
  }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  template <class Belongs>
  std::string_view take_while(Belongs belongs) {
    auto end = std::find_if_not(rest_.begin(), rest_.end(), belongs);
    auto taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  /// False when there are too many.
  template <class Entries, class Entry>
  static bool put(Entries& entries, std::string key, Entry entry) {
    auto same = std::find_if(entries.begin(), entries.end(),
                             [&](const auto& known) { return known.first == key; });
    if (same != entries.end()) {
      same->second = std::move(entry);
    } else {
      entries.emplace_back(std::move(key), std::move(entry));
    }
    return entries.size() <= structured_members_max;
  }

  std::optional<std::string> key() {
    if (rest_.empty() || !(is_lower(rest_.front()) || rest_.front() == '*')) return std::nullopt;
    return std::string(take_while(is_key_char));
  }

  std::optional<Member> member() {
    if (!take('=')) {  // a key alone is true
      auto parameters = this->parameters();
      if (!parameters) return std::nullopt;
      return Member{Item{true, std::move(*parameters)}, {}};
    }
    if (take('(')) return inner_list();
    auto item = this->item();
    if (!item) return std::nullopt;
    return Member{std::move(*item), {}};
  }

  std::optional<Member> inner_list() {
    std::vector<Item> items;
    for (;;) {
      skip(" ");
      if (take(')')) break;
      auto item = this->item();
      if (!item) return std::nullopt;
      items.push_back(std::move(*item));
      if (!rest_.starts_with(' ') && !rest_.starts_with(')')) return std::nullopt;
    }
    auto parameters = this->parameters();
    if (!parameters) return std::nullopt;
    return Member{std::move(items), std::move(*parameters)};
  }

  std::optional<Item> item() {
    auto value = this->value();
    if (!value) return std::nullopt;
    auto parameters = this->parameters();
    if (!parameters) return std::nullopt;
    return Item{std::move(*value), std::move(*parameters)};
  }

  std::optional<Parameters> parameters() {
    Parameters parameters;
    while (take(';')) {
      skip(" ");
      auto key = this->key();
      if (!key) return std::nullopt;
      std::optional<Value> value = true;
      if (take('=')) value = this->value();
      if (!value) return std::nullopt;
      if (!put(parameters, std::move(*key), std::move(*value))) return std::nullopt;
    }
    return parameters;
  }

  std::optional<Value> value() {
    if (rest_.empty()) return std::nullopt;
    auto first = rest_.front();
    if (first == '-' || is_digit(first)) return number();
    if (first == '"') return string();
    if (first == ':') return bytes();
    if (first == '?') return boolean();
    if (first == '*' || is_alpha(first)) return Token{std::string(take_while(is_token_char))};
    return std::nullopt;
  }

  /// 4.2.4: at most 15 digits, or 12 and up to 3 after the point.
  std::optional<Value> number() {
    auto start = rest_;
    take('-');
    auto whole = take_while(is_digit);
    if (whole.empty() || whole.size() > 15) return std::nullopt;
    if (!take('.')) {
      std::int64_t integer = 0;
      std::from_chars(start.data(), rest_.data(), integer);
      return integer;
    }
    auto fraction = take_while(is_digit);
    if (whole.size() > 12 || fraction.empty() || fraction.size() > 3) return std::nullopt;
    double decimal = 0;
    std::from_chars(start.data(), rest_.data(), decimal);
    return decimal;
  }

  std::optional<Value> string() {
    std::string text;
    take('"');
    while (!rest_.empty()) {
      auto c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return text;
      if (c == '\\') {
        if (!rest_.starts_with('"') && !rest_.starts_with('\\')) return std::nullopt;
        c = rest_.front();
        rest_.remove_prefix(1);
      }
      if (c < 0x20 || c == 0x7f) return std::nullopt;  // char is signed: not ASCII is below 0
      text += c;
    }
    return std::nullopt;
  }

  std::optional<Value> bytes() {
    take(':');
    auto end = rest_.find(':');
    if (end == std::string_view::npos) return std::nullopt;
    std::string encoded(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    if (encoded.find('=') == std::string::npos) {  // 4.2.7: padding may be missing
      encoded.resize((encoded.size() + 3) / 4 * 4, '=');
    }
    auto decoded = parse_base64(encoded);
    if (!decoded) return std::nullopt;
    return Bytes{std::move(*decoded)};
  }

  std::optional<Value> boolean() {
    take('?');
    if (take('1')) return true;
    if (take('0')) return false;
    return std::nullopt;
  }

  std::string_view rest_;
};

}  // namespace

namespace {

std::string_view without_spaces_behind(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<Dictionary> parse_dictionary(std::string_view text) {
  return Parser(without_spaces_behind(text)).dictionary();
}

std::optional<Item> parse_item(std::string_view text) {
  return Parser(without_spaces_behind(text)).item_alone();
}

std::optional<std::string> find_combined(const Fields& fields, std::string_view name) {
  std::optional<std::string> combined;
  for (auto value : fields.find_all(name)) {
    if (combined) {
      *combined += ", ";
    } else {
      combined.emplace();
    }
    *combined += value;
  }
  return combined;
}

}  // namespace tapedeck::http
