#include "stories/judge.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

#include <boost/json.hpp>

#include "base/digest.h"
#include "base/encoding.h"
#include "stories/story.h"

namespace tapedeck::stories {

namespace json = boost::json;

namespace {

/// ".items[0].title" in the value; null when there is nothing there.
const json::value* find_in(const json::value& whole, const std::string& path) {
  static const std::regex part(R"(\.([\w-]+)|\[(\d+)\])");
  const json::value* at = &whole;
  for (std::sregex_iterator it(path.begin(), path.end(), part), end; it != end && at; ++it) {
    if ((*it)[1].matched) {
      at = at->is_object() ? at->as_object().if_contains((*it)[1].str()) : nullptr;
    } else {
      at = at->is_array() ? at->as_array().if_contains(std::stoul((*it)[2])) : nullptr;
    }
  }
  return at;
}

std::optional<json::value> parsed(const std::string& text) {
  json::error_code error;
  auto value = json::parse(text, error);
  if (error) return std::nullopt;
  return value;
}

std::string plain(const json::value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("there is no recording " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Ordinary letters in an order that never repeats for long, so that a misplaced piece is noticed.
std::string letters(std::size_t count) {
  std::string text(count, ' ');
  std::uint32_t state = 1;
  for (auto& letter : text) {
    state = state * 1'664'525 + 1'013'904'223;
    letter = static_cast<char>('a' + (state >> 24) % 26);
  }
  return text;
}

/// "${base64 some text}", or in base 64 a digest of it: "${sha1 some text}".
std::string encoded(const std::string& how, const std::string& text) {
  static const std::map<std::string, DigestAlgorithm> algorithms{
      {"md5", DigestAlgorithm::md5},       {"sha1", DigestAlgorithm::sha1},
      {"sha256", DigestAlgorithm::sha256}, {"sha512", DigestAlgorithm::sha512},
      {"crc32c", DigestAlgorithm::crc32c},
  };
  if (how == "base64") return to_base64(text);
  if (!algorithms.contains(how)) throw std::runtime_error("nothing makes " + how);
  Hasher hasher(algorithms.at(how));
  hasher.update(text);
  return to_base64(hasher.finish());
}

bool matches(const std::string& text, const std::string& pattern) {
  return std::regex_search(text, std::regex(pattern));
}

}  // namespace

std::string Judge::fill(const std::string& text) const {
  static const std::regex variable(R"(\$(?:(\$|\w+)|\{(\w+) ([^}]*)\}))");
  std::string out;
  auto from = text.cbegin();
  for (std::sregex_iterator it(text.begin(), text.end(), variable), end; it != end; ++it) {
    out.append(from, (*it)[0].first);
    from = (*it)[0].second;
    if ((*it)[2].matched) {
      out += encoded((*it)[2], (*it)[3]);
      continue;
    }
    auto name = (*it)[1].str();
    if (name != "$" && !knows(name)) throw std::runtime_error("nothing set $" + name);
    out += name == "$" ? "$" : values_.at(name);
  }
  return out.append(from, text.cend());
}

std::string Judge::bytes_of(const std::string& body) const {
  static const std::regex file(R"(^@([\w.-]+)(?:\[(\d+)\.\.(\d+)\])?$)");
  static const std::regex count(R"(^(\d+) (zeros|letters)(?:\[(\d+)\.\.(\d+)\])?$)");
  std::smatch match;
  std::string bytes;
  if (std::regex_match(body, match, file)) {
    bytes = text_of_file(audio_ + "/" + match[1].str());
    if (!match[2].matched) return bytes;
    return bytes.substr(std::stoul(match[2]), std::stoul(match[3]) - std::stoul(match[2]));
  }
  if (std::regex_match(body, match, count)) {
    auto size = std::stoul(match[1]);
    bytes = match[2] == "zeros" ? std::string(size, '\0') : letters(size);
    if (!match[3].matched) return bytes;
    return bytes.substr(std::stoul(match[3]), std::stoul(match[4]) - std::stoul(match[3]));
  }
  auto text = fill(body);
  if (text.starts_with("text ")) return text.substr(5);
  if (text.starts_with("\"")) return plain(json::parse(text));
  return text;
}

std::string Judge::capture(const std::string& name, const std::string& from,
                           const PlainAnswer& answer) {
  if (from.starts_with(".")) {
    auto whole = parsed(answer.body);
    auto* found = whole ? find_in(*whole, from) : nullptr;
    if (!found) return "there is no " + from + " in " + shown(answer.body);
    set(name, plain(*found));
  } else {
    auto found = answer.fields.find(from);
    if (!found) return "there is no field " + from;
    set(name, std::string(*found));
  }
  return "";
}

std::string Judge::check_json(const std::string& path, const std::string& verb,
                              const std::string& wanted, const PlainAnswer& answer) const {
  auto whole = parsed(answer.body);
  auto* found = whole ? find_in(*whole, path) : nullptr;
  if (!found) return "there is no " + path + " in " + shown(answer.body);
  bool right = false;
  if (verb == "=") right = *found == json::parse(fill(wanted));
  if (verb == "~") right = matches(plain(*found), fill(wanted));
  if (verb == "has") {
    auto size = found->is_array() ? found->as_array().size() : plain(*found).size();
    right = size == std::stoul(wanted);
  }
  return right ? "" : path + " is " + shown(json::serialize(*found));
}

std::string Judge::check_body(const std::string& verb, const std::string& wanted,
                              const PlainAnswer& answer) const {
  bool right = false;
  if (verb == "=") right = answer.body == bytes_of(wanted);
  if (verb == "~") right = matches(answer.body, fill(wanted));
  if (verb == "has") right = answer.body.size() == std::stoul(wanted);
  if (right) return "";
  return "the body has " + std::to_string(answer.body.size()) + " bytes: " + shown(answer.body);
}

/// `field` empty: none of that status at all.
std::string check_no_early(int status, const std::string& field, const PlainAnswer& answer) {
  auto is_such = [&](const PlainAnswer& early) {
    return early.status == status && (field.empty() || early.fields.contains(field));
  };
  bool there = std::any_of(answer.early.begin(), answer.early.end(), is_such);
  return there ? "there is a " + std::to_string(status) + " " + field : "";
}

/// True of one of the informational answers with that status.
std::string Judge::check_early(int status, const std::string& expectation,
                               const PlainAnswer& answer) {
  auto wrong = "there is no " + std::to_string(status);
  for (auto& early : answer.early) {
    if (early.status != status) continue;
    wrong = check(expectation, early);
    if (wrong.empty()) return "";
  }
  return wrong;
}

std::string Judge::check(const std::string& expectation, const PlainAnswer& answer) {
  static const std::regex early(R"(^(1\d\d) (.+)$)");
  static const std::regex no_early(R"(^no (1\d\d)(?: ([\w-]+))?$)");
  static const std::regex captured(R"(^\$(\w+) = ([\w.\[\]-]+)$)");
  static const std::regex absent(R"(^no ([\w.\[\]-]+)$)");
  static const std::regex about(R"(^(\.[\w.\[\]-]+|body) (=|~|has) (.*?)(?: (?:bytes|items))?$)");
  static const std::regex field(R"(^([\w-]+)(:|\s~)\s*(.*)$)");
  std::smatch match;
  if (std::regex_match(expectation, match, early)) {
    return check_early(std::stoi(match[1]), match[2], answer);
  }
  if (std::regex_match(expectation, match, no_early)) {
    return check_no_early(std::stoi(match[1]), match[2], answer);
  }
  if (std::regex_match(expectation, match, captured)) return capture(match[1], match[2], answer);
  if (std::regex_match(expectation, match, absent)) {
    auto name = match[1].str();
    auto whole = parsed(answer.body);
    bool there = name.starts_with(".") ? whole && find_in(*whole, name)
                 : name == "body"      ? !answer.body.empty()
                                       : answer.fields.contains(name);
    return there ? "there is a " + name : "";
  }
  if (std::regex_match(expectation, match, about)) {
    if (match[1] == "body") return check_body(match[2], match[3], answer);
    return check_json(match[1], match[2], match[3], answer);
  }
  if (!std::regex_match(expectation, match, field)) return "this line makes no sense";
  auto found = answer.fields.find(match[1].str());
  if (!found) return "there is no field " + match[1].str();
  auto value = std::string(*found);
  auto wanted = fill(match[3]);
  bool right = match[2] == ":" ? value == wanted : matches(value, wanted);
  return right ? "" : match[1].str() + " is " + shown(value);
}

std::string shown(const std::string& text) {
  return text.size() <= 300 ? text
                            : text.substr(0, 300) + "… (" + std::to_string(text.size()) + ")";
}

std::string comparable(const PlainAnswer& answer) {
  static const std::vector<std::pair<std::regex, std::string>> replaced{
      {std::regex(R"re("(next_cursor|url|request_id|auth_key)": ?"[^"]*")re"), R"("$1":"…")"},
      {std::regex(R"(td_[a-z]_\w+)"), "TOKEN"},
      {std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z)"), "TIME"},
      {std::regex(R"([0-7][0-9A-HJKMNP-TV-Z]{25})"), "ULID"},
      {std::regex(R"(/play/[\w.-]+)"), "/play/CAPABILITY"},
      {std::regex(R"(--+[\w'()+,./:=?-]{8,})"), "--BOUNDARY"},
  };
  auto text = std::to_string(answer.status) + " ";
  for (auto name : {"Content-Type", "ETag", "Content-Range", "Accept-Ranges", "Location"}) {
    auto value = answer.fields.find(name);
    if (value && !value->starts_with("multipart/")) text += std::string(*value) + " ";
  }
  // The headers in a tar have checksums over the ids and times in them.
  bool is_tar = answer.fields.find("Content-Type") == "application/x-tar";
  if (is_tar || answer.body.size() > 64 * 1024) return text + std::to_string(answer.body.size());
  text += answer.body;
  for (auto& [pattern, word] : replaced) text = std::regex_replace(text, pattern, word);
  return text;
}

}  // namespace tapedeck::stories
