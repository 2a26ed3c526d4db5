// The simulated DynamoDB answers as a real implementation of its protocol does: the same random
// requests go to both.
#include <cstdlib>
#include <iostream>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/check.h"
#include "base/id.h"
#include "base/run_task.h"
#include "simulator/direct_outbound.h"
#include "simulator/dynamo_service.h"
#include "store/dynamo_table.h"

namespace tapedeck::simulator {
namespace {

constexpr int requests_ordinarily = 4'000;
constexpr int keys = 4;

/// The engine that the environment names; aborts without one.
std::unique_ptr<http::Outbound> connect() {
  const char* url = std::getenv("TEST_DYNAMODB");
  auto origin = http::parse_origin(url != nullptr ? url : "");
  MUST(origin);  // `./test cloud` starts one and names it
  return std::make_unique<http::ClientPool>(*origin, http::ClientPoolOptions{});
}

json::value text(std::string value) {
  return json::object{{"S", std::move(value)}};
}
json::value number(std::int64_t value) {
  return json::object{{"N", std::to_string(value)}};
}

/// One of them with its tables.
class Side {
 public:
  Side(http::Outbound& outbound, const std::string& table)
      : aws_(options(), outbound, keys_, env_), client_(aws_, env_, table) {
    run_task(make_dynamo_table(client_, env_));
  }

  /// Everything but the words of an error.
  json::value ask(const std::string& operation, const json::object& body) {
    auto sent = json::serialize(body);
    AwsCall call{.method = "POST"};
    call.fields.set("X-Amz-Target", "DynamoDB_20120810." + operation);
    call.fields.set("Content-Type", "application/x-amz-json-1.0");
    call.body = sent;
    auto answer = run_task(aws_.send(call));
    if (answer.status != 200) {
      return json::object{{"status", answer.status}, {"code", answer.code}};
    }
    return sorted(parse_json(answer.body));
  }

 private:
  static AwsClient::Options options() {
    AwsClient::Options made;
    made.scope = {"us-east-1", "dynamodb"};
    made.code_of = dynamo_error_code;
    return made;
  }
  /// The order of members says nothing, nor that of a batch.
  static json::value sorted(const json::value& value) {
    if (const auto* object = value.if_object()) {
      std::map<std::string, json::value> members;
      for (const auto& [name, member] : *object) members[std::string(name)] = sorted(member);
      json::object made;
      for (auto& [name, member] : members) made[name] = std::move(member);
      if (auto* responses = made.if_contains("Responses")) sort_batch(responses->as_object());
      return made;
    }
    if (const auto* array = value.if_array()) {
      json::array made;
      for (const auto& element : *array) made.push_back(sorted(element));
      return made;
    }
    return value;
  }
  static void sort_batch(json::object& responses) {
    for (auto& [table, items] : responses) {
      std::sort(items.as_array().begin(), items.as_array().end(), [](const auto& a, const auto& b) {
        return json::serialize(a) < json::serialize(b);
      });
    }
  }

  SystemEnv env_;
  FixedCredentials keys_{{"test", "secret", "", {}}};
  AwsClient aws_;
  DynamoClient client_;
};

/// Requests of the kinds that the catalog makes, and some that nobody should.
class RandomRequests {
 public:
  RandomRequests(std::uint64_t seed, std::string table) : dice_(seed), table_(std::move(table)) {}

  std::pair<std::string, json::object> next() {
    body_ = {{"TableName", table_}};
    names_.clear();
    values_.clear();
    switch (roll(7)) {
      case 0:
        body_["Key"] = make_key();
        return {"GetItem", body_};
      case 1:
      case 2:
        body_["Item"] = make_item();
        add_condition();
        return {"PutItem", with_placeholders()};
      case 3:
        body_["Key"] = make_key();
        add_update();
        add_condition();
        return {"UpdateItem", with_placeholders()};
      case 4:
        body_["Key"] = make_key();
        add_condition();
        return {"DeleteItem", with_placeholders()};
      case 5:
        return {"BatchGetItem", make_batch()};
      default:
        add_query();
        return {"Query", with_placeholders()};
    }
  }

 private:
  std::uint64_t roll(std::uint64_t sides) { return dice_() % sides; }
  std::string name(const std::string& attribute) {
    names_["#" + attribute] = attribute;
    return "#" + attribute;
  }
  std::string value(json::value given) {
    auto placeholder = fmt::format(":v{}", values_.size());
    values_[placeholder] = std::move(given);
    return placeholder;
  }
  json::object with_placeholders() {
    if (!names_.empty()) body_["ExpressionAttributeNames"] = names_;
    if (!values_.empty()) body_["ExpressionAttributeValues"] = values_;
    return body_;
  }

  json::object make_key() {
    return {{"PK", text(fmt::format("p{}", roll(2)))},
            {"SK", text(fmt::format("s{}", roll(keys)))}};
  }
  json::value make_value() {
    switch (roll(5)) {
      case 0:
        return text(fmt::format("t{}", roll(3)));
      case 1:
        return json::object{{"B", "AAE" + std::string(1, static_cast<char>('A' + 4 * roll(3)))}};
      case 2:
        return json::object{{"BOOL", true}};
      default:
        return number(static_cast<std::int64_t>(roll(20)) - 5);
    }
  }
  /// The catalog's have the item's own key in them: the order of equal ones is nobody's promise.
  json::value make_sort_key(char mark, const json::object& key) {
    auto own = key.at("SK").at("S").as_string();
    return text(fmt::format("{}{}#{}", mark, roll(keys), std::string_view(own)));
  }
  json::object make_item() {
    auto item = make_key();
    for (const auto* attribute : {"a", "b", "size"}) {
      if (roll(2) == 0) item[attribute] = make_value();
    }
    if (roll(2) == 0) item["L"] = make_sort_key('l', item);
    if (roll(2) == 0) item["C"] = make_sort_key('c', item);
    if (roll(3) == 0) item["L"] = make_value();  // which may not fit the index
    if (roll(2) == 0) item["m"] = json::object{{"M", json::object{{"x", make_value()}}}};
    return item;
  }

  /// What is compared with a value that the request brings, as the catalog does: AWS and dynalite
  /// differ about two attributes of which one is absent.
  std::string make_operand() {
    static const char* attributes[] = {"a", "b", "size", "L"};
    if (roll(8) == 0) return name("m") + "." + name("x");
    if (roll(8) == 0) return "size(" + name("m") + ")";
    return name(attributes[roll(4)]);
  }
  /// Nor has a truth value an order: AWS refuses the request, dynalite compares all the same.
  std::string make_literal(bool is_ordered) {
    if (is_ordered) return value(number(static_cast<std::int64_t>(roll(20)) - 5));
    return value(make_value());
  }
  std::string make_term() {
    static const char* signs[] = {"=", "<>", "<", "<=", ">", ">="};
    switch (roll(5)) {
      case 0:
        return "attribute_exists(" + name("a") + ")";
      case 1:
        return "attribute_not_exists(" + name(roll(2) == 0 ? "PK" : "b") + ")";
      case 2:
        return "attribute_not_exists(" + name("m") + "." + name("x") + ")";
      default: {
        auto sign = roll(6);
        return make_operand() + " " + signs[sign] + " " + make_literal(sign > 1);
      }
    }
  }
  void add_condition() {
    if (roll(4) == 0) return;
    auto condition = make_term();
    if (roll(2) == 0) condition += (roll(2) == 0 ? " AND " : " OR ") + make_term();
    if (roll(5) == 0) condition = "NOT (" + condition + ")";
    body_["ConditionExpression"] = condition;
  }
  void add_update() {
    std::string update = "SET " + name("a") + " = " + value(make_value());
    if (roll(2) == 0)
      update += ", " + name("size") + " = " + name("size") + " + " + value(number(2));
    if (roll(3) == 0) update += ", " + name("m") + "." + name("y") + " = " + value(make_value());
    if (roll(3) == 0) {
      auto moved = make_sort_key('l', body_["Key"].as_object());
      update += ", " + name("L") + " = " + value(moved);
    }
    if (roll(3) == 0) update += " REMOVE " + name("b");
    if (roll(4) == 0)
      update += (update.find("REMOVE") == std::string::npos ? " REMOVE " : ", ") + name("m") + "." +
                name("x");
    body_["UpdateExpression"] = update;
  }
  json::object make_batch() {
    json::array wanted;
    auto count = 1 + roll(keys);
    for (std::uint64_t i = 0; i < count; ++i) {
      wanted.push_back(json::object{{"PK", text("p0")}, {"SK", text(fmt::format("s{}", i))}});
    }
    json::object request{{"Keys", wanted}, {"ConsistentRead", true}};
    return {{"RequestItems", json::object{{table_, request}}}};
  }
  void add_query() {
    struct Place {
      const char* index;
      const char* key;
      char mark;
    };
    static const Place places[] = {{"", "SK", 's'}, {"listed", "L", 'l'}, {"changed", "C", 'c'}};
    const auto& place = places[roll(3)];
    auto bound = [&](std::uint64_t number) {
      return text(fmt::format("{}{}", place.mark, number));
    };
    auto from = roll(keys);
    auto to = roll(8) == 0 ? from : from + roll(keys);
    body_["KeyConditionExpression"] = name("PK") + " = " + value(text("p0")) + " AND " +
                                      name(place.key) + " BETWEEN " + value(bound(from)) + " AND " +
                                      value(bound(to));
    body_["ConsistentRead"] = true;
    if (*place.index != '\0') body_["IndexName"] = place.index;
    if (roll(2) == 0) body_["ScanIndexForward"] = false;
    if (roll(2) == 0) body_["Limit"] = 1 + roll(keys);
  }

  std::mt19937_64 dice_;
  const std::string table_;
  json::object body_;
  json::object names_;
  json::object values_;
};

TEST(DynamoDifferential, RandomRequestsAreAnsweredAlike) {
  SystemEnv env;
  auto table = "tapedeck-" + Ulid::make(env).text();
  auto engine = connect();
  DynamoService service;
  DirectOutbound direct(service);
  Side real(*engine, table);
  Side simulated(direct, table);
  const char* seed_text = std::getenv("TEST_DIFFERENTIAL_SEED");
  std::uint64_t seed = seed_text != nullptr ? std::strtoull(seed_text, nullptr, 10) : 1;
  RandomRequests requests(seed, table);
  std::map<std::string, int> answers;
  for (int i = 0; i < requests_ordinarily; ++i) {
    auto [operation, body] = requests.next();
    auto expected = real.ask(operation, body);
    auto answer = simulated.ask(operation, body);
    ASSERT_EQ(json::serialize(answer), json::serialize(expected))
        << i << ": " << operation << " " << json::serialize(body);
    const auto* code = expected.as_object().if_contains("code");
    ++answers[code == nullptr ? operation : std::string(code->as_string())];
  }
  for (const auto& [kind, count] : answers) EXPECT_GT(count, 20) << kind;
  std::cout << "counted: " << requests_ordinarily
            << " random requests answered as DynamoDB's protocol asks\n";
}

}  // namespace
}  // namespace tapedeck::simulator
