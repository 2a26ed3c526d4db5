#include "base/log.h"

#include <algorithm>
#include <cctype>
#include <chrono>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json.h"
#include "base/time.h"

namespace tapedeck {

namespace {

constexpr std::string_view mask = "[redacted]";

bool is_word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// The length of the run of letters and digits (and `also`) at the front.
std::size_t word_length(std::string_view text, std::string_view also = "") {
  std::size_t n = 0;
  while (n < text.size() &&
         (is_word_char(text[n]) || also.find(text[n]) != std::string_view::npos)) {
    ++n;
  }
  return n;
}

/// How many characters at the front of `text` are a secret; 0 when none.
std::size_t secret_length(std::string_view text) {
  if (text.starts_with("td_")) return word_length(text, "_-");
  auto run = word_length(text, "_-");
  if (run >= 80) return run;                             // a playback capability
  if (run == 64 && word_length(text) == 64) return run;  // an original's key, or a digest
  return 0;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

const char* name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "info";
}

std::string now_text() {
  auto now = std::chrono::system_clock::now();  // tidy: the log's own clock
  return format_rfc3339(std::chrono::floor<Millis>(now));
}

json::value json_of(const LogField::Value& value) {
  return std::visit([](auto v) { return json::value_from(v); }, value);
}

std::string human_line(std::string_view event, std::initializer_list<LogField> fields) {
  std::string line(event);
  for (const auto& field : fields) {
    line += fmt::format("  {}=", field.name);
    std::visit([&](auto v) { line += fmt::format("{}", v); }, field.value);
  }
  // One event is one line, whatever the fields hold.
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 32 || c == 127; }, ' ');
  return line;
}

std::string json_line(LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields) {
  json::object line{{"time", now_text()}, {"level", name_of(level)}, {"event", event}};
  for (const auto& field : fields) line[field.name] = json_of(field.value);
  return json::serialize(line);
}

}  // namespace

std::string redact(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (auto secret = secret_length(text)) {
      out += mask;
      text.remove_prefix(secret);
      continue;
    }
    // The rest of this word cannot start a secret; go on behind it.
    auto step = std::max<std::size_t>(word_length(text, "-"), 1);
    if (auto inner = text.substr(0, step).find("td_", 1); inner != std::string_view::npos) {
      step = inner;
    }
    out += text.substr(0, step);
    text.remove_prefix(step);
  }
  return out;
}

struct Log::Sink {
  std::shared_ptr<spdlog::logger> logger;
};

Log::Log(Options options) : options_(options), sink_(std::make_unique<Sink>()) {
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  sink_->logger = std::make_shared<spdlog::logger>("tapedeck", std::move(sink));
  sink_->logger->set_level(spdlog_level(options.level));
  sink_->logger->set_pattern(options.format == LogFormat::json ? "%v" : "%H:%M:%S %^%-7l%$ %v");
}

Log::~Log() = default;

void Log::debug(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::debug, event, fields);
}
void Log::info(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::info, event, fields);
}
void Log::warning(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::warning, event, fields);
}
void Log::error(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::error, event, fields);
}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < options_.level) return;
  auto line = options_.format == LogFormat::json ? json_line(level, event, fields)
                                                 : human_line(event, fields);
  sink_->logger->log(spdlog_level(level), "{}", redact(line));
}

}  // namespace tapedeck
