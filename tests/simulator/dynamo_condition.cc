// Paths, operands and conditions.
#include <algorithm>

#include "http/fields.h"
#include "simulator/dynamo_error.h"
#include "simulator/dynamo_expression.h"
#include "simulator/dynamo_value.h"

namespace tapedeck::simulator {

namespace {

std::string parse_step(Tokens& tokens, Placeholders& placeholders) {
  auto word = tokens.take();
  if (word.starts_with('#')) return placeholders.name(word);
  bool is_name = std::isalpha(static_cast<unsigned char>(word[0])) != 0;
  if (!is_name) throw invalid("Invalid expression: a name is expected; token: " + word);
  return word;
}

Path parse_path(Tokens& tokens, Placeholders& placeholders) {
  Path path;
  do {
    path.steps.push_back(parse_step(tokens, placeholders));
  } while (tokens.take_if("."));
  return path;
}

}  // namespace

const json::value* Path::find_in(const json::object& item) const {
  const auto* members = &item;
  const json::value* found = nullptr;
  for (const auto& step : steps) {
    if (members == nullptr) return nullptr;
    found = members->if_contains(step);
    if (found == nullptr) return nullptr;
    const auto* map = found->as_object().if_contains("M");
    members = map == nullptr ? nullptr : map->if_object();
  }
  return found;
}

// ---- operands ----------------------------------------------------------------------------------

Operand Operand::parse(Tokens& tokens, Placeholders& placeholders) {
  Operand operand;
  if (tokens.peek().starts_with(':')) {
    operand.value = placeholders.value(tokens.take());
    type_of(operand.value);
    return operand;
  }
  bool is_size = tokens.take_if("size");
  operand.kind = is_size ? Kind::size : Kind::stored;
  if (is_size) tokens.expect("(");
  operand.path = parse_path(tokens, placeholders);
  if (is_size) tokens.expect(")");
  return operand;
}

std::optional<json::value> Operand::evaluate(const json::object& item) const {
  if (kind == Kind::given) return value;
  const auto* found = path.find_in(item);
  if (found == nullptr) return std::nullopt;
  return kind == Kind::size ? size_of(*found) : std::optional(*found);
}

// ---- parsing -----------------------------------------------------------------------------------

Condition Condition::parse(std::string_view text, Placeholders& placeholders) {
  Tokens tokens(text);
  auto condition = parse_either(tokens, placeholders);
  if (!tokens.at_end()) throw invalid("Invalid expression: Syntax error; token: " + tokens.peek());
  return condition;
}

Condition Condition::parse_either(Tokens& tokens, Placeholders& placeholders) {
  Condition any;
  any.kind_ = Kind::either;
  do {
    any.parts_.push_back(parse_both(tokens, placeholders));
  } while (tokens.take_if("OR"));
  return any.parts_.size() == 1 ? any.parts_.front() : any;
}

Condition Condition::parse_both(Tokens& tokens, Placeholders& placeholders) {
  Condition all;
  do {
    all.parts_.push_back(parse_negation(tokens, placeholders));
  } while (tokens.take_if("AND"));
  return all.parts_.size() == 1 ? all.parts_.front() : all;
}

Condition Condition::parse_negation(Tokens& tokens, Placeholders& placeholders) {
  if (!tokens.take_if("NOT")) return parse_single(tokens, placeholders);
  Condition negation;
  negation.kind_ = Kind::negation;
  negation.parts_.push_back(parse_negation(tokens, placeholders));
  return negation;
}

Condition Condition::parse_single(Tokens& tokens, Placeholders& placeholders) {
  if (tokens.take_if("(")) {
    auto inner = parse_either(tokens, placeholders);
    tokens.expect(")");
    return inner;
  }
  auto function = parse_function(tokens, placeholders);
  return function ? *std::move(function) : parse_comparison(tokens, placeholders);
}

std::optional<Condition> Condition::parse_function(Tokens& tokens, Placeholders& placeholders) {
  Condition function;
  if (tokens.take_if("attribute_exists")) {
    function.kind_ = Kind::exists;
  } else if (tokens.take_if("attribute_not_exists")) {
    function.kind_ = Kind::absent;
  } else if (tokens.take_if("begins_with")) {
    function.kind_ = Kind::begins_with;
  } else {
    return std::nullopt;
  }
  tokens.expect("(");
  function.operands_.push_back(Operand::parse(tokens, placeholders));
  if (function.kind_ == Kind::begins_with) {
    tokens.expect(",");
    function.operands_.push_back(Operand::parse(tokens, placeholders));
  } else if (function.operands_.front().kind != Operand::Kind::stored) {
    throw invalid("Invalid expression: Operator or function requires a document path");
  }
  tokens.expect(")");
  return function;
}

Condition Condition::parse_comparison(Tokens& tokens, Placeholders& placeholders) {
  static const std::pair<const char*, Kind> signs[] = {
      {"=", Kind::equal},          {"<>", Kind::different}, {"<", Kind::less},
      {"<=", Kind::less_or_equal}, {">", Kind::greater},    {">=", Kind::greater_or_equal}};
  Condition comparison;
  auto& operands = comparison.operands_;
  operands.push_back(Operand::parse(tokens, placeholders));
  for (const auto& [sign, kind] : signs) {
    if (!tokens.take_if(sign)) continue;
    comparison.kind_ = kind;
    operands.push_back(Operand::parse(tokens, placeholders));
    comparison.check_operands();
    return comparison;
  }
  if (tokens.take_if("BETWEEN")) {
    comparison.kind_ = Kind::between;
    operands.push_back(Operand::parse(tokens, placeholders));
    tokens.expect("AND");
    operands.push_back(Operand::parse(tokens, placeholders));
    comparison.check_operands();
    comparison.check_bounds();
    return comparison;
  }
  tokens.expect("IN");
  tokens.expect("(");
  comparison.kind_ = Kind::one_of;
  do {
    operands.push_back(Operand::parse(tokens, placeholders));
  } while (tokens.take_if(","));
  tokens.expect(")");
  return comparison;
}

/// Nothing is compared with itself, and only what has an order is put in order.
void Condition::check_operands() const {
  const auto& first = operands_.front();
  for (std::size_t i = 0; i < operands_.size(); ++i) {
    const auto& operand = operands_[i];
    bool is_first = i > 0 && first.kind == Operand::Kind::stored &&
                    operand.kind == Operand::Kind::stored && operand.path.steps == first.path.steps;
    if (is_first) throw invalid("Invalid expression: The first operand must be distinct");
    bool needs_order = kind_ != Kind::equal && kind_ != Kind::different;
    if (!needs_order || operand.kind != Operand::Kind::given) continue;
    if (order_of(operand.value, operand.value)) continue;
    throw invalid("Invalid expression: Incorrect operand type for operator or function");
  }
}

void Condition::check_bounds() const {
  auto is_given = [](const Operand& o) { return o.kind == Operand::Kind::given; };
  if (!is_given(operands_[1]) || !is_given(operands_[2])) return;
  auto order = order_of(operands_[1].value, operands_[2].value);
  if (order && *order <= 0) return;
  throw invalid(
      "Invalid expression: The BETWEEN operator requires upper bound to be greater than or equal "
      "to lower bound");
}

// ---- meaning -----------------------------------------------------------------------------------

bool Condition::holds(const json::object& item) const {
  auto part_holds = [&](const Condition& part) { return part.holds(item); };
  switch (kind_) {
    case Kind::both:
      return std::all_of(parts_.begin(), parts_.end(), part_holds);
    case Kind::either:
      return std::any_of(parts_.begin(), parts_.end(), part_holds);
    case Kind::negation:
      return !parts_.front().holds(item);
    case Kind::exists:
      return operands_.front().evaluate(item).has_value();
    case Kind::absent:
      return !operands_.front().evaluate(item);
    default:
      return compares(item);
  }
}

/// An attribute that is not there compares with nothing; it only differs from everything.
bool Condition::compares(const json::object& item) const {
  auto left = operands_[0].evaluate(item);
  auto right = operands_[1].evaluate(item);
  if (kind_ == Kind::different) return !left || !right || !are_equal(*left, *right);
  if (!left || !right) return false;
  if (kind_ == Kind::equal) return are_equal(*left, *right);
  if (kind_ == Kind::one_of) {
    return std::any_of(operands_.begin() + 1, operands_.end(), [&](const Operand& operand) {
      auto value = operand.evaluate(item);
      return value && are_equal(*left, *value);
    });
  }
  if (kind_ == Kind::begins_with) {
    if (type_of(*left) != "S" || type_of(*right) != "S") return false;
    std::string_view text = left->as_object().at("S").as_string();
    return text.starts_with(right->as_object().at("S").as_string());
  }
  auto order = order_of(*left, *right);
  if (!order) return false;
  if (kind_ == Kind::less) return *order < 0;
  if (kind_ == Kind::less_or_equal) return *order <= 0;
  if (kind_ == Kind::greater) return *order > 0;
  if (kind_ == Kind::greater_or_equal) return *order >= 0;
  auto upper = operands_[2].evaluate(item);
  auto upper_order = upper ? order_of(*left, *upper) : std::nullopt;
  return *order >= 0 && upper_order && *upper_order <= 0;
}

/// The attribute that it compares; null when it compares none.
const std::string* Condition::only_name() const {
  if (operands_.empty() || operands_.front().kind != Operand::Kind::stored) return nullptr;
  return &operands_.front().path.steps.front();
}

std::string Condition::required_text(std::string_view name) const {
  const auto* own = only_name();
  bool is_it = kind_ == Kind::equal && own != nullptr && *own == name;
  if (is_it) return std::string(operands_[1].value.as_object().at("S").as_string());
  if (kind_ == Kind::both) {
    for (const auto& part : parts_) {
      const auto* compared = part.only_name();
      if (compared != nullptr && *compared == name) return part.required_text(name);
    }
  }
  throw invalid("Query condition missed key schema element: " + std::string(name));
}

}  // namespace tapedeck::simulator
