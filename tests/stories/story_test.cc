// Tells every *.story beside this file and in the folders below through both doors and every pair
// of stores.
#include "stories/story.h"

#include <filesystem>
#include <map>
#include <regex>

#include <gtest/gtest.h>

#include "stories/cloud_stores.h"
#include "stories/door.h"
#include "stories/judge.h"
#include "stories/world.h"

namespace tapedeck::stories {

namespace {

enum class Way {
  direct,
  socket,
  lambda_rest,
  lambda_http,
  lambda_url,
  packaged_rest,
  packaged_http,
  packaged_url
};

constexpr std::pair<Way, const char*> ways[] = {{Way::direct, "direct"},
                                                {Way::socket, "socket"},
                                                {Way::lambda_rest, "lambda_rest"},
                                                {Way::lambda_http, "lambda_http"},
                                                {Way::lambda_url, "lambda_url"},
                                                {Way::packaged_rest, "packaged_rest"},
                                                {Way::packaged_http, "packaged_http"},
                                                {Way::packaged_url, "packaged_url"}};

bool is_lambda(Way way) {
  return way != Way::direct && way != Way::socket;
}

bool is_packaged(Way way) {
  return way == Way::packaged_rest || way == Way::packaged_http || way == Way::packaged_url;
}

LambdaFront front_of(Way way) {
  if (way == Way::lambda_rest || way == Way::packaged_rest) return LambdaFront::rest_api;
  if (way == Way::lambda_http || way == Way::packaged_http) return LambdaFront::http_api;
  return LambdaFront::function_url;
}

/// Where a gateway's limits make other answers: these stories are not told through it. Beyond them
/// only 1xx answers, which no gateway passes on, are not looked for there.
struct GatewayLimit {
  const char* story;  // the end of its path
  const char* why;
};

constexpr const char* only_whole =
    "a gateway passes on only whole bodies, and this story has broken ones";

constexpr const char* joined_fields =
    "HTTP APIs and Function URLs join a field that came twice, so it is refused in other words";

constexpr GatewayLimit gateway_limits[] = {
    {"/capture_token.story", only_whole},   {"/live.story", only_whole},
    {"/draft/appending.story", only_whole}, {"/draft/creation.story", only_whole},
    {"/tus/checksum.story", only_whole},    {"/tus/concatenation.story", joined_fields},
    {"/tus/core.story", only_whole},        {"/tus/creation_with_upload.story", only_whole},
    {"/tus/numbers.story", joined_fields},
};

bool is_limited(const std::string& path) {
  return std::any_of(std::begin(gateway_limits), std::end(gateway_limits),
                     [&](const auto& limit) { return path.ends_with(limit.story); });
}

std::string_view why_limited(const std::string& path) {
  for (const auto& limit : gateway_limits) {
    if (path.ends_with(limit.story)) return limit.why;
  }
  return "";
}

/// Moves the story's clock, or expects its day.
bool is_of_a_time(const Step& step) {
  return step.who == "host" || std::any_of(step.expectations.begin(), step.expectations.end(),
                                           [](const Expectation& expectation) {
                                             return expectation.text.ends_with("^2026-11-23$");
                                           });
}

/// What was deployed has the true time, and settings alone: stories of another time, or with what
/// is no setting, are told to the function in this process only.
bool can_be_deployed(const std::string& path) {
  auto story = read_story(path);
  return can_be_packaged(story.settings) &&
         std::none_of(story.steps.begin(), story.steps.end(), is_of_a_time);
}

bool is_told(const std::string& path, Stores stores, Way way) {
  if (is_lambda(way) && is_limited(path)) return false;
  if (!is_packaged(way)) return true;
  return stores == Stores::cloud && has_packaged_function() && can_be_deployed(path);
}

struct Telling {
  std::string path;
  Way way = Way::direct;
  Stores stores = Stores::memory;
};

void PrintTo(const Telling& telling, std::ostream* out) {
  *out << telling.path;
}

std::vector<Telling> tellings() {
  std::vector<Telling> all;
  for (auto& path : story_paths(TAPEDECK_STORIES)) {
    for (auto stores : {Stores::memory, Stores::files, Stores::cloud}) {
      if (stores == Stores::cloud && !has_cloud()) continue;  // told by ./test cloud
      bool is_of_s3 = path.find("/s3/") != std::string::npos;
      if (is_of_s3 && stores != Stores::cloud) continue;
      for (auto [way, name] : ways) {
        if (is_told(path, stores, way)) all.push_back({path, way, stores});
      }
    }
  }
  return all;
}

std::string name_of(const testing::TestParamInfo<Telling>& info) {
  auto path = std::filesystem::relative(info.param.path, TAPEDECK_STORIES);
  auto name = path.replace_extension().string();
  name = std::regex_replace(name, std::regex("[^a-zA-Z0-9]"), "_");
  for (auto [way, way_name] : ways) {
    if (way == info.param.way) name += std::string("_") + way_name;
  }
  switch (info.param.stores) {
    case Stores::memory:
      return name + "_memory";
    case Stores::files:
      return name + "_files";
    case Stores::cloud:
      return name + "_cloud";
  }
  return name;
}

/// What the answers of a story were when it was told first: the other tellings must agree.
std::map<std::string, std::vector<std::string>>& first_tellings() {
  static std::map<std::string, std::vector<std::string>> all;
  return all;
}

/// "104 Location ~ …", "no 104".
bool is_about_early(const std::string& expectation) {
  static const std::regex early(R"(^(no )?1\d\d\b.*)");
  return std::regex_match(expectation, early);
}

std::unique_ptr<Door> make_door(Way way, World& world) {
  switch (way) {
    case Way::direct:
      return make_direct_door(world.api());
    case Way::socket:
      return make_socket_door(world.api(), world.log());
    default:
      return make_lambda_door(world.api(), front_of(way));
  }
}

class StoryTest : public testing::TestWithParam<Telling> {
 protected:
  void tell(const Story& story) {
    auto way = GetParam().way;
    std::unique_ptr<World> world;
    if (!is_packaged(way)) world = std::make_unique<World>(GetParam().stores, story.settings);
    auto door = world ? make_door(way, *world) : make_packaged_door(front_of(way), story.settings);
    always_ = story.always;
    for (auto& step : story.steps) {
      if (step.who == "host") {
        act(*world, step);
      } else {
        ask(*door, step);
      }
      if (HasFatalFailure()) return;
    }
  }

  void compare() {
    auto [first, is_first] = first_tellings().try_emplace(GetParam().path, transcript_);
    if (is_first) return;
    const auto& expected = first->second;
    EXPECT_EQ(expected.size(), transcript_.size());
    for (std::size_t i = 0; i < std::min(expected.size(), transcript_.size()); ++i) {
      EXPECT_TRUE(expected[i] == transcript_[i]) << "another door or store answered otherwise:\n"
                                                 << shown(expected[i]) << "\n"
                                                 << shown(transcript_[i]);
    }
  }

 private:
  void act(World& world, const Step& step) {
    static const std::regex span(R"(^(\d+) (seconds?|minutes?|hours?|days?)$)");
    std::smatch match;
    if (step.verb == "later" && std::regex_match(step.rest, match, span)) {
      auto unit = match[2].str().front();
      auto seconds = unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3'600 : 86'400;
      world.jump(std::chrono::seconds(std::stol(match[1]) * seconds));
    } else if (step.verb == "sweeps") {
      world.sweep();
    } else if (step.verb == "invites") {
      judge_.set(step.rest.substr(1), world.invite());
    } else {
      FAIL() << GetParam().path << ":" << step.line << ": the host cannot " << step.verb;
    }
  }

  void ask(Door& door, const Step& step) {
    auto request = request_of(step);
    bool is_elsewhere = request.target.starts_with("http");
    auto answer = is_elsewhere ? ask_elsewhere(std::move(request)) : door.ask(request);
    if (!is_elsewhere) {
      transcript_.push_back(std::to_string(step.line) + ": " + comparable(answer));
    }
    auto where = GetParam().path + ":" + std::to_string(step.line) + ": ";
    auto status = answer.status == 0 ? "nothing" : std::to_string(answer.status);
    ASSERT_EQ(status, step.status) << where << answer.body.substr(0, 500);
    for (auto& expectation : step.expectations) {
      if (is_lambda(GetParam().way) && is_about_early(expectation.text)) continue;
      auto wrong = judge_.check(expectation.text, answer);
      ASSERT_EQ(wrong, "") << GetParam().path << ":" << expectation.line << ": "
                           << expectation.text;
    }
  }

  PlainRequest request_of(const Step& step) {
    PlainRequest request;
    request.method = step.verb;
    request.target = judge_.fill(step.rest);
    for (auto& [name, value] : step.fields) {
      if (name == "Transfer-Encoding") {
        request.chunked = true;
      } else if (name == "Connection" && value == "breaks") {
        request.breaks = true;
      } else {
        request.fields.add(name, judge_.fill(value));
      }
    }
    if (judge_.knows(step.who) && !request.fields.contains("Authorization")) {
      request.fields.add("Authorization", judge_.fill("Bearer $" + step.who));
    }
    if (!step.body.empty()) request.body = judge_.bytes_of(step.body);
    bool is_json = step.body.starts_with("{") || step.body.starts_with("[");
    if (is_json && !request.fields.contains("Content-Type")) {
      request.fields.add("Content-Type", "application/json");
    }
    for (auto& [name, value] : always_) {
      if (!request.fields.contains(name)) request.fields.add(name, value);
      if (request.fields.find(name) == "none") request.fields.remove(name);
    }
    return request;
  }

  std::vector<std::pair<std::string, std::string>> always_;
  Judge judge_{TAPEDECK_AUDIO};
  std::vector<std::string> transcript_;
};

TEST_P(StoryTest, GoesAsItIsWritten) {
  auto story = read_story(GetParam().path);
  tell(story);
  if (!HasFailure()) compare();
}

/// A limit that is named for a story must be one.
TEST(GatewayLimitsTest, AreWhatTheStoriesHave) {
  std::size_t found = 0;
  for (auto& path : story_paths(TAPEDECK_STORIES)) {
    auto steps = read_story(path).steps;
    auto breaks = std::any_of(steps.begin(), steps.end(), [](const Step& step) {
      return std::find(step.fields.begin(), step.fields.end(),
                       std::pair<std::string, std::string>("Connection", "breaks")) !=
             step.fields.end();
    });
    bool is_said_to_break = is_limited(path) && why_limited(path) == only_whole;
    EXPECT_EQ(is_said_to_break, breaks) << path;
    found += is_limited(path) ? 1 : 0;
  }
  EXPECT_EQ(found, std::size(gateway_limits));
}

INSTANTIATE_TEST_SUITE_P(Stories, StoryTest, testing::ValuesIn(tellings()), name_of);

}  // namespace

}  // namespace tapedeck::stories
