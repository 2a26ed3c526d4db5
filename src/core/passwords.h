// Passwords: hashed and compared on a pool, with a bound on how many wait.
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "base/password.h"
#include "base/pool.h"
#include "base/task.h"

namespace tapedeck {

/// Safe for concurrent use. The pool must outlive it.
class Passwords {
 public:
  struct Options {
    PasswordCost cost;
    std::size_t chars_min = 8;
    std::size_t bytes_max = 1024;
    std::size_t waiting_max = 64;
  };
  struct Match {
    bool matches = false;
    std::string better_hash;  // a right password, but the hash had another cost: store this one
  };

  Passwords(Pool& pool, Options options) : pool_(pool), options_(options) {}

  /// Throws invalid, naming the rule, for a password that nobody may choose.
  void check_choice(const std::string& password) const;
  /// Throws limited when too many wait.
  Task<std::string> hash(std::string password);
  /// An empty `phc` (an unknown name, an account without password) matches nothing, and takes as
  /// long as any other. Throws limited when too many wait.
  Task<Match> compare(std::string phc, std::string password);

 private:
  class Place;
  const std::string& decoy();

  Pool& pool_;
  const Options options_;
  std::atomic<std::size_t> waiting_ = 0;
  std::once_flag decoy_once_;
  std::string decoy_;  // Constant after decoy_once_.
};

}  // namespace tapedeck
