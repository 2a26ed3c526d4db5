// DynamoDB's expressions: conditions, updates and key conditions, parsed and applied. Only what
// cannot be mistaken is left out: lists' elements, sets, ADD and DELETE are "unsimulated".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "simulator/dynamo_tokens.h"

namespace tapedeck::simulator {

/// An attribute, or a member of one that is a map.
struct Path {
  std::vector<std::string> steps;

  /// Null when there is none.
  const json::value* find_in(const json::object& item) const;
};

/// A value that the request gives, one of the item, or the size of one.
struct Operand {
  enum class Kind { given, stored, size };
  Kind kind = Kind::given;
  json::value value;  // given
  Path path;          // stored, size

  static Operand parse(Tokens& tokens, Placeholders& placeholders);
  /// Nothing when the item has no such attribute, or one without a size.
  std::optional<json::value> evaluate(const json::object& item) const;
};

class Condition {
 public:
  /// Throws DynamoError.
  static Condition parse(std::string_view text, Placeholders& placeholders);

  /// An item that is not there is an empty one.
  bool holds(const json::object& item) const;
  /// Of a key condition: the value that the attribute must have. Throws DynamoError when it says
  /// no such thing.
  std::string required_text(std::string_view name) const;

 private:
  enum class Kind {
    both,
    either,
    negation,
    equal,
    different,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    between,
    one_of,
    exists,
    absent,
    begins_with,
  };
  static Condition parse_either(Tokens& tokens, Placeholders& placeholders);
  static Condition parse_both(Tokens& tokens, Placeholders& placeholders);
  static Condition parse_negation(Tokens& tokens, Placeholders& placeholders);
  static Condition parse_single(Tokens& tokens, Placeholders& placeholders);
  static std::optional<Condition> parse_function(Tokens& tokens, Placeholders& placeholders);
  static Condition parse_comparison(Tokens& tokens, Placeholders& placeholders);
  void check_operands() const;
  void check_bounds() const;
  bool compares(const json::object& item) const;
  const std::string* only_name() const;

  Kind kind_ = Kind::both;
  std::vector<Condition> parts_;
  std::vector<Operand> operands_;
};

class Update {
 public:
  /// Throws DynamoError.
  static Update parse(std::string_view text, Placeholders& placeholders);

  /// Every operand is of the item as it was before. Throws DynamoError, and leaves the item as it
  /// was then.
  void apply(json::object& item) const;

 private:
  struct Assignment {
    Path path;
    std::vector<Operand> operands;  // a value, or a sum of two
    bool negated = false;           // the second of them
  };
  void parse_set(Tokens& tokens, Placeholders& placeholders);
  void parse_remove(Tokens& tokens, Placeholders& placeholders);
  void check_paths() const;

  std::vector<Assignment> assignments_;
  std::vector<Path> removals_;
};

}  // namespace tapedeck::simulator
