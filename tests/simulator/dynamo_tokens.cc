#include "simulator/dynamo_tokens.h"

#include <cctype>

#include "http/fields.h"
#include "simulator/dynamo_error.h"

namespace tapedeck::simulator {

namespace {

bool is_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '#' || c == ':';
}

const json::value& find(const json::object* defined, std::string_view placeholder) {
  const auto* found = defined == nullptr ? nullptr : defined->if_contains(placeholder);
  if (found == nullptr) {
    throw invalid("Invalid expression: " + std::string(placeholder) + " is not defined");
  }
  return *found;
}

void check_used(const json::object* defined, const std::set<std::string, std::less<>>& used) {
  if (defined == nullptr) return;
  for (const auto& [placeholder, meaning] : *defined) {
    if (used.contains(std::string_view(placeholder))) continue;
    throw invalid("A name or value provided is unused in expressions: " + std::string(placeholder));
  }
}

}  // namespace

std::string Placeholders::name(std::string_view placeholder) {
  const auto& found = find(names_, placeholder);
  used_.emplace(placeholder);
  return std::string(found.as_string());
}

const json::value& Placeholders::value(std::string_view placeholder) {
  const auto& found = find(values_, placeholder);
  used_.emplace(placeholder);
  return found;
}

void Placeholders::check_all_used() const {
  check_used(names_, used_);
  check_used(values_, used_);
}

Tokens::Tokens(std::string_view text) {
  while (!text.empty()) {
    std::size_t length = 0;
    while (length < text.size() && is_letter(text[length])) ++length;
    bool is_pair = text.starts_with("<>") || text.starts_with("<=") || text.starts_with(">=");
    if (length == 0) length = is_pair ? 2 : 1;
    auto word = text.substr(0, length);
    text.remove_prefix(length);
    if (word == " ") continue;
    if (!is_letter(word[0]) && !is_pair &&
        std::string_view("=<>(),.+-").find(word[0]) == std::string_view::npos) {
      throw invalid("Invalid expression: Syntax error; token: " + std::string(word));
    }
    words_.emplace_back(word);
  }
}

const std::string& Tokens::peek() const {
  static const std::string nothing;
  return at_end() ? nothing : words_[at_];
}

bool Tokens::is_next(std::string_view word) const {
  return !at_end() && http::equal_without_case(words_[at_], word);
}

bool Tokens::take_if(std::string_view word) {
  if (!is_next(word)) return false;
  ++at_;
  return true;
}

std::string Tokens::take() {
  if (at_end()) throw invalid("Invalid expression: it ends too early");
  return words_[at_++];
}

void Tokens::expect(std::string_view word) {
  if (take_if(word)) return;
  throw invalid("Invalid expression: " + std::string(word) + " is expected; token: " + peek());
}

}  // namespace tapedeck::simulator
