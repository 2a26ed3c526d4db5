// The function: what the bootstrap does.
#pragma once

namespace tapedeck::lambda {

/// Answers events until Lambda ends the process, or the Runtime API breaks off. Gives the exit
/// code: 2 when it does not run under Lambda, 1 when it could not be started (Lambda is told) or
/// the Runtime API broke off. Total: what goes wrong is a line of the log.
int run_function();

}  // namespace tapedeck::lambda
