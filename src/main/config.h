// Config: every setting of the program, and where each value came from.
//
// Flag > environment (TAPEDECK_*) > file (tapedeck.toml) > default. The table of settings in
// settings.cc is the only list; flags, variables, keys and the reference are made from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/log.h"
#include "core/accounts.h"
#include "store/aws_environment.h"

namespace tapedeck {

enum class S3Style;  // store/s3_bucket.h
enum class CatalogChoice { sqlite, dynamo, memory };
enum class BlobsChoice { disk, s3, memory };
enum class PlaybackWay { proxy, redirect };

struct Config {
  // The server's.
  std::vector<std::string> listen{"localhost:8080"};
  std::filesystem::path data = "tapedeck-data";
  CatalogChoice catalog = CatalogChoice::sqlite;
  BlobsChoice blobs = BlobsChoice::disk;
  ByteCount volume_blob_max = 1 * MiB;
  // store_settings.h says what those of S3 and DynamoDB mean that are not set.
  std::string s3_endpoint;
  std::string s3_region;
  std::string s3_bucket;
  std::optional<S3Style> s3_style;
  std::string s3_encryption;      // empty: the bucket's own default
  std::string s3_encryption_key;  // empty: the service's
  std::string dynamo_endpoint;
  std::string dynamo_region;
  std::string dynamo_table = "tapedeck";
  AwsEnvironment aws;  // has keys
  PlaybackWay playback = PlaybackWay::proxy;
  std::string tls_cert;
  std::string tls_key;
  std::optional<SignupMode> signup;  // nothing: see signup_in_force()
  std::optional<ByteCount> quota;
  std::vector<std::string> cors_origins;
  std::vector<std::string> trusted_proxies;
  bool allow_unverified_social_login = false;
  std::string metrics_listen;  // empty: off
  std::string public_url;      // empty: see public_url_in_force()
  LogFormat log_format = LogFormat::human;
  LogLevel log_level = LogLevel::info;
  std::uint32_t trash_days = 30;
  ByteCount free_bytes_min = 1 * GiB;
  ByteCount recording_bytes_max = 20 * GiB;
  std::optional<ByteCount> direct_from_bytes;  // nothing: no recording goes straight to the store
  std::chrono::minutes recording_time_max = std::chrono::hours(24);  // of one that is live
  std::uint32_t live_max = 50;            // live at one time, of one account
  std::chrono::minutes finish_after{10};  // of silence
  std::chrono::minutes resumable_time = std::chrono::hours(24);
  std::uint32_t requests_per_minute = 6'000;
  std::uint32_t threads = 0;  // 0: one per core
  // Of what is in front of the server; nothing: no limit.
  std::optional<ByteCount> append_bytes_max;
  std::optional<ByteCount> answer_bytes_max;
  bool lambda_streaming = false;

  // The client commands'.
  std::string server = "http://localhost:8080";
  std::string token;
};

/// The sign-up mode: as set, else open where only this machine can connect, else by invitation.
SignupMode signup_in_force(const Config& config);
const char* name_of(SignupMode mode);
/// How a person reaches the server: as set, else made from the first listen address.
std::string public_url_in_force(const Config& config);
/// True for addresses that only this machine can connect to: localhost, 127.…, ::1, unix:.
bool is_loopback(std::string_view listen_address);

/// Where the values come from. Pure data, so that a test can make one.
struct ConfigSources {
  std::map<std::string, std::vector<std::string>> flags;  // by the setting's name
  std::map<std::string, std::string> environment;         // every TAPEDECK_* variable
  AwsEnvironment aws;
  std::string file_name;  // empty: there is no file
  std::string file_text;
  /// The text of a *_FILE secret. Throws Error{invalid}.
  std::function<std::string(const std::string& path)> read_file;
};

struct LoadedConfig {
  Config config;
  std::map<std::string, std::string> origins;  // setting → "default", "--data", "TAPEDECK_DATA", …
};

/// A command line or a configuration that cannot be used: exit code 2.
class UsageError : public Error {
 public:
  explicit UsageError(std::string detail) : Error(Fault::invalid, std::move(detail)) {}
};

/// Throws UsageError naming every mistake at once, each with its place and what to write instead.
LoadedConfig load_config(const ConfigSources& sources);

/// The process's own environment, and the file: `chosen_file` when not empty, else TAPEDECK_CONFIG,
/// else ./tapedeck.toml, else /etc/tapedeck/tapedeck.toml, else none. Throws UsageError when a
/// chosen file cannot be read.
ConfigSources read_sources(const std::string& chosen_file);

/// Where the client commands keep what must outlive them: XDG_STATE_HOME/tapedeck, else
/// ~/.local/state/tapedeck. Throws UsageError when there is no home.
std::filesystem::path state_folder();

/// What the process was told by its surroundings, beside its settings; nothing when that is empty.
/// With the two above the only caller of getenv.
std::optional<std::string> find_variable(const char* name);

}  // namespace tapedeck
