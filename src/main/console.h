// The terminal: data on stdout, everything else on stderr.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace tapedeck {

/// "tapedeck 0.1.0"
std::string program_line();

/// One line of JSON on stdout.
void print_json(const json::value& value);
/// The same for an event: {"event": name}, then its facts.
void print_event(std::string_view name, const json::object& facts);
/// JSON for people, on stdout: each member on a line of its own.
void print_document(const json::value& value);
/// A line of text on stdout; on stderr.
void print_line(std::string_view text);
void print_note(std::string_view text);

/// Columns as wide as they need to be, on stdout; the first row is the head. What comes from users
/// is shown without control characters.
void print_table(const std::vector<std::vector<std::string>>& rows);

bool is_terminal(int descriptor);

/// One line on stderr that changes while something goes on. Only on a terminal.
class StatusLine {
 public:
  StatusLine() : seen_(is_terminal(2)) {}
  ~StatusLine() { clear(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  void show(std::string_view text);
  void clear();

 private:
  const bool seen_;
  bool shown_ = false;
};

/// A password: from the file when `file` is not empty ("-" is stdin), else typed on the terminal
/// without echo, twice when `twice`. One line; throws UsageError when there is none.
std::string ask_password(const std::string& file, std::string_view prompt, bool twice);

/// "30d", "12h", "15m", "90s" as seconds. Throws UsageError.
std::int64_t parse_duration_seconds(std::string_view text);

}  // namespace tapedeck
