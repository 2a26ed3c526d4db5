#include "main/console.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include "core/text.h"
#include "main/config.h"
#include "main/setting_values.h"
#include "main/version.h"

namespace tapedeck {

namespace {

constexpr std::size_t cell_bytes_max = 400;

/// Characters, near enough for columns: bytes that do not continue a UTF-8 sequence.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

/// Turns the terminal's echo off while it lives.
class Silence {
 public:
  explicit Silence(int descriptor) : descriptor_(descriptor) {
    if (tcgetattr(descriptor_, &before_) != 0) return;
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
  }
  ~Silence() {
    if (changed_) tcsetattr(descriptor_, TCSAFLUSH, &before_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  const int descriptor_;
  termios before_{};
  bool changed_ = false;
};

std::string indented(const json::value& value, const std::string& margin) {
  auto inner = margin + "  ";
  std::string text;
  auto add = [&](const std::string& entry) {
    text += (text.empty() ? "\n" : ",\n") + inner + entry;
  };
  if (const auto* object = value.if_object(); object && !object->empty()) {
    for (const auto& [name, member] : *object) {
      add(json::serialize(json::value(name)) + ": " + indented(member, inner));
    }
    return "{" + text + "\n" + margin + "}";
  }
  if (const auto* array = value.if_array(); array && !array->empty()) {
    for (const auto& element : *array) add(indented(element, inner));
    return "[" + text + "\n" + margin + "]";
  }
  return json::serialize(value);
}

std::string first_line(std::istream& from, const std::string& name) {
  std::string line;
  if (!std::getline(from, line) && line.empty()) {
    throw UsageError("There is no password in " + name + "; put it on its first line.");
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::string typed(std::string_view prompt) {
  fmt::print(stderr, "{}: ", prompt);
  Silence silence(STDIN_FILENO);
  auto line = first_line(std::cin, "what you typed");
  fmt::print(stderr, "\n");
  return line;
}

}  // namespace

std::string program_line() {
  return fmt::format("tapedeck {}", program_version);
}

void print_document(const json::value& value) {
  print_line(indented(value, ""));
}

void print_json(const json::value& value) {
  print_line(json::serialize(value));
}
void print_event(std::string_view name, const json::object& facts) {
  json::object event{{"event", name}};
  for (const auto& [key, value] : facts) event[key] = value;
  print_json(event);
}
void print_line(std::string_view text) {
  fmt::print("{}\n", text);
  std::fflush(stdout);  // a reader behind a pipe wants it now
}
void print_note(std::string_view text) {
  fmt::print(stderr, "{}\n", text);
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> clean;
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    clean.emplace_back();
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      clean.back().push_back(clean_line(row[i], cell_bytes_max));
      widths[i] = std::max(widths[i], width_of(clean.back()[i]));
    }
  }
  for (const auto& row : clean) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line += std::string(widths[i] - width_of(row[i]) + 2, ' ');
    }
    print_line(line);
  }
}

bool is_terminal(int descriptor) {
  return isatty(descriptor) == 1;
}

void StatusLine::show(std::string_view text) {
  if (!seen_) return;
  fmt::print(stderr, "\r\x1b[K{}", text);
  shown_ = true;
}

void StatusLine::clear() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
}

std::string ask_password(const std::string& file, std::string_view prompt, bool twice) {
  if (file == "-") return first_line(std::cin, "stdin");
  if (!file.empty()) {
    std::ifstream opened(file);
    if (!opened) throw UsageError("The file " + file + " cannot be read. Check its name and mode.");
    return first_line(opened, file);
  }
  if (!is_terminal(STDIN_FILENO)) {
    throw UsageError(
        "A password is needed, and there is no terminal to ask on. Give a file with "
        "--password-file FILE, or --password-file - and the password on stdin.");
  }
  auto password = typed(prompt);
  if (twice && typed("The same again") != password) {
    throw UsageError("The two passwords differ. Nothing was changed; try again.");
  }
  return password;
}

std::int64_t parse_duration_seconds(std::string_view text) {
  auto unit = text.empty() ? ' ' : text.back();
  auto number = parse_number(text.substr(0, text.size() - (text.empty() ? 0 : 1)), 36'600);
  std::int64_t seconds = 0;
  switch (unit) {
    case 's':
      seconds = 1;
      break;
    case 'm':
      seconds = 60;
      break;
    case 'h':
      seconds = 3'600;
      break;
    case 'd':
      seconds = 86'400;
      break;
    default:
      break;
  }
  if (!number || *number == 0 || seconds == 0) {
    throw UsageError(
        fmt::format("\"{}\" is not a duration; write one like 30d, 12h or 15m.", text));
  }
  return *number * seconds;
}

}  // namespace tapedeck
