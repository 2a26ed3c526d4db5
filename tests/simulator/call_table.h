// CallTable: what each request asks of the services, and what AWS charges for that.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "simulator/stage.h"

namespace tapedeck::simulator {

/// What one request came to.
struct CallRow {
  std::string name;
  std::vector<std::string> calls;  // in order
  std::size_t read_units = 0;
  std::size_t write_units = 0;

  std::size_t count(const std::string& operation) const;
  /// At list prices, in dollars.
  double per_million() const;
  /// As a row of a table in Markdown.
  std::string text() const;
};

/// Plays each request once, without faults, on an account that has recordings already.
std::vector<CallRow> count_calls();

}  // namespace tapedeck::simulator
