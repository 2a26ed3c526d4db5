#include "api/line_stream.h"

#include <condition_variable>
#include <mutex>
#include <string>

#include "base/error.h"
#include "base/suspend.h"

namespace tapedeck::api {

namespace {

constexpr std::size_t waiting_bytes_max = 256 * KiB;
constexpr std::chrono::milliseconds stop_check_every{200};

/// What the job's thread and the reader's task share.
class Lines {
 public:
  bool emit(const json::object& line, const std::function<bool()>& stopping) {
    auto text = json::serialize(line) + "\n";
    std::unique_lock lock(mutex_);
    while (waiting_.size() > waiting_bytes_max && !abandoned_ && !stopping()) {
      room_.wait_for(lock, stop_check_every);
    }
    if (abandoned_ || stopping()) return false;
    waiting_ += text;
    wake(lock);
    return true;
  }

  void end(std::string last) {
    std::unique_lock lock(mutex_);
    waiting_ += last;
    ended_ = true;
    wake(lock);
  }

  void abandon() {
    std::unique_lock lock(mutex_);
    abandoned_ = true;
    room_.notify_all();
  }

  /// Takes all that waits; false when there is nothing yet.
  bool take(std::string& chunk) {
    std::unique_lock lock(mutex_);
    if (waiting_.empty() && !ended_) return false;
    chunk = std::exchange(waiting_, {});
    room_.notify_all();
    return true;
  }

  /// Calls `resume` when take() will have something.
  void wait(Job resume) {
    std::unique_lock lock(mutex_);
    reader_ = std::move(resume);
    if (!waiting_.empty() || ended_) wake(lock);
  }

 private:
  void wake(std::unique_lock<std::mutex>& lock) {
    auto resume = std::move(reader_);
    lock.unlock();
    if (resume) resume();
  }

  std::mutex mutex_;
  std::condition_variable room_;
  std::string waiting_;     // Guarded by mutex_.
  bool ended_ = false;      // Guarded by mutex_.
  bool abandoned_ = false;  // Guarded by mutex_.
  Job reader_;              // Guarded by mutex_.
};

class LineSource final : public ByteSource {
 public:
  explicit LineSource(std::shared_ptr<Lines> lines) : lines_(std::move(lines)) {}
  ~LineSource() override { lines_->abandon(); }

  Task<ByteView> read() override {
    chunk_.clear();
    while (!lines_->take(chunk_)) {
      auto start = [this](Job resume) { lines_->wait(std::move(resume)); };
      co_await suspend(start);
    }
    co_return chunk_;
  }

 private:
  std::shared_ptr<Lines> lines_;
  std::string chunk_;
};

std::string error_line(std::string_view detail) {
  return json::serialize(json::object{{"error", detail}}) + "\n";
}

}  // namespace

std::unique_ptr<ByteSource> start_lines(Pool& pool, Log& log, LineJob job,
                                        std::function<bool()> stopping) {
  auto lines = std::make_shared<Lines>();
  pool.post(Job([lines, &log, job = std::move(job), stopping = std::move(stopping)] {
    auto emit = [&](const json::object& line) { return lines->emit(line, stopping); };
    try {
      job(emit);
      lines->end("");
    } catch (const std::exception& error) {
      log.warning("an admin's command failed", {{"detail", error.what()}});
      lines->end(error_line(error.what()));
    }
  }));
  return std::make_unique<LineSource>(std::move(lines));
}

}  // namespace tapedeck::api
