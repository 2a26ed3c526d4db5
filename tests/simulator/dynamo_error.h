// DynamoError: why the simulated DynamoDB refuses a request.
#pragma once

#include <string>
#include <utility>

namespace tapedeck::simulator {

/// Thrown inside the simulator, and answered with status 400.
struct DynamoError {
  std::string code;
  std::string message;
};

inline DynamoError invalid(std::string message) {
  return {"ValidationException", std::move(message)};
}
/// The real one may know it. A test that sees this has to teach the simulator.
inline DynamoError unsimulated(std::string what) {
  return {"UnsimulatedException", "the simulator does not know " + std::move(what)};
}

}  // namespace tapedeck::simulator
