// DynamoClient: the few operations of DynamoDB's API that the catalog needs, on one table.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/task.h"
#include "store/aws_client.h"
#include "store/dynamo_item.h"

namespace tapedeck {

/// A condition or an update, in DynamoDB's language. `#name` stands for the attribute of that name,
/// `:name` for that attribute of `values`; `#id` for the attribute named by `id`.
struct DynamoExpression {
  std::string text;
  DynamoItem values{};
  std::string id{};
};

struct DynamoUpdate {
  DynamoKey key;
  std::string change;
  DynamoExpression condition;  // its values and id are the change's too
};

/// What became of a conditional write.
enum class [[nodiscard]] Written {
  done,
  refused,  // the condition was false
  unclear,  // it was false after an earlier try without an answer: that may have done it
};

struct DynamoQuery {
  std::string pk;
  std::string from, to;  // both included, of the sort key
  std::string index{};   // empty: the table itself
  bool backwards = false;
  std::size_t max = 0;  // at most so many items in the page
  std::string after{};  // DynamoPage::next of the page before
};
struct DynamoPage {
  std::vector<DynamoItem> items;
  std::string next;  // nothing at the end; a page may be short and still have one
};

/// For AwsClient::Options::code_of.
std::string dynamo_error_code(const AwsAnswer& answer);

/// Every operation may be repeated, and is, by `aws`: see `Written`. Reads are consistent. All
/// throw Error{unavailable} when the service does not do it in the end, or says why it will not.
/// Safe for concurrent use.
class DynamoClient {
 public:
  /// `aws` must outlive it; its service is "dynamodb".
  DynamoClient(AwsClient& aws, Env& env, std::string table);

  Task<std::optional<DynamoItem>> find(const DynamoKey& key);
  /// Those that exist, in any order.
  Task<std::vector<DynamoItem>> find_all(const std::vector<DynamoKey>& keys);
  Task<DynamoPage> query(const DynamoQuery& query);
  /// All of it; for what is known to be small.
  Task<std::vector<DynamoItem>> query_all(DynamoQuery query);

  /// Items of the whole table, in no order: for moving it, never for a request.
  Task<DynamoPage> scan(const std::string& after, std::size_t max);

  /// Writes the whole item.
  Task<void> put(const DynamoItem& item);
  Task<Written> put_if(const DynamoItem& item, const DynamoExpression& condition);
  Task<Written> update(const DynamoUpdate& update);
  /// Absence is not an error.
  Task<void> erase(const DynamoKey& key);
  Task<Written> erase_if(const DynamoKey& key, const DynamoExpression& condition);

  /// Nothing: there is no such table.
  Task<std::optional<json::object>> describe_table();
  /// Not an error when it is there already.
  Task<void> create_table(const json::object& description);

  const std::string& table() const { return table_; }

 private:
  struct Answer;
  Task<Answer> call(const std::string& operation, const json::object& body);
  Task<Written> write(const std::string& operation, json::object body);
  json::object about(const DynamoKey& key) const;

  AwsClient& aws_;
  Env& env_;
  const std::string table_;
};

}  // namespace tapedeck
