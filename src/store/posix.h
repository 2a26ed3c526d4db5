// What is left when the kernel says no, and descriptors that close themselves.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace tapedeck {

/// Throws Error for `errno`: storage_full when the disk or its quota is full, else unavailable.
[[noreturn]] void throw_errno(std::string_view what, const std::string& path);

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

}  // namespace tapedeck
