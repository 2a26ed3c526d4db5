#include "http/fields.h"

#include <algorithm>

namespace tapedeck::http {

namespace {
constexpr std::size_t usual_count = 16;  // of a request or an answer

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
}  // namespace

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
  for (const auto& field : fields_) {
    if (equal_without_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Fields::find_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& field : fields_) {
    if (equal_without_case(field.name, name)) values.emplace_back(field.value);
  }
  return values;
}

void Fields::add(std::string name, std::string value) {
  if (fields_.empty()) fields_.reserve(usual_count);
  fields_.push_back({std::move(name), std::move(value)});
}

void Fields::set(std::string_view name, std::string value) {
  remove(name);
  add(std::string(name), std::move(value));
}

void Fields::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& f) { return equal_without_case(f.name, name); });
}

}  // namespace tapedeck::http
