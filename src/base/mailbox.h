// Mailbox: the courses of one io_context that are to go on, put there by any thread. Who finishes a
// batch has many at once: they cost the io_context one turn, and no memory.
#pragma once

#include <atomic>

#include "base/course.h"

namespace tapedeck {

/// A service of the io_context. What is in it when that is destroyed is destroyed, too.
class Mailbox final : public asio::execution_context::service {
 public:
  using key_type = Mailbox;
  inline static asio::execution_context::id id;  // as asio::use_service asks for

  explicit Mailbox(asio::execution_context& context);

  /// One that waits, and is in no mailbox. From any thread.
  void push(Course& course);

 private:
  void shutdown() override;
  void post_delivery();
  void collect();
  void deliver();

  asio::io_context& context_;
  std::atomic<Course*> pushed_{nullptr};  // the last one first
  // Of the io_context's thread: those whose turn it is, the first one first.
  Course* first_ = nullptr;
  Course* last_ = nullptr;
};

}  // namespace tapedeck
