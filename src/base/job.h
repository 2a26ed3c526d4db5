// Job: a move-only `void()`; what std::move_only_function will be in C++23.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace tapedeck {

/// A callable to be called once. Empty after it was moved from.
class Job {
 public:
  Job() = default;

  template <class Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, Job>)
  Job(Callable&& callable)  // NOLINT: implicit, like std::function
      : body_(std::make_unique<Holder<std::remove_cvref_t<Callable>>>(
            std::forward<Callable>(callable))) {}

  void operator()() { body_->run(); }
  explicit operator bool() const { return body_ != nullptr; }

 private:
  struct Body {
    virtual ~Body() = default;
    virtual void run() = 0;
  };
  template <class Callable>
  struct Holder final : Body {
    explicit Holder(Callable&& c) : callable(std::move(c)) {}
    explicit Holder(const Callable& c) : callable(c) {}
    void run() override { callable(); }
    Callable callable;
  };
  std::unique_ptr<Body> body_;
};

}  // namespace tapedeck
