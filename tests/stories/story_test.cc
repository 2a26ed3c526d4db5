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

enum class Way { direct, socket };

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
      for (auto way : {Way::direct, Way::socket}) all.push_back({path, way, stores});
    }
  }
  return all;
}

std::string name_of(const testing::TestParamInfo<Telling>& info) {
  auto path = std::filesystem::relative(info.param.path, TAPEDECK_STORIES);
  auto name = path.replace_extension().string();
  name = std::regex_replace(name, std::regex("[^a-zA-Z0-9]"), "_");
  name += info.param.way == Way::direct ? "_direct" : "_socket";
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

class StoryTest : public testing::TestWithParam<Telling> {
 protected:
  void tell(const Story& story) {
    World world(GetParam().stores, story.settings);
    auto door = GetParam().way == Way::direct ? make_direct_door(world.api())
                                              : make_socket_door(world.api(), world.log());
    always_ = story.always;
    for (auto& step : story.steps) {
      if (step.who == "host") {
        act(world, step);
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

INSTANTIATE_TEST_SUITE_P(Stories, StoryTest, testing::ValuesIn(tellings()), name_of);

}  // namespace

}  // namespace tapedeck::stories
