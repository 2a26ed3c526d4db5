// What the process was given: its environment and its file. The only place that reads them.
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include <unistd.h>

#include "main/config.h"

namespace tapedeck {

namespace {

constexpr std::size_t secret_bytes_max = 4096;

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) {
    throw UsageError("The file " + path + " cannot be read (" + std::strerror(errno) +
                     "). Check its name and its mode.");
  }
  return text;
}

std::string read_secret(const std::string& path) {
  auto text = read_text(path);
  if (text.size() > secret_bytes_max) throw UsageError("The file " + path + " holds no secret");
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty()) throw UsageError("The file " + path + " is empty");
  return text;
}

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The first that is set.
std::string variable(const char* name, const char* other) {
  auto value = variable(name);
  return value.empty() ? variable(other) : value;
}

AwsEnvironment read_aws_environment() {
  AwsEnvironment aws;
  aws.access_key_id = variable("AWS_ACCESS_KEY_ID");
  aws.secret_access_key = variable("AWS_SECRET_ACCESS_KEY");
  aws.session_token = variable("AWS_SESSION_TOKEN");
  aws.profile = variable("AWS_PROFILE");
  aws.credentials_file = variable("AWS_SHARED_CREDENTIALS_FILE");
  if (aws.credentials_file.empty()) aws.credentials_file = variable("HOME") + "/.aws/credentials";
  aws.container_url = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  auto below_host = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (!below_host.empty()) aws.container_url = "http://169.254.170.2" + below_host;
  aws.container_token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  aws.container_token_file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  aws.instance_disabled = variable("AWS_EC2_METADATA_DISABLED") == "true";
  aws.region = variable("AWS_REGION", "AWS_DEFAULT_REGION");
  aws.certificate_authority_file = variable("AWS_CA_BUNDLE");
  return aws;
}

std::string find_file(const std::string& chosen_file) {
  if (!chosen_file.empty()) return chosen_file;
  if (auto variable = std::getenv("TAPEDECK_CONFIG"); variable && *variable) return variable;
  for (const char* path : {"tapedeck.toml", "/etc/tapedeck/tapedeck.toml"}) {
    if (access(path, F_OK) == 0) return path;
  }
  return "";
}

}  // namespace

std::filesystem::path state_folder() {
  if (auto folder = std::getenv("XDG_STATE_HOME"); folder && *folder == '/') {
    return std::filesystem::path(folder) / "tapedeck";
  }
  if (auto home = std::getenv("HOME"); home && *home == '/') {
    return std::filesystem::path(home) / ".local/state/tapedeck";
  }
  throw UsageError("There is no folder to keep things in meanwhile; set HOME or XDG_STATE_HOME.");
}

std::optional<std::string> find_variable(const char* name) {
  auto value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

ConfigSources read_sources(const std::string& chosen_file) {
  ConfigSources sources;
  for (char** entry = environ; entry && *entry; ++entry) {
    std::string_view text(*entry);
    auto equals = text.find('=');
    if (!text.starts_with("TAPEDECK_") || equals == std::string_view::npos) continue;
    sources.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  sources.aws = read_aws_environment();
  sources.file_name = find_file(chosen_file);
  if (!sources.file_name.empty()) sources.file_text = read_text(sources.file_name);
  sources.read_file = read_secret;
  return sources;
}

}  // namespace tapedeck
