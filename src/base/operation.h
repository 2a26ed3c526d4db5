// use_task: the completion token for Asio's operations inside a Task:
// `co_await timer.async_wait(use_task);`, or with use_task_with(error).
#pragma once

#include <coroutine>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/system/system_error.hpp>

#include "base/course.h"

namespace tapedeck {

/// `error`: where an error goes that is not to be thrown.
struct UseTask {
  boost::system::error_code* error = nullptr;
};
inline constexpr UseTask use_task{};

/// The result then tells nothing where `error` is set.
inline UseTask use_task_with(boost::system::error_code& error) {
  return {&error};
}

namespace detail {

/// Of what an operation gave, that which its awaiter gets.
template <class... Results>
class Given {
 public:
  static auto take(std::tuple<Results...>&& results, boost::system::error_code*) {
    static_assert(sizeof...(Results) <= 1);
    if constexpr (sizeof...(Results) == 1) return std::get<0>(std::move(results));
  }
};
template <class... Results>
class Given<boost::system::error_code, Results...> {
 public:
  static auto take(std::tuple<boost::system::error_code, Results...>&& results,
                   boost::system::error_code* error) {
    static_assert(sizeof...(Results) <= 1);
    if (error != nullptr) {
      *error = std::get<0>(results);
    } else if (std::get<0>(results)) {
      throw boost::system::system_error(std::get<0>(results));
    }
    if constexpr (sizeof...(Results) == 1) return std::get<1>(std::move(results));
  }
};

template <class Signature, class Initiation, class... Arguments>
class Operation;

/// Asio's operation begins when the task is suspended.
template <class... Results, class Initiation, class... Arguments>
class Operation<void(Results...), Initiation, Arguments...> {
 public:
  template <class... From>
  explicit Operation(UseTask how, Initiation initiation, From&&... arguments)
      : error_(how.error),
        initiation_(std::move(initiation)),
        arguments_(std::forward<From>(arguments)...) {}

  bool await_ready() const noexcept { return false; }
  template <class P>
  void await_suspend(std::coroutine_handle<P> awaiting) {
    auto& course = awaiting.promise().course();
    auto begin = [&](Arguments&... arguments) {
      std::move(initiation_)(Handler(*this, course, awaiting), std::move(arguments)...);
    };
    std::apply(begin, arguments_);
  }
  auto await_resume() {
    return Given<std::decay_t<Results>...>::take(std::move(*results_), error_);
  }

 private:
  class Handler {
   public:
    using executor_type = Executor;
    using cancellation_slot_type = asio::cancellation_slot;

    Handler(Operation& operation, Course& course, std::coroutine_handle<> awaiting)
        : operation_(&operation), course_(&course), go_on_(course, awaiting) {}
    Executor get_executor() const noexcept { return course_->executor(); }
    asio::cancellation_slot get_cancellation_slot() const noexcept { return course_->slot(); }

    void operator()(Results... results) {
      operation_->results_.emplace(std::move(results)...);
      go_on_();
    }

   private:
    Operation* operation_;
    Course* course_;
    Resumption go_on_;
  };

  boost::system::error_code* error_;
  Initiation initiation_;
  std::tuple<Arguments...> arguments_;
  std::optional<std::tuple<std::decay_t<Results>...>> results_;
};

}  // namespace detail

}  // namespace tapedeck

template <class... Results>
class boost::asio::async_result<tapedeck::UseTask, void(Results...)> {
 public:
  template <class Initiation, class... Arguments>
  static auto initiate(Initiation&& initiation, tapedeck::UseTask how, Arguments&&... arguments) {
    using Made = tapedeck::detail::Operation<void(Results...), std::decay_t<Initiation>,
                                             std::decay_t<Arguments>...>;
    return Made(how, std::forward<Initiation>(initiation), std::forward<Arguments>(arguments)...);
  }
};
