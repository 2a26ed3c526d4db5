// What every Blobs promises. A backend joins by giving a harness (backends.cc).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/env.h"
#include "base/run_task.h"
#include "core/blobs.h"

namespace tapedeck {

/// One empty store, which lives as long as the harness.
class BlobsHarness {
 public:
  virtual ~BlobsHarness() = default;
  virtual Blobs& blobs() = 0;
  /// Closes the store and opens it again, as after a restart of the machine. A store that lives in
  /// memory stays as it is.
  virtual void reopen() = 0;
};

struct BlobsBackend {
  std::string name;
  std::function<std::unique_ptr<BlobsHarness>()> make;
};

class BlobsSuite : public testing::TestWithParam<BlobsBackend> {
 protected:
  BlobsSuite() : harness_(GetParam().make()) {}

  Blobs& blobs() { return harness_->blobs(); }
  /// On the io_context of the test: a source is read where it was opened.
  template <class T>
  T run(Task<T> task) {
    return run_task(context_, std::move(task));
  }
  void reopen() { harness_->reopen(); }

  BlobKey new_key();
  /// Bytes without a pattern that chunks could hide in.
  static std::string make_bytes(std::size_t count);
  BlobKey put(const std::string& bytes);
  std::string read(const BlobKey& key, ByteRange range);
  /// Everything, by whichever way each piece can be had.
  std::string drain(ByteSource& source);
  bool exists(const BlobKey& key);

  SystemEnv env_;

 private:
  asio::io_context context_{1};
  std::unique_ptr<BlobsHarness> harness_;
};

}  // namespace tapedeck
