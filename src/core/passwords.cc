#include "core/passwords.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"

namespace tapedeck {

/// One of the places in the queue, given back at the end of its scope.
class Passwords::Place {
 public:
  explicit Place(Passwords& owner) : owner_(owner) {
    if (++owner_.waiting_ <= owner_.options_.waiting_max) return;
    --owner_.waiting_;
    Error error(Fault::limited, "Many people are signing in right now: try again in a moment.");
    error.retry_after = std::chrono::seconds(2);
    throw error;
  }
  ~Place() { --owner_.waiting_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  Passwords& owner_;
};

void Passwords::check_choice(const std::string& password) const {
  auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  auto chars = password.size() -
               static_cast<std::size_t>(std::count_if(password.begin(), password.end(), continues));
  if (chars < options_.chars_min) {
    throw Error(
        Fault::invalid,
        fmt::format("The password is too short: use at least {} characters.", options_.chars_min));
  }
  if (password.size() > options_.bytes_max) {
    throw Error(Fault::invalid,
                fmt::format("The password is too long: use at most {} bytes.", options_.bytes_max));
  }
}

Task<std::string> Passwords::hash(std::string password) {
  Place place(*this);
  auto job = [&] { return hash_password(password, options_.cost); };
  co_return co_await on(pool_, job);
}

Task<Passwords::Match> Passwords::compare(std::string phc, std::string password) {
  // Nobody can have chosen so long a password, and hashing it must not cost more than another.
  if (password.size() > options_.bytes_max) password.clear();
  Place place(*this);
  auto job = [&] {
    const auto& nobodys = decoy();  // always, so that its making shows in no one's time
    const auto& against = phc.empty() ? nobodys : phc;
    Match match;
    match.matches = password_matches(against, password) && !phc.empty();
    if (match.matches && password_needs_rehash(phc, options_.cost)) {
      match.better_hash = hash_password(password, options_.cost);
    }
    return match;
  };
  co_return co_await on(pool_, job);
}

const std::string& Passwords::decoy() {
  auto make = [this] { decoy_ = hash_password("a password that is nobody's", options_.cost); };
  std::call_once(decoy_once_, make);
  return decoy_;
}

}  // namespace tapedeck
