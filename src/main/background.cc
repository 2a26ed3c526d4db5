#include "main/background.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

namespace tapedeck {

Background::Background(std::function<Task<void>()> work, Log& log) : work_(std::move(work)) {
  auto ended = [&log](std::exception_ptr error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const boost::system::system_error& failure) {
      if (failure.code() == asio::error::operation_aborted) return;  // as we asked
      log.error("the background work ended", {{"detail", failure.what()}});
    } catch (const std::exception& failure) {
      log.error("the background work ended", {{"detail", failure.what()}});
    }
  };
  asio::co_spawn(context_.get_executor(), work_(),
                 asio::bind_cancellation_slot(stop_.slot(), ended));
  thread_ = std::thread([this] { context_.run(); });
}

Background::~Background() {
  asio::post(context_, [this] { stop_.emit(asio::cancellation_type::terminal); });
  thread_.join();
}

}  // namespace tapedeck
