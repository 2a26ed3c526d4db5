// Several tasks at once on one io_context.
#pragma once

#include <exception>
#include <vector>

#include "base/task.h"

namespace tapedeck {

/// Runs them on the io_context of the caller, who waits for all of them; then throws what the first
/// one threw that failed. What a task refers to must outlive the call.
Task<void> run_together(std::vector<Task<void>> tasks);

}  // namespace tapedeck
