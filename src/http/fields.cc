#include "http/fields.h"

#include <algorithm>

namespace tapedeck::http {

namespace {
constexpr std::size_t usual_count = 16;  // of a request or an answer
constexpr std::size_t usual_bytes = 500;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
}  // namespace

bool equal_without_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

bool Fields::is_named(const Place& place, std::string_view name) const {
  return place.name_bytes == name.size() && equal_without_case(name_of(place), name);
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
  for (const auto& place : places_) {
    if (is_named(place, name)) return value_of(place);
  }
  return std::nullopt;
}

std::vector<std::string_view> Fields::find_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& place : places_) {
    if (is_named(place, name)) values.push_back(value_of(place));
  }
  return values;
}

void Fields::reserve(std::size_t text_bytes) {
  text_.reserve(text_bytes);
  places_.reserve(usual_count);
}

void Fields::add(std::string_view name, std::string_view value) {
  Place place{static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(name.size()),
              static_cast<std::uint32_t>(value.size())};
  std::string outgrown;  // keeps what the arguments may be views of
  auto bytes = text_.size() + name.size() + value.size();
  if (bytes > text_.capacity()) {
    std::string larger;
    larger.reserve(std::max(2 * bytes, usual_bytes));
    larger.append(text_);
    outgrown = std::move(text_);
    text_ = std::move(larger);
  }
  if (places_.empty()) places_.reserve(usual_count);
  text_.append(name).append(value);
  places_.push_back(place);
}

void Fields::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void Fields::remove(std::string_view name) {
  std::erase_if(places_, [&](const Place& place) { return is_named(place, name); });
}

}  // namespace tapedeck::http
