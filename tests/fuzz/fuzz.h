// What every fuzz target does with its input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// Stops the fuzzer when a property does not hold.
#define HOLDS(property)            \
  do {                             \
    if (!(property)) std::abort(); \
  } while (false)

/// Defines the target: a function of the input as text.
#define FUZZ(input)                                                                    \
  static void fuzz(std::string_view input);                                            \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) { \
    fuzz(std::string_view(reinterpret_cast<const char*>(bytes), size));                \
    return 0;                                                                          \
  }                                                                                    \
  static void fuzz(std::string_view input)
