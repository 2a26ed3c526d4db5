#include "store/aws_credential_chain.h"

#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "base/error.h"
#include "store/aws_profiles.h"

namespace tapedeck {

namespace {

// KeptCredentials asks again ten minutes before: so the file is read each five.
constexpr std::chrono::minutes file_trusted{15};
constexpr const char* instance_url = "http://169.254.169.254";

/// Empty when it cannot be read. Blocks for a moment: a small file, each five minutes.
std::string read_small_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ProfileCredentials final : public AwsCredentialSource {
 public:
  ProfileCredentials(std::string file, std::string profile, Env& env)
      : file_(std::move(file)), profile_(std::move(profile)), env_(env) {}

  Task<AwsCredentials> find() override {
    auto keys = find_profile(read_small_file(file_), profile_);
    if (!keys) throw Error(Fault::unavailable, "no such profile, or none with keys of its own");
    keys->expires_at = env_.now() + file_trusted;
    co_return *keys;
  }

 private:
  const std::string file_;
  const std::string profile_;
  Env& env_;
};

/// A container whose authorization is in a file, which is replaced now and then.
class RefreshedContainer final : public AwsCredentialSource {
 public:
  RefreshedContainer(http::Outbound& outbound, std::string target, std::string file)
      : outbound_(outbound), target_(std::move(target)), file_(std::move(file)) {}

  Task<AwsCredentials> find() override {
    auto authorization = read_small_file(file_);
    while (authorization.ends_with('\n')) authorization.pop_back();
    ContainerCredentials container(outbound_, target_, authorization);
    auto keys = co_await container.find();
    co_return keys;
  }

 private:
  http::Outbound& outbound_;
  const std::string target_;
  const std::string file_;
};

class NoCredentials final : public AwsCredentialSource {
 public:
  Task<AwsCredentials> find() override {
    throw Error(Fault::unavailable, "AWS_EC2_METADATA_DISABLED is set");
    co_return AwsCredentials();
  }
};

std::unique_ptr<http::Outbound> connect(const std::string& url) {
  auto origin = http::parse_origin(url);
  if (!origin) throw Error(Fault::invalid, "The endpoint for AWS keys \"" + url + "\" is no URL");
  http::ClientPoolOptions options;
  options.client.connect_time = std::chrono::seconds{2};
  return std::make_unique<http::ClientPool>(*origin, options);
}

}  // namespace

AwsCredentialChain::AwsCredentialChain(const AwsEnvironment& environment, Env& env) {
  choose(environment, env);
  kept_ = std::make_unique<KeptCredentials>(*source_, env);
}

AwsCredentialChain::~AwsCredentialChain() = default;

void AwsCredentialChain::choose(const AwsEnvironment& environment, Env& env) {
  if (environment.access_key_id.empty() != environment.secret_access_key.empty()) {
    throw Error(Fault::invalid,
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: set both, or none.");
  }
  if (!environment.access_key_id.empty()) {
    place_ = "AWS_ACCESS_KEY_ID";
    source_ = std::make_unique<FixedCredentials>(
        AwsCredentials{environment.access_key_id, environment.secret_access_key,
                       environment.session_token, std::nullopt});
    return;
  }
  auto profile = environment.profile.empty() ? std::string("default") : environment.profile;
  auto is_there = find_profile(read_small_file(environment.credentials_file), profile).has_value();
  if (is_there || !environment.profile.empty()) {
    place_ = fmt::format("the profile {} in {}", profile, environment.credentials_file);
    source_ = std::make_unique<ProfileCredentials>(environment.credentials_file, profile, env);
    return;
  }
  if (!environment.container_url.empty()) return ask_container(environment);
  place_ = "AWS_ACCESS_KEY_ID, ~/.aws/credentials and the role of this machine";
  if (environment.instance_disabled) {
    source_ = std::make_unique<NoCredentials>();
    return;
  }
  outbound_ = connect(instance_url);
  source_ = std::make_unique<InstanceCredentials>(*outbound_);
}

void AwsCredentialChain::ask_container(const AwsEnvironment& environment) {
  const auto& url = environment.container_url;
  auto slash = std::min(url.find('/', url.find("://") + 3), url.size());
  place_ = "the role of this container at " + url.substr(0, slash);
  outbound_ = connect(url.substr(0, slash));
  auto target = slash == url.size() ? std::string("/") : url.substr(slash);
  if (!environment.container_token_file.empty()) {
    source_ =
        std::make_unique<RefreshedContainer>(*outbound_, target, environment.container_token_file);
  } else {
    source_ =
        std::make_unique<ContainerCredentials>(*outbound_, target, environment.container_token);
  }
}

Task<AwsCredentials> AwsCredentialChain::find() {
  try {
    auto keys = co_await kept_->find();
    co_return keys;
  } catch (const Error& error) {
    throw Error(Fault::unavailable,
                fmt::format("There are no AWS keys; looked for in {} ({}).", place_, error.what()));
  }
}

}  // namespace tapedeck
