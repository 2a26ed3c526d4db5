// The program. Everything else is in command_line.cc and below.
#include <cstdio>
#include <exception>

#include "main/command.h"

int main(int argc, char** argv) {
  try {
    return tapedeck::run_command_line(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tapedeck: %s\n", error.what());
    return tapedeck::exit_failed;
  }
}
