// Job: a move-only `void()`; what std::move_only_function will be in C++23.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace tapedeck {

/// A callable to be called once. Empty after it was moved from. A small one needs no memory of its
/// own.
class Job {
 public:
  Job() = default;
  ~Job() { clear(); }

  template <class Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, Job>)
  Job(Callable&& callable) {  // NOLINT: implicit, like std::function
    using Kept = std::remove_cvref_t<Callable>;
    if constexpr (fits<Kept>()) {
      new (place_) Kept(std::forward<Callable>(callable));
      kind_ = &inside<Kept>;
    } else {
      new (place_) Kept*(new Kept(std::forward<Callable>(callable)));
      kind_ = &outside<Kept>;
    }
  }
  Job(Job&& other) noexcept { take(other); }
  Job& operator=(Job&& other) noexcept {
    if (this == &other) return *this;
    clear();
    take(other);
    return *this;
  }

  void operator()() { kind_->run(place_); }
  explicit operator bool() const { return kind_ != nullptr; }

 private:
  struct Kind {
    void (*run)(std::byte* place);
    void (*move)(std::byte* from, std::byte* to);  // and destroys that in `from`
    void (*destroy)(std::byte* place);
  };

  static constexpr std::size_t place_bytes = 4 * sizeof(void*);

  template <class Kept>
  static constexpr bool fits() {
    return sizeof(Kept) <= place_bytes && alignof(Kept) <= alignof(void*) &&
           std::is_nothrow_move_constructible_v<Kept>;
  }
  template <class Kept>
  static Kept& in(std::byte* place) {
    return *std::launder(reinterpret_cast<Kept*>(place));
  }
  template <class Kept>
  static constexpr Kind inside = {[](std::byte* place) { in<Kept>(place)(); },
                                  [](std::byte* from, std::byte* to) {
                                    new (to) Kept(std::move(in<Kept>(from)));
                                    in<Kept>(from).~Kept();
                                  },
                                  [](std::byte* place) { in<Kept>(place).~Kept(); }};
  template <class Kept>
  static constexpr Kind outside = {
      [](std::byte* place) { (*in<Kept*>(place))(); },
      [](std::byte* from, std::byte* to) { new (to) Kept*(in<Kept*>(from)); },
      [](std::byte* place) { delete in<Kept*>(place); }};

  void take(Job& other) {
    kind_ = std::exchange(other.kind_, nullptr);
    if (kind_ != nullptr) kind_->move(other.place_, place_);
  }
  void clear() {
    if (kind_ != nullptr) std::exchange(kind_, nullptr)->destroy(place_);
  }

  const Kind* kind_ = nullptr;
  alignas(void*) std::byte place_[place_bytes];
};

}  // namespace tapedeck
