// The catalog on a real DynamoDB protocol, for the programs that test it.
#pragma once

#include <memory>
#include <string>

#include "conformance/catalog_suite.h"
#include "conformance/faulty_outbound.h"
#include "store/aws_client.h"
#include "store/dynamo_catalog.h"

namespace tapedeck {

/// Connections to the engine that the program is for: the one that TEST_DYNAMODB names,
/// which is an origin, "http://127.0.0.1:8000" (it aborts without one); or a simulated one.
std::unique_ptr<http::Outbound> connect_to_dynamo();

/// A catalog with all that is below it. `outbound` and `env` must outlive it.
class DynamoStack {
 public:
  DynamoStack(http::Outbound& outbound, Env& env, std::string table);

  /// Makes the table.
  void make_table();
  /// As after a restart; reopen() looks at the table first.
  void open();
  void reopen();
  const std::string& table() const { return client_.table(); }
  DynamoCatalog& catalog() { return *catalog_; }
  DynamoClient& client() { return client_; }

 private:
  Env& env_;
  FixedCredentials keys_;
  AwsClient aws_;
  DynamoClient client_;
  std::unique_ptr<DynamoCatalog> catalog_;
};

/// In a table of its own; over a network without faults, or with one in seven calls.
std::unique_ptr<CatalogHarness> make_dynamo_harness();
std::unique_ptr<CatalogHarness> make_faulty_dynamo_harness();

}  // namespace tapedeck
