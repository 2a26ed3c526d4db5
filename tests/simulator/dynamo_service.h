// DynamoService: the operations of DynamoDB that DynamoClient asks for, on tables in memory.
#pragma once

#include <map>
#include <string>

#include "simulator/dynamo_table.h"
#include "simulator/dynamo_tokens.h"
#include "simulator/service.h"

namespace tapedeck::simulator {

/// Each operation is one step, as in DynamoDB: a condition and what depends on it see one state.
/// Every read is as consistent as a consistent one.
class DynamoService final : public Service {
 public:
  ServiceAnswer serve(const ServiceRequest& request, Time now, const ServiceMood& mood) override;
  std::string name_of(const ServiceRequest& request) const override;
  ServiceAnswer refuse(int status, const std::string& code, Time now) const override;

  /// Throws DynamoError when there is none of that name.
  const SimulatedTable& table(std::string_view name) const;

 private:
  ServiceAnswer try_to_serve(const ServiceRequest& request, Time now, const ServiceMood& mood);
  json::object perform(const std::string& operation, const json::object& body,
                       const ServiceMood& mood);
  json::object create_table(const json::object& body);
  json::object describe_table(const json::object& body) const;
  json::object find_item(const json::object& body) const;
  json::object find_items(const json::object& body, const ServiceMood& mood) const;
  json::object query(const json::object& body, const ServiceMood& mood) const;
  json::object put_item(const json::object& body);
  json::object update_item(const json::object& body);
  json::object delete_item(const json::object& body);
  void check_condition(const json::object& body, Placeholders& placeholders,
                       const SimulatedTable& table, const json::object* item);
  SimulatedTable& table_of(const json::object& body);
  const SimulatedTable& table_of(const json::object& body) const;

  std::map<std::string, SimulatedTable, std::less<>> tables_;
  mutable std::size_t read_units_ = 0;  // of the request that is being served
  std::size_t write_units_ = 0;
};

}  // namespace tapedeck::simulator
