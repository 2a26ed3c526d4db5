#include "stories/story.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>

namespace tapedeck::stories {

std::vector<std::string> story_paths(const std::string& folder) {
  std::vector<std::string> paths;
  for (auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".story") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string trimmed(const std::string& text) {
  auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

namespace {

[[noreturn]] void refuse(int line, const std::string& text) {
  throw std::runtime_error("line " + std::to_string(line) + " makes no sense: " + text);
}

bool is_body(const std::string& text) {
  static const std::regex body(R"(^([{\["@]|\d+ (zeros|letters)\b|text ).*)");
  return std::regex_match(text, body);
}

/// "ann> POST /path {"a": 1}  -> 201"
Step read_request(int line, const std::string& text) {
  static const std::regex request(R"(^(\w+)>\s*(\S+)\s*(\S*)\s*(.*)$)");
  std::smatch match;
  if (!std::regex_match(text, match, request)) refuse(line, text);
  Step step{.line = line,
            .who = match[1],
            .verb = match[2],
            .rest = match[3],
            .fields = {},
            .body = match[4],
            .status = {},
            .expectations = {}};
  if (step.who == "host") step.rest = trimmed(step.rest + " " + step.body);
  if (step.who != "host" && !step.body.empty() && !is_body(step.body)) refuse(line, text);
  return step;
}

/// "201", or "201  $id = .id"
void read_status(Step& step, int line, const std::string& text) {
  step.status = text.substr(0, text.find(' '));
  auto more = trimmed(text.substr(std::min(text.size(), step.status.size())));
  if (!more.empty()) step.expectations.push_back({line, more});
}

/// "Name: value"
std::pair<std::string, std::string> read_field(int line, const std::string& text) {
  static const std::regex field(R"(^([A-Za-z][\w-]*):\s*(.*)$)");
  std::smatch match;
  if (!std::regex_match(text, match, field)) refuse(line, text);
  return {match[1], match[2]};
}

void read_detail(Step& step, int line, const std::string& text) {
  if (!step.status.empty()) {
    step.expectations.push_back({line, text});
  } else if (is_body(text)) {
    step.body = text;
  } else {
    step.fields.push_back(read_field(line, text));
  }
}

/// "8, 20: what is true"
Case read_case(int line, const std::string& text) {
  static const std::regex labelled(R"(^(\d+(?:, \d+)*): (.+)$)");
  static const std::regex number(R"(\d+)");
  std::smatch match;
  if (!std::regex_match(text, match, labelled)) refuse(line, text);
  Case found{.line = line, .items = {}, .title = match[2]};
  auto items = match[1].str();
  for (std::sregex_iterator it(items.begin(), items.end(), number), end; it != end; ++it) {
    found.items.push_back(std::stoi(it->str()));
  }
  return found;
}

void read_line(Story& story, int line, const std::string& text) {
  auto inner = trimmed(text);
  if (inner.starts_with("#") && story.title.empty()) story.title = trimmed(inner.substr(1));
  if (inner.empty() || inner.starts_with("#")) return;
  if (inner.starts_with("always ")) {
    story.always.push_back(read_field(line, inner.substr(7)));
    return;
  }
  if (inner.starts_with("with ")) {
    story.settings.push_back(trimmed(inner.substr(5)));
    return;
  }
  if (inner.starts_with("case ")) {
    story.cases.push_back(read_case(line, trimmed(inner.substr(5))));
    return;
  }
  auto arrow = inner.starts_with("->") ? 0 : inner.find(" -> ");
  auto before = arrow == std::string::npos ? inner : trimmed(inner.substr(0, arrow));
  if (text.front() != ' ') {
    story.steps.push_back(read_request(line, before));
  } else if (story.steps.empty()) {
    refuse(line, text);
  } else if (!before.empty()) {
    read_detail(story.steps.back(), line, before);
  }
  if (arrow != std::string::npos) {
    auto after = inner.substr(inner.find("->", arrow) + 2);
    read_status(story.steps.back(), line, trimmed(after));
  }
}

}  // namespace

Story read_story(const std::string& path) {
  Story story;
  std::ifstream file(path);
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) read_line(story, line, text);
  if (story.title.empty() || story.steps.empty()) {
    throw std::runtime_error(path + " has no title or no steps");
  }
  for (auto& step : story.steps) {
    if (step.who != "host" && step.status.empty()) refuse(step.line, "a request without '->'");
  }
  return story;
}

}  // namespace tapedeck::stories
