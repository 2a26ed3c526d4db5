// Judge: substitutes a story's variables, makes its bodies, and checks what it expects.
#pragma once

#include <map>
#include <string>

#include "stories/door.h"

namespace tapedeck::stories {

/// The variables of one telling of a story.
class Judge {
 public:
  /// `audio` is the folder of the recordings that bodies name with "@".
  explicit Judge(std::string audio) : audio_(std::move(audio)) {}

  void set(const std::string& name, std::string value) { values_[name] = std::move(value); }
  bool knows(const std::string& name) const { return values_.contains(name); }

  /// `text` with each $name replaced; "$$" is a dollar. Throws std::runtime_error for a name that
  /// nothing set.
  std::string fill(const std::string& text) const;

  /// The bytes that a body in a story stands for: JSON, "text", @file, @file[a..b], 5 zeros.
  std::string bytes_of(const std::string& body) const;

  /// Empty when the answer is as expected; else what is wrong with it. Keeps what the line
  /// captures.
  std::string check(const std::string& expectation, const PlainAnswer& answer);

 private:
  std::string capture(const std::string& name, const std::string& from, const PlainAnswer& answer);
  std::string check_early(int status, const std::string& expectation, const PlainAnswer& answer);
  std::string check_json(const std::string& path, const std::string& verb,
                         const std::string& wanted, const PlainAnswer& answer) const;
  std::string check_body(const std::string& verb, const std::string& wanted,
                         const PlainAnswer& answer) const;

  const std::string audio_;
  std::map<std::string, std::string> values_;
};

/// The answer with ids, times and secrets replaced, so that two tellings can be compared.
std::string comparable(const PlainAnswer& answer);

/// The text, cut to what a person reads in a failure.
std::string shown(const std::string& text);

}  // namespace tapedeck::stories
