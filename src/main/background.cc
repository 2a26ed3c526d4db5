#include "main/background.h"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include "base/spawn.h"

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
  spawn(context_.get_executor(), work_(), ended, stop_.slot());
  thread_ = std::thread([this] { context_.run(); });
}

Background::~Background() {
  asio::post(context_, [this] { stop_.emit(asio::cancellation_type::terminal); });
  thread_.join();
}

}  // namespace tapedeck
