#include "api/router.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tapedeck::api {

namespace {

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

/// "/a/{b}" is {"a", "{b}"}; "/" is {""}, as in http::Target.
std::vector<std::string> split_pattern(std::string_view pattern) {
  std::vector<std::string> segments;
  pattern.remove_prefix(1);
  for (;;) {
    auto slash = pattern.find('/');
    segments.emplace_back(pattern.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    pattern.remove_prefix(slash + 1);
  }
}

/// A slash at the end of a path says nothing: `curl -T - URL/` sends one.
std::size_t count_without_slash(const std::vector<std::string>& segments) {
  auto count = segments.size();
  bool has_slash = count > 1 && segments.back().empty() && !segments[count - 2].empty();
  return has_slash ? count - 1 : count;
}

bool matches(const std::vector<std::string>& pattern, std::span<const std::string> segments) {
  return std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(),
                    [](const std::string& wanted, const std::string& segment) {
                      return is_parameter(wanted) ? !segment.empty() : wanted == segment;
                    });
}

void add_method(std::string& allowed, std::string_view method) {
  if (!allowed.empty()) allowed += ", ";
  allowed += method;
}

}  // namespace

void Router::add(Route route) {
  Entry entry{split_pattern(route.pattern), 0};
  entry.literals = static_cast<std::size_t>(
      std::count_if(entry.pattern.begin(), entry.pattern.end(),
                    [](const std::string& segment) { return !is_parameter(segment); }));
  entries_.push_back(std::move(entry));
  routes_.push_back(std::move(route));
}

Match Router::find(std::string_view method, const std::vector<std::string>& path) const {
  std::span segments(path.data(), count_without_slash(path));
  Match match;
  const Entry* best = nullptr;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const auto& entry = entries_[i];
    const auto& route = routes_[i];
    if (!matches(entry.pattern, segments)) continue;
    if (match.allowed.find(route.method) == std::string::npos) {
      add_method(match.allowed, route.method);
      if (route.method == "GET") add_method(match.allowed, "HEAD");
    }
    match.original = match.original || route.access == Access::original;
    bool answers = route.method == method || (method == "HEAD" && route.method == "GET");
    if (!answers || (best != nullptr && best->literals >= entry.literals)) continue;
    best = &entry;
    match.route = &route;
  }
  if (best == nullptr) return match;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (is_parameter(best->pattern[i])) match.parameters.push_back(segments[i]);
  }
  return match;
}

}  // namespace tapedeck::api
