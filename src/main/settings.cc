#include "main/settings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <numeric>

#include <fmt/format.h>

#include "http/client.h"
#include "main/setting_values.h"
#include "main/store_settings.h"
#include "store/s3_bucket.h"

namespace tapedeck {

namespace {

using Values = std::vector<std::string>;

[[noreturn]] void refuse(std::string_view value, std::string_view expected) {
  throw Error(Fault::invalid, fmt::format("\"{}\" is not {}", value, expected));
}

std::uint32_t number_of(const Values& values, std::uint32_t max) {
  auto number = parse_number(values.back(), max);
  if (!number) refuse(values.back(), fmt::format("a number from 0 to {}", max));
  return *number;
}

ByteCount bytes_of(const Values& values) {
  auto bytes = parse_byte_count(values.back());
  if (!bytes) refuse(values.back(), "a size; write one like 10GiB, 500MB or 1048576");
  return *bytes;
}

std::optional<ByteCount> limit_of(const Values& values) {
  return values.back() == "none" ? std::nullopt : std::optional(bytes_of(values));
}

std::string shown_limit(std::optional<ByteCount> limit) {
  return limit ? format_byte_count(*limit) : "none";
}

bool toggle_of(const Values& values) {
  auto toggle = parse_toggle(values.back());
  if (!toggle) refuse(values.back(), "yes or no");
  return *toggle;
}

template <class Choice, std::size_t count>
Choice choice_of(const Values& values,
                 const std::array<std::pair<std::string_view, Choice>, count>& choices) {
  std::string names;
  for (const auto& [name, choice] : choices) {
    if (name == values.back()) return choice;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
  }
  refuse(values.back(), "one of: " + names);
}

std::string joined(const Values& values) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : ",") + value;
  return text;
}

void check_listen(const std::string& address) {
  if (address.starts_with("unix:") && address.size() > 5) return;
  auto colon = address.rfind(':');
  auto port = colon == std::string::npos ? std::string() : address.substr(colon + 1);
  if (colon == 0 || !parse_number(port, 65'535)) {
    refuse(address, "an address to listen on; write HOST:PORT, [V6]:PORT or unix:PATH");
  }
}

void check_url(const std::string& url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    refuse(url, "a URL; write one like http://localhost:8080 or https://tapes.example.org");
  }
}

/// S3's rule; ours too, since a name becomes a part of URLs and hosts.
void check_bucket(const std::string& name) {
  constexpr std::string_view chars = "abcdefghijklmnopqrstuvwxyz0123456789.-";
  bool is_good = name.size() >= 3 && name.size() <= 63 &&
                 name.find_first_not_of(chars) == std::string::npos &&
                 std::isalnum(static_cast<unsigned char>(name.front())) &&
                 std::isalnum(static_cast<unsigned char>(name.back()));
  if (!is_good) refuse(name, "a bucket; 3 to 63 small letters, digits, dots and hyphens");
}

void check_table(const std::string& name) {
  constexpr std::string_view chars =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  if (name.size() < 3 || name.size() > 255 || name.find_first_not_of(chars) != std::string::npos) {
    refuse(name, "a table; 3 to 255 letters, digits, dots, hyphens and underscores");
  }
}

void check_region(const std::string& name) {
  constexpr std::string_view chars = "abcdefghijklmnopqrstuvwxyz0123456789-";
  if (name.empty() || name.find_first_not_of(chars) != std::string::npos) {
    refuse(name, "a region; write one like eu-central-1");
  }
}

/// Without a path: S3 and DynamoDB are at the root of their hosts.
void check_endpoint(const std::string& url) {
  if (!url.starts_with("http") || !http::parse_origin(url)) {
    refuse(url, "an endpoint; write one like http://localhost:9000 or https://s3.example.org");
  }
}

std::string shown_or(const std::string& value, const char* otherwise) {
  return value.empty() ? otherwise : value;
}

std::string without_last_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

constexpr ByteCount volume_blob_max_max = 2 * MiB;       // half of what one write has
constexpr std::uint32_t live_minutes_max = 60 * 24 * 3;  // well below the time uploads are kept

constexpr std::array<std::pair<std::string_view, CatalogChoice>, 3> catalog_choices{
    {{"sqlite", CatalogChoice::sqlite},
     {"dynamo", CatalogChoice::dynamo},
     {"memory", CatalogChoice::memory}}};
constexpr std::array<std::pair<std::string_view, BlobsChoice>, 3> blobs_choices{
    {{"disk", BlobsChoice::disk}, {"s3", BlobsChoice::s3}, {"memory", BlobsChoice::memory}}};
constexpr std::array<std::pair<std::string_view, S3Style>, 2> style_choices{
    {{"path", S3Style::path}, {"virtual_host", S3Style::virtual_host}}};
constexpr std::array<std::pair<std::string_view, PlaybackWay>, 2> playback_choices{
    {{"proxy", PlaybackWay::proxy}, {"redirect", PlaybackWay::redirect}}};
constexpr std::array<std::pair<std::string_view, const char*>, 3> encryption_choices{
    {{"none", ""}, {"AES256", "AES256"}, {"aws:kms", "aws:kms"}}};
constexpr std::array<std::pair<std::string_view, SignupMode>, 3> signup_choices{
    {{"open", SignupMode::open}, {"invite", SignupMode::invite}, {"closed", SignupMode::closed}}};
constexpr std::array<std::pair<std::string_view, LogFormat>, 2> format_choices{
    {{"human", LogFormat::human}, {"json", LogFormat::json}}};
constexpr std::array<std::pair<std::string_view, LogLevel>, 4> level_choices{
    {{"debug", LogLevel::debug},
     {"info", LogLevel::info},
     {"warning", LogLevel::warning},
     {"error", LogLevel::error}}};

template <class Choice, std::size_t count>
std::string shown_choice(Choice choice,
                         const std::array<std::pair<std::string_view, Choice>, count>& choices) {
  for (const auto& [name, value] : choices) {
    if (value == choice) return std::string(name);
  }
  return "";
}

std::string shown_signup(const Config& config) {
  std::string name = name_of(signup_in_force(config));
  if (config.signup) return name;
  auto why = name == "open" ? "only this machine can connect" : "other machines can connect";
  return fmt::format("{} ({})", name, why);
}

using enum SettingShape;
using enum SettingUser;

const std::array<Setting, 41> settings{{
    {"listen", "HOST:PORT", "Where to listen: HOST:PORT, [V6]:PORT or unix:PATH.", list, server,
     [](Config& c, const Values& v) {
       std::for_each(v.begin(), v.end(), check_listen);
       if (v.empty()) throw Error(Fault::invalid, "at least one address is needed");
       c.listen = v;
     },
     [](const Config& c) { return joined(c.listen); }},
    {"data", "DIR", "The data folder; made when it is not there.", single, server,
     [](Config& c, const Values& v) {
       if (v.back().empty()) refuse("", "a folder");
       c.data = v.back();
     },
     [](const Config& c) { return c.data.string(); }},
    {"catalog", "sqlite|dynamo|memory",
     "Where facts are kept. memory forgets all when the server stops.", single, server,
     [](Config& c, const Values& v) { c.catalog = choice_of(v, catalog_choices); },
     [](const Config& c) { return shown_choice(c.catalog, catalog_choices); }},
    {"blobs", "disk|s3|memory", "Where audio is kept. memory forgets all when the server stops.",
     single, server, [](Config& c, const Values& v) { c.blobs = choice_of(v, blobs_choices); },
     [](const Config& c) { return shown_choice(c.blobs, blobs_choices); }},
    {"volume_blob_max", "SIZE", "Pieces of audio up to this share volume files; 0: none does.",
     single, server,
     [](Config& c, const Values& v) {
       c.volume_blob_max = bytes_of(v);
       if (c.volume_blob_max > volume_blob_max_max) refuse(v.back(), "a size up to 2MiB");
     },
     [](const Config& c) { return format_byte_count(c.volume_blob_max); }},
    {"s3_bucket", "NAME", "The bucket for audio; `tapedeck storage init` makes it.", single, server,
     [](Config& c, const Values& v) {
       check_bucket(v.back());
       c.s3_bucket = v.back();
     },
     [](const Config& c) { return shown_or(c.s3_bucket, "none"); }},
    {"s3_endpoint", "URL", "Where S3 is. Default: AWS's in that region.", single, server,
     [](Config& c, const Values& v) {
       check_endpoint(v.back());
       c.s3_endpoint = without_last_slash(v.back());
     },
     [](const Config& c) { return shown_or(s3_endpoint_in_force(c), "AWS"); }},
    {"s3_region", "REGION", "Its region. Default: AWS_REGION, and us-east-1 where it is not AWS.",
     single, server,
     [](Config& c, const Values& v) {
       check_region(v.back());
       c.s3_region = v.back();
     },
     [](const Config& c) { return shown_or(s3_region_in_force(c), "none"); }},
    {"s3_style", "path|virtual_host",
     "Whether the bucket is named in a URL's path or host. Default: host for AWS, else path.",
     single, server, [](Config& c, const Values& v) { c.s3_style = choice_of(v, style_choices); },
     [](const Config& c) { return shown_choice(s3_style_in_force(c), style_choices); }},
    {"s3_encryption", "none|AES256|aws:kms",
     "How S3 is asked to encrypt audio; none leaves it to the bucket's own default.", single,
     server, [](Config& c, const Values& v) { c.s3_encryption = choice_of(v, encryption_choices); },
     [](const Config& c) { return shown_or(c.s3_encryption, "none"); }},
    {"s3_encryption_key", "KEY", "The key's id in KMS, for aws:kms. Default: the service's own.",
     single, server, [](Config& c, const Values& v) { c.s3_encryption_key = v.back(); },
     [](const Config& c) { return shown_or(c.s3_encryption_key, "none"); }},
    {"dynamo_table", "NAME", "The table for facts; `tapedeck storage init` makes it.", single,
     server,
     [](Config& c, const Values& v) {
       check_table(v.back());
       c.dynamo_table = v.back();
     },
     [](const Config& c) { return c.dynamo_table; }},
    {"dynamo_endpoint", "URL", "Where DynamoDB is. Default: AWS's in that region.", single, server,
     [](Config& c, const Values& v) {
       check_endpoint(v.back());
       c.dynamo_endpoint = without_last_slash(v.back());
     },
     [](const Config& c) { return shown_or(dynamo_endpoint_in_force(c), "AWS"); }},
    {"dynamo_region", "REGION",
     "Its region. Default: AWS_REGION, and us-east-1 where it is not AWS.", single, server,
     [](Config& c, const Values& v) {
       check_region(v.back());
       c.dynamo_region = v.back();
     },
     [](const Config& c) { return shown_or(dynamo_region_in_force(c), "none"); }},
    {"playback", "proxy|redirect",
     "Whether audio goes through the server, or players are sent to S3 where it can be.", single,
     server, [](Config& c, const Values& v) { c.playback = choice_of(v, playback_choices); },
     [](const Config& c) { return shown_choice(c.playback, playback_choices); }},
    {"tls_cert", "FILE", "A certificate chain (PEM): turns TLS on. Read again on SIGHUP.", single,
     server, [](Config& c, const Values& v) { c.tls_cert = v.back(); },
     [](const Config& c) { return c.tls_cert; }},
    {"tls_key", "FILE", "The certificate's private key (PEM).", single, server,
     [](Config& c, const Values& v) { c.tls_key = v.back(); },
     [](const Config& c) { return c.tls_key; }},
    {"signup", "open|invite|closed",
     "Who may make an account. Default: open when only this machine can connect, else invite.",
     single, server, [](Config& c, const Values& v) { c.signup = choice_of(v, signup_choices); },
     shown_signup},
    {"quota", "SIZE|none", "How much a new account may hold.", single, server,
     [](Config& c, const Values& v) { c.quota = limit_of(v); },
     [](const Config& c) { return shown_limit(c.quota); }},
    {"cors_origins", "ORIGIN", "Web origins that may call the API from a browser; * for all.", list,
     server, [](Config& c, const Values& v) { c.cors_origins = v; },
     [](const Config& c) { return joined(c.cors_origins); }},
    {"trusted_proxies", "ADDRESS", "Proxies (address or CIDR) whose X-Forwarded-* are believed.",
     list, server, [](Config& c, const Values& v) { c.trusted_proxies = v; },
     [](const Config& c) { return joined(c.trusted_proxies); }},
    {"allow_unverified_social_login", "yes|no",
     "Lets the original server's phone apps sign in. Anybody who knows an id gets its account.",
     toggle, server,
     [](Config& c, const Values& v) { c.allow_unverified_social_login = toggle_of(v); },
     [](const Config& c) { return std::string(c.allow_unverified_social_login ? "yes" : "no"); }},
    {"metrics_listen", "HOST:PORT|none", "Where to serve /metrics for Prometheus; off by default.",
     single, server,
     [](Config& c, const Values& v) {
       if (v.back() != "none") check_listen(v.back());
       c.metrics_listen = v.back() == "none" ? "" : v.back();
     },
     [](const Config& c) { return c.metrics_listen.empty() ? "none" : c.metrics_listen; }},
    {"public_url", "URL", "How people reach the server; for printed links.", single, server,
     [](Config& c, const Values& v) {
       check_url(v.back());
       c.public_url = without_last_slash(v.back());
     },
     public_url_in_force},
    {"log_format", "human|json", "The form of the log on stderr.", single, server,
     [](Config& c, const Values& v) { c.log_format = choice_of(v, format_choices); },
     [](const Config& c) { return shown_choice(c.log_format, format_choices); }},
    {"log_level", "debug|info|warning|error", "The least that is logged.", single, server,
     [](Config& c, const Values& v) { c.log_level = choice_of(v, level_choices); },
     [](const Config& c) { return shown_choice(c.log_level, level_choices); }},
    {"trash_days", "DAYS", "How long deleted recordings can be restored.", single, server,
     [](Config& c, const Values& v) { c.trash_days = number_of(v, 36'500); },
     [](const Config& c) { return std::to_string(c.trash_days); }},
    {"free_bytes_min", "SIZE", "With less free space than this, new recordings are refused.",
     single, server, [](Config& c, const Values& v) { c.free_bytes_min = bytes_of(v); },
     [](const Config& c) { return format_byte_count(c.free_bytes_min); }},
    {"recording_bytes_max", "SIZE", "The longest recording that is taken.", single, server,
     [](Config& c, const Values& v) { c.recording_bytes_max = bytes_of(v); },
     [](const Config& c) { return format_byte_count(c.recording_bytes_max); }},
    {"direct_from_bytes", "SIZE|none",
     "From this size on clients are asked to send a recording straight to S3; they must reach it.",
     single, server,
     [](Config& c, const Values& v) {
       c.direct_from_bytes = v.back() == "none" ? std::nullopt : std::optional(bytes_of(v));
     },
     [](const Config& c) {
       return c.direct_from_bytes ? format_byte_count(*c.direct_from_bytes) : "none";
     }},
    {"recording_minutes_max", "MINUTES", "The longest time that a recording may be live.", single,
     server,
     [](Config& c, const Values& v) {
       c.recording_time_max = std::chrono::minutes(number_of(v, live_minutes_max));
     },
     [](const Config& c) { return std::to_string(c.recording_time_max.count()); }},
    {"live_max", "N", "How many recordings of one account may be live at one time.", single, server,
     [](Config& c, const Values& v) { c.live_max = number_of(v, 1'000'000); },
     [](const Config& c) { return std::to_string(c.live_max); }},
    {"finish_minutes", "MINUTES",
     "A live recording that is silent for so long is completed as recovered.", single, server,
     [](Config& c, const Values& v) {
       c.finish_after = std::chrono::minutes(number_of(v, live_minutes_max));
     },
     [](const Config& c) { return std::to_string(c.finish_after.count()); }},
    {"resumable_minutes", "MINUTES", "How long after its last byte an upload can be resumed.",
     single, server,
     [](Config& c, const Values& v) {
       c.resumable_time = std::chrono::minutes(number_of(v, live_minutes_max));
     },
     [](const Config& c) { return std::to_string(c.resumable_time.count()); }},
    {"requests_per_minute", "N", "Requests from one address in a minute; 0 for no limit.", single,
     server,
     [](Config& c, const Values& v) { c.requests_per_minute = number_of(v, 1'000'000'000); },
     [](const Config& c) { return std::to_string(c.requests_per_minute); }},
    {"threads", "N", "Threads that serve connections; 0 for one per core.", single, server,
     [](Config& c, const Values& v) { c.threads = number_of(v, 1'024); },
     [](const Config& c) { return std::to_string(c.threads); }},
    {"append_bytes_max", "SIZE|none",
     "The largest body that what is in front of the server carries; clients send in such parts.",
     single, server, [](Config& c, const Values& v) { c.append_bytes_max = limit_of(v); },
     [](const Config& c) { return shown_limit(c.append_bytes_max); }},
    {"answer_bytes_max", "SIZE|none",
     "The largest answer that it carries; more audio goes in ranges, or by a redirect.", single,
     server, [](Config& c, const Values& v) { c.answer_bytes_max = limit_of(v); },
     [](const Config& c) { return shown_limit(c.answer_bytes_max); }},
    {"lambda_streaming", "yes|no",
     "On AWS Lambda: answers stream. Only where a Function URL or a REST API is set to it.", toggle,
     server, [](Config& c, const Values& v) { c.lambda_streaming = toggle_of(v); },
     [](const Config& c) { return std::string(c.lambda_streaming ? "yes" : "no"); }},
    {"server", "URL", "The server that record, upload, watch, ls, get, rm and restore talk to.",
     single, client,
     [](Config& c, const Values& v) {
       check_url(v.back());
       c.server = without_last_slash(v.back());
     },
     [](const Config& c) { return c.server; }},
    {"token", "TOKEN", "The token those commands show to it.", secret, client,
     [](Config& c, const Values& v) { c.token = v.back(); },
     [](const Config& c) { return std::string(c.token.empty() ? "none" : "(set)"); }},
}};

/// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      auto change = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string Setting::flag() const {
  std::string text = "--" + std::string(name);
  std::replace(text.begin(), text.end(), '_', '-');
  return shape == SettingShape::secret ? text + "-file" : text;
}

std::string Setting::variable() const {
  std::string text = "TAPEDECK_" + std::string(name);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::span<const Setting> all_settings() {
  return settings;
}

const Setting* find_setting(std::string_view name) {
  for (const auto& setting : settings) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

std::string nearest_name(std::string_view wrong, const std::vector<std::string>& names) {
  std::string nearest;
  auto least = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  for (const auto& name : names) {
    auto far = distance(wrong, name);
    if (far >= least) continue;
    least = far;
    nearest = name;
  }
  return nearest;
}

std::string settings_reference() {
  Config standard;
  std::string text =
      "| key | flag | variable | value | default | what |\n|---|---|---|---|---|---|\n";
  for (const auto& setting : settings) {
    auto variable = setting.variable();
    if (setting.shape == SettingShape::secret) variable += "` or `" + variable + "_FILE";
    std::string value(setting.value);
    for (auto at = value.find('|'); at != std::string::npos; at = value.find('|', at + 2)) {
      value.replace(at, 1, "\\|");
    }
    text += fmt::format("| `{}` | `{}` | `{}` | {} | {} | {} |\n", setting.name, setting.flag(),
                        variable, value, setting.show(standard), setting.doc);
  }
  return text;
}

}  // namespace tapedeck
