// Task<T>: the one word for "may suspend". A task runs on the io_context of the thread that awaits
// it and never migrates to another one, so code between two awaits needs no lock against itself.
//
// gcc 12 miscompiles clever await expressions (docs/decisions/0003); write one await a line, with
// named arguments: `auto row = co_await catalog.find_recording(account, id);`.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tapedeck {

namespace asio = boost::asio;

/// The concrete executor of every task; a type-erased one costs a third of the request rate.
using Executor = asio::io_context::executor_type;

template <class T>
using Task = asio::awaitable<T, Executor>;

/// The completion token for asio operations inside a Task.
inline constexpr asio::use_awaitable_t<Executor> use_task{};

}  // namespace tapedeck
