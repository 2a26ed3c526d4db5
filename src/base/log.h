// The log: events with fields, as JSON lines or for humans, on stderr. Secrets are cut out at the
// sink, so that no caller can forget to.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace tapedeck {

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { human, json };

struct LogField {
  using Value = std::variant<std::string_view, std::int64_t, double, bool>;
  std::string_view name;
  Value value;

  LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
  LogField(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, double v) : name(n), value(v) {}
  LogField(std::string_view n, bool v) : name(n), value(v) {}
  template <std::integral Integer>
  LogField(std::string_view n, Integer v) : name(n), value(static_cast<std::int64_t>(v)) {}
};

/// Safe for concurrent use. Lines are written whole.
class Log {
 public:
  struct Options {
    LogFormat format = LogFormat::human;
    LogLevel level = LogLevel::info;
  };

  explicit Log(Options options);
  ~Log();

  void debug(std::string_view event, std::initializer_list<LogField> fields = {});
  void info(std::string_view event, std::initializer_list<LogField> fields = {});
  void warning(std::string_view event, std::initializer_list<LogField> fields = {});
  void error(std::string_view event, std::initializer_list<LogField> fields = {});

 private:
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);

  struct Sink;
  const Options options_;
  std::unique_ptr<Sink> sink_;
};

/// The text with everything that looks like a secret of ours replaced by "[redacted]": td_ tokens,
/// playback capabilities, and the original server's 64-character keys.
std::string redact(std::string_view text);

}  // namespace tapedeck
