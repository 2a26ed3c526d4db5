// The command line: a tree of commands, each in its own file, and what they share.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "main/config.h"

namespace CLI {
class App;
}

namespace tapedeck {

/// What a command line says, before anything is done.
struct Invocation {
  std::map<std::string, std::vector<std::string>> flags;  // settings given as flags
  std::string config_file;
  bool json = false;
  std::function<int()> run;  // the chosen command; its value is the exit code

  /// The configuration in force. Throws UsageError.
  LoadedConfig load() const;
};

/// What the program ends with.
inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

/// Builds the tree below `app`; parsing then fills `invocation`, which outlives it.
void add_commands(CLI::App& app, Invocation& invocation);

/// Reads the line and runs its command. Total: what goes wrong is said on stderr.
int run_command_line(int argc, const char* const* argv);

// One function for each command, in command_NAME.cc.
void add_serve_command(CLI::App& app, Invocation& invocation);
void add_user_command(CLI::App& app, Invocation& invocation);
void add_token_command(CLI::App& app, Invocation& invocation);
void add_upload_command(CLI::App& app, Invocation& invocation);
void add_record_command(CLI::App& app, Invocation& invocation);
void add_watch_command(CLI::App& app, Invocation& invocation);
void add_ls_command(CLI::App& app, Invocation& invocation);
void add_get_command(CLI::App& app, Invocation& invocation);
void add_rm_commands(CLI::App& app, Invocation& invocation);      // rm, restore
void add_verify_commands(CLI::App& app, Invocation& invocation);  // verify, sweep, status
void add_backup_commands(CLI::App& app, Invocation& invocation);  // backup, restore-backup
void add_mode_command(CLI::App& app, Invocation& invocation);     // read-only
void add_copy_command(CLI::App& app, Invocation& invocation);
void add_import_command(CLI::App& app, Invocation& invocation);  // import original
void add_rescue_command(CLI::App& app, Invocation& invocation);
void add_config_command(CLI::App& app, Invocation& invocation);
void add_doctor_command(CLI::App& app, Invocation& invocation);
void add_storage_commands(CLI::App& app, Invocation& invocation);  // storage init, policy
void add_lambda_commands(CLI::App& app, Invocation& invocation);  // lambda package, policy, emulate
void add_version_command(CLI::App& app, Invocation& invocation);

/// A command that takes --json, --config and the flags of these settings.
CLI::App* add_command(CLI::App& parent, Invocation& invocation, const std::string& name,
                      const std::string& doc, const std::vector<std::string_view>& settings);
/// Flags for one setting; for all of the server's.
void add_setting(CLI::App& command, Invocation& invocation, std::string_view name);
void add_server_settings(CLI::App& command, Invocation& invocation);

/// What admin commands (where the stores are) and client commands take.
inline const std::vector<std::string_view> admin_settings{
    "data",         "catalog",         "blobs",
    "s3_bucket",    "s3_endpoint",     "s3_region",
    "s3_style",     "s3_encryption",   "s3_encryption_key",
    "dynamo_table", "dynamo_endpoint", "dynamo_region"};
inline const std::vector<std::string_view> client_settings{"server", "token"};

}  // namespace tapedeck
