#include "store/aws_profiles.h"

#include <algorithm>
#include <string>

namespace tapedeck {

namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  auto begin = std::min(text.find_first_not_of(blank), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(blank) + 1);
}

void set(AwsCredentials& keys, std::string_view name, std::string_view value) {
  if (name == "aws_access_key_id") keys.access_key_id = value;
  if (name == "aws_secret_access_key") keys.secret_access_key = value;
  if (name == "aws_session_token") keys.session_token = value;
}

}  // namespace

std::optional<AwsCredentials> find_profile(std::string_view file, std::string_view profile) {
  AwsCredentials keys;
  bool is_inside = false;
  while (!file.empty()) {
    auto end = std::min(file.find('\n'), file.size());
    auto line = trim(file.substr(0, end));
    file.remove_prefix(std::min(end + 1, file.size()));
    if (line.starts_with('#') || line.starts_with(';')) continue;
    if (line.starts_with('[')) {
      is_inside = line.ends_with(']') && trim(line.substr(1, line.size() - 2)) == profile;
      continue;
    }
    auto equals = line.find('=');
    if (!is_inside || equals == std::string_view::npos) continue;
    set(keys, trim(line.substr(0, equals)), trim(line.substr(equals + 1)));
  }
  if (keys.access_key_id.empty() || keys.secret_access_key.empty()) return std::nullopt;
  return keys;
}

}  // namespace tapedeck
