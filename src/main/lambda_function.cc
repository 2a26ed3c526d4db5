#include "main/lambda_function.h"

#include <array>
#include <csignal>
#include <exception>

#include <unistd.h>

#include "base/run_task.h"
#include "main/command.h"
#include "main/lambda_runtime.h"
#include "main/rules.h"
#include "main/stores.h"
#include "main/version.h"

namespace tapedeck::lambda {

namespace {

/// Where Linux keeps the certificates of authorities: the program brings none, and its OpenSSL
/// looks where Debian has them.
std::string find_authorities() {
  for (const char* path : {"/etc/pki/tls/certs/ca-bundle.crt",  // Amazon Linux
                           "/etc/ssl/certs/ca-certificates.crt"}) {
    if (access(path, R_OK) == 0) return path;
  }
  return "";
}

Config load() {
  auto config = load_config(read_sources("")).config;
  // It listens nowhere, and everybody can reach it.
  if (!config.signup) config.signup = SignupMode::invite;
  if (config.aws.certificate_authority_file.empty()) {
    config.aws.certificate_authority_file = find_authorities();
  }
  return config;
}

/// All of a running function, in the order it is made.
class Function {
 public:
  Function(const Config& config, RuntimeApi& api)
      : log_({config.log_format, config.log_level}),
        stores_(open_stores(config, env_, log_)),
        rules_(config, stores_.catalog, *stores_.blobs, env_, log_, {}),
        api_(rules_.api_parts(), api_options(config)),
        runtime_(api, duties(), env_, log_, runtime_options(config)) {
    log_.info("the function is ready", {{"version", program_version}});
  }

  Task<void> run() { return runtime_.run(); }

 private:
  static Runtime::Options runtime_options(const Config& config) {
    Runtime::Options options;
    options.streams = config.lambda_streaming;
    return options;
  }

  Duties duties() {
    return {
        .serve = [this](http::Request& request) { return api_.serve(request); },
        .sweep =
            [this](bool all) { return all ? rules_.sweeper.sweep() : rules_.sweeper.sweep_due(); }};
  }

  SystemEnv env_;
  Log log_;
  Stores stores_;
  Rules rules_;
  api::Api api_;
  Runtime runtime_;
};

/// Lambda shows the error to whoever invoked the function; when it cannot be told either, the log
/// has it.
void report(asio::io_context& context, RuntimeApi& api, Log& log, const std::string& what) {
  log.error("the function cannot be started", {{"detail", what}});
  try {
    run_task(context, api.fail_init("Tapedeck.CannotStart", what));
  } catch (const std::exception& error) {
    log.error("Lambda could not be told", {{"detail", error.what()}});
  }
}

int run_under(const http::Origin& origin, Log& log) {
  asio::io_context context(1);
  RuntimeApi api(origin);
  std::optional<Function> function;
  try {
    function.emplace(load(), api);
  } catch (const std::exception& error) {
    report(context, api, log, error.what());
    return exit_failed;
  }
  try {
    run_task(context, function->run());
  } catch (const std::exception& error) {
    log.error("the function ends", {{"detail", error.what()}});
  }
  return exit_failed;
}

}  // namespace

int run_function() {
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT: a connection that ended is an error of a write
  Log log({LogFormat::json, LogLevel::info});
  auto address = find_variable("AWS_LAMBDA_RUNTIME_API");
  auto origin = address ? parse_runtime_api(*address) : std::nullopt;
  if (!origin) {
    log.error("this program is the bootstrap of a Lambda function",
              {{"detail",
                "AWS_LAMBDA_RUNTIME_API names no HOST:PORT. `tapedeck lambda emulate` runs it on "
                "this machine; `tapedeck serve` is the server."}});
    return exit_usage;
  }
  return run_under(*origin, log);
}

}  // namespace tapedeck::lambda
