#include "base/frames.h"

#include <array>
#include <new>
#include <utility>

namespace tapedeck::frames {

namespace {

#ifdef TAPEDECK_SANITIZED
constexpr std::size_t kept_bytes_max = 0;  // so that a use of what was released is noticed
#else
constexpr std::size_t kept_bytes_max = 2048 * 1024;
#endif
constexpr std::size_t step_bytes = 64;
constexpr std::size_t sizes = 64;  // larger frames are rare

struct Free {
  Free* next;
};

struct Kept {
  std::array<Free*, sizes> of_size{};
  std::size_t bytes_left = kept_bytes_max;
  bool returned_at_exit = false;
};
constinit thread_local Kept kept;

/// When the thread ends. Frames that are released after that go to the heap.
struct Return {
  ~Return() {
    kept.bytes_left = 0;
    for (auto*& first : kept.of_size) {
      while (first != nullptr) ::operator delete(std::exchange(first, first->next));
    }
  }
};

void return_at_exit() {
  thread_local Return at_exit;
  kept.returned_at_exit = true;
}

std::size_t size_of(std::size_t bytes) {
  return (bytes + step_bytes - 1) / step_bytes;
}

}  // namespace

void* allocate(std::size_t bytes) {
  auto size = size_of(bytes);
  if (size >= sizes) return ::operator new(bytes);
  auto*& first = kept.of_size[size];
  if (first == nullptr) return ::operator new(size * step_bytes);
  kept.bytes_left += size * step_bytes;
  return std::exchange(first, first->next);
}

void release(void* frame, std::size_t bytes) noexcept {
  auto size = size_of(bytes);
  if (size >= sizes || kept.bytes_left < size * step_bytes) return ::operator delete(frame);
  if (!kept.returned_at_exit) return_at_exit();
  kept.bytes_left -= size * step_bytes;
  kept.of_size[size] = new (frame) Free{kept.of_size[size]};
}

}  // namespace tapedeck::frames
