#include "base/time.h"

#include <array>
#include <cctype>
#include <ctime>

#include <fmt/format.h>

namespace tapedeck {

namespace chrono = std::chrono;

namespace {

constexpr std::array<const char*, 7> weekday_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Takes exactly `digits` decimal digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<chrono::sys_days> make_day(std::optional<int> y, std::optional<int> m,
                                         std::optional<int> d) {
  if (!y || !m || !d || *m < 1 || *d < 1) return std::nullopt;
  chrono::year_month_day date{chrono::year{*y}, chrono::month{static_cast<unsigned>(*m)},
                              chrono::day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return chrono::sys_days{date};
}

std::optional<chrono::seconds> take_clock(std::string_view& text) {
  auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take_char(text, ":")) return std::nullopt;
  auto minute = take_number(text, 2);
  if (!minute || *minute > 59 || !take_char(text, ":")) return std::nullopt;
  auto second = take_number(text, 2);
  if (!second || *second > 60) return std::nullopt;  // 60 is a leap second
  return chrono::hours{*hour} + chrono::minutes{*minute} + chrono::seconds{*second};
}

/// ".5", ".123456": milliseconds, the rest cut off.
std::optional<Millis> take_fraction(std::string_view& text) {
  if (!take_char(text, ".")) return Millis{0};
  int value = 0;
  std::size_t digits = 0;
  for (; !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())); ++digits) {
    if (digits < 3) value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (auto i = digits; i < 3; ++i) value *= 10;
  return Millis{value};
}

/// "Z" or "+01:00".
std::optional<chrono::minutes> take_offset(std::string_view& text) {
  if (take_char(text, "Zz")) return chrono::minutes{0};
  bool negative = !text.empty() && text.front() == '-';
  if (!take_char(text, "+-")) return std::nullopt;
  auto hours = take_number(text, 2);
  if (!hours || *hours > 23 || !take_char(text, ":")) return std::nullopt;
  auto minutes = take_number(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  chrono::minutes total = chrono::hours{*hours} + chrono::minutes{*minutes};
  return negative ? -total : total;
}

}  // namespace

std::string format_rfc3339(Time time) {
  auto day = chrono::floor<chrono::days>(time);
  chrono::year_month_day date{day};
  chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  auto year = take_number(text, 4);
  if (!take_char(text, "-")) return std::nullopt;
  auto month = take_number(text, 2);
  if (!take_char(text, "-")) return std::nullopt;
  auto day = take_number(text, 2);
  auto date = make_day(year, month, day);
  if (!date || !take_char(text, "Tt ")) return std::nullopt;
  auto clock = take_clock(text);
  if (!clock) return std::nullopt;
  auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return Time{*date + *clock + *fraction - *offset};
}

std::string format_http_date(Time time) {
  auto day = chrono::floor<chrono::days>(time);
  chrono::year_month_day date{day};
  chrono::hh_mm_ss clock{chrono::floor<chrono::seconds>(time - day)};
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", weekday_names[chrono::weekday{day}.c_encoding()],
      static_cast<unsigned>(date.day()), month_names[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

std::optional<Time> parse_http_date(std::string_view text) {
  std::string copy(text);
  for (const char* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm parts{};
    const char* end = strptime(copy.c_str(), form, &parts);
    if (end == nullptr || *end != '\0') continue;
    return Time{chrono::seconds{timegm(&parts)}};
  }
  return std::nullopt;
}

}  // namespace tapedeck
