// The words of DynamoDB's expressions, and what its placeholders stand for.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace tapedeck::simulator {

/// What `#name` and `:value` stand for in one request, and whether all of it was used.
class Placeholders {
 public:
  /// Both may be null. They must outlive this.
  Placeholders(const json::object* names, const json::object* values)
      : names_(names), values_(values) {}

  /// Throw DynamoError when it is not defined.
  std::string name(std::string_view placeholder);
  const json::value& value(std::string_view placeholder);
  /// Throws DynamoError for one that no expression used.
  void check_all_used() const;

 private:
  const json::object* names_;
  const json::object* values_;
  std::set<std::string, std::less<>> used_;
};

/// Reads an expression word by word: names, placeholders, operators, brackets, commas.
class Tokens {
 public:
  /// Throws DynamoError for what belongs into no expression.
  explicit Tokens(std::string_view text);

  bool at_end() const { return at_ == words_.size(); }
  /// The next one; empty at the end.
  const std::string& peek() const;
  /// Whether the next one is that keyword, function or sign, in any case.
  bool is_next(std::string_view word) const;
  /// The same, and takes it.
  bool take_if(std::string_view word);
  std::string take();
  /// Throws DynamoError unless it comes next.
  void expect(std::string_view word);

 private:
  std::vector<std::string> words_;
  std::size_t at_ = 0;
};

}  // namespace tapedeck::simulator
