// Stories: text transcripts of whole journeys, as README.md beside this file describes them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tapedeck::stories {

/// One line of what must be true of an answer, or a value to keep.
struct Expectation {
  int line = 0;
  std::string text;
};

/// One paragraph of a story.
struct Step {
  int line = 0;
  std::string who;   // "ann", or "host" for what the world does
  std::string verb;  // a method, or what the host does: "later", "sweep", "invite"
  std::string rest;  // the target, or the host's argument
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;  // as written; empty: none
  std::string status;
  std::vector<Expectation> expectations;
};

/// "case 8, 20: what is true": a part of a protocol's story, and the items of the protocol's list
/// that it is about.
struct Case {
  int line = 0;
  std::vector<int> items;
  std::string title;
};

struct Story {
  std::string title;  // its first comment
  std::vector<Case> cases;
  std::vector<std::string> settings;
  std::vector<std::pair<std::string, std::string>> always;  // fields of every request
  std::vector<Step> steps;
};

/// Throws std::runtime_error with the line that makes no sense.
Story read_story(const std::string& path);

/// Of every story in the folder and below, in order.
std::vector<std::string> story_paths(const std::string& folder);

std::string trimmed(const std::string& text);

}  // namespace tapedeck::stories
