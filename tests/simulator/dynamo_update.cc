// Updates.
#include <algorithm>

#include "simulator/dynamo_error.h"
#include "simulator/dynamo_expression.h"
#include "simulator/dynamo_value.h"

namespace tapedeck::simulator {

namespace {

Path parse_target(Tokens& tokens, Placeholders& placeholders) {
  auto operand = Operand::parse(tokens, placeholders);
  if (operand.kind != Operand::Kind::stored) {
    throw invalid("Invalid UpdateExpression: a document path is expected");
  }
  return operand.path;
}

/// The map that the last step of the path is a member of.
json::object& parent_of(const Path& path, json::object& item) {
  auto* members = &item;
  for (std::size_t i = 0; i + 1 < path.steps.size(); ++i) {
    auto* value = members->if_contains(path.steps[i]);
    auto* map = value == nullptr ? nullptr : value->as_object().if_contains("M");
    if (map == nullptr) {
      throw invalid("The document path provided in the update expression is invalid for update");
    }
    members = &map->as_object();
  }
  return *members;
}

bool overlap(const Path& a, const Path& b) {
  auto common = std::min(a.steps.size(), b.steps.size());
  return std::equal(a.steps.begin(), a.steps.begin() + static_cast<std::ptrdiff_t>(common),
                    b.steps.begin());
}

}  // namespace

Update Update::parse(std::string_view text, Placeholders& placeholders) {
  Update update;
  Tokens tokens(text);
  while (!tokens.at_end()) {
    if (tokens.take_if("SET")) {
      update.parse_set(tokens, placeholders);
    } else if (tokens.take_if("REMOVE")) {
      update.parse_remove(tokens, placeholders);
    } else {
      throw unsimulated("the clause " + tokens.peek() + " of an update");
    }
  }
  update.check_paths();
  return update;
}

void Update::parse_set(Tokens& tokens, Placeholders& placeholders) {
  do {
    Assignment assignment;
    assignment.path = parse_target(tokens, placeholders);
    tokens.expect("=");
    assignment.operands.push_back(Operand::parse(tokens, placeholders));
    assignment.negated = tokens.is_next("-");
    if (tokens.take_if("+") || tokens.take_if("-")) {
      assignment.operands.push_back(Operand::parse(tokens, placeholders));
    }
    assignments_.push_back(std::move(assignment));
  } while (tokens.take_if(","));
}

void Update::parse_remove(Tokens& tokens, Placeholders& placeholders) {
  do {
    removals_.push_back(parse_target(tokens, placeholders));
  } while (tokens.take_if(","));
}

void Update::check_paths() const {
  std::vector<const Path*> paths;
  for (const auto& assignment : assignments_) paths.push_back(&assignment.path);
  for (const auto& removal : removals_) paths.push_back(&removal);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!overlap(*paths[i], *paths[j])) continue;
      throw invalid("Invalid UpdateExpression: Two document paths overlap with each other");
    }
  }
}

void Update::apply(json::object& item) const {
  auto after = item;
  for (const auto& [path, operands, negated] : assignments_) {
    std::vector<json::value> values;
    for (const auto& operand : operands) {
      auto value = operand.evaluate(item);
      if (!value) {
        throw invalid(
            "The provided expression refers to an attribute that does not exist in the item");
      }
      values.push_back(*std::move(value));
    }
    auto result = values.size() == 1 ? values[0] : sum_of(values[0], values[1], negated);
    parent_of(path, after)[path.steps.back()] = std::move(result);
  }
  for (const auto& path : removals_) parent_of(path, after).erase(path.steps.back());
  item = std::move(after);
}

}  // namespace tapedeck::simulator
