// The door of the function as it is deployed: the zip, in a process of its own, under `lambda
// emulate`, over the table and the bucket of one story.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string_view>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/env.h"
#include "base/id.h"
#include "stories/cloud_stores.h"
#include "stories/door.h"

namespace tapedeck::stories {

namespace {

constexpr const char* program_variable = "TEST_PROGRAM";
constexpr const char* zip_variable = "TEST_ZIP";

/// How a story's "with" lines are said to a server; those that are no setting are not here.
const std::map<std::string, std::pair<const char*, const char*>, std::less<>> settings_of_with{
    {"quota", {"TAPEDECK_QUOTA", ""}},
    {"largest", {"TAPEDECK_RECORDING_BYTES_MAX", ""}},
    {"origin", {"TAPEDECK_CORS_ORIGINS", ""}},
    {"closed", {"TAPEDECK_SIGNUP", "closed"}},
    {"unverified-social-login", {"TAPEDECK_ALLOW_UNVERIFIED_SOCIAL_LOGIN", "yes"}},
};

std::string name_of_with(const std::string& line) {
  return line.substr(0, line.find(' '));
}

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set");
  return value;
}

/// One name for the table and the bucket.
std::string new_name() {
  SystemEnv env;
  auto name = "packaged-" + Ulid::make(env).text();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

/// What the function is given, and nothing else that begins with our prefix.
std::vector<std::string> environment_of(const std::vector<std::string>& with) {
  std::map<std::string, std::string> settings{
      {"TAPEDECK_CATALOG", "dynamo"},
      {"TAPEDECK_BLOBS", "s3"},
      {"TAPEDECK_SIGNUP", "open"},
      {"TAPEDECK_DYNAMO_ENDPOINT", variable("TEST_DYNAMODB")},
      {"TAPEDECK_S3_ENDPOINT", variable("TEST_S3_ENDPOINT")},
      {"AWS_REGION", "us-east-1"}};
  settings["TAPEDECK_DYNAMO_TABLE"] = settings["TAPEDECK_S3_BUCKET"] = new_name();
  for (auto name : {"PATH", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}) {
    settings[name] = variable(name);
  }
  for (const auto& line : with) {
    auto name = name_of_with(line);
    auto [setting, value] = settings_of_with.at(name);
    settings[setting] = *value != '\0' ? value : line.substr(name.size() + 1);
  }
  std::vector<std::string> texts;
  for (const auto& [name, value] : settings) texts.push_back(name + "=" + value);
  return texts;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// A run of `tapedeck`, whose standard output is read. The destructor ends it.
class Command {
 public:
  Command(std::vector<std::string> arguments, std::vector<std::string> environment) {
    arguments.insert(arguments.begin(), variable(program_variable));
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("there is no pipe");
    output_ = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    auto failed = posix_spawn(&process_, arguments.front().c_str(), &actions, nullptr,
                              pointers_to(arguments).data(), pointers_to(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (failed != 0) throw std::runtime_error(arguments.front() + " cannot be started");
  }
  ~Command() {
    if (process_ > 0) kill(process_, SIGTERM);
    wait();
    close(output_);
  }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// Up to its end, which is an empty line.
  std::string read_line() {
    std::string line;
    for (char c = 0; read(output_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }

  bool succeeds() {
    while (!read_line().empty()) {
    }
    return wait() == 0;
  }

 private:
  int wait() {
    int status = 0;
    if (process_ > 0) waitpid(process_, &status, 0);
    process_ = -1;
    return status;
  }

  pid_t process_ = -1;
  int output_ = -1;
};

const char* events_of(LambdaFront front) {
  switch (front) {
    case LambdaFront::rest_api:
      return "rest";
    case LambdaFront::http_api:
      return "http";
    case LambdaFront::function_url:
      return "url";
  }
  return "";
}

class PackagedDoor final : public Door {
 public:
  PackagedDoor(LambdaFront front, const std::vector<std::string>& with)
      : environment_(environment_of(with)) {
    if (!Command({"storage", "init"}, environment_).succeeds()) {
      throw std::runtime_error("the table and the bucket cannot be made");
    }
    emulation_.emplace(
        std::vector<std::string>{"lambda", "emulate", "--listen", "localhost:0", "--events",
                                 events_of(front), "--zip", variable(zip_variable)},
        environment_);
    auto line = emulation_->read_line();
    url_ = line.substr(std::min(line.find("http://"), line.size()));
  }

  PlainAnswer ask(const PlainRequest& plain) override {
    auto request = plain;
    request.target = url_ + plain.target;
    request.fields.remove("Expect");  // the gateway answers that itself
    return ask_elsewhere(std::move(request));
  }

 private:
  const std::vector<std::string> environment_;
  std::optional<Command> emulation_;
  std::string url_;
};

}  // namespace

bool has_packaged_function() {
  return has_cloud() && std::getenv(zip_variable) != nullptr;
}

bool can_be_packaged(const std::vector<std::string>& with) {
  return std::all_of(with.begin(), with.end(), [](const std::string& line) {
    return settings_of_with.contains(name_of_with(line));
  });
}

std::unique_ptr<Door> make_packaged_door(LambdaFront front, const std::vector<std::string>& with) {
  return std::make_unique<PackagedDoor>(front, with);
}

}  // namespace tapedeck::stories
