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
  void reopen() { harness_->reopen(); }

  BlobKey new_key();
  /// Bytes without a pattern that chunks could hide in.
  static std::string make_bytes(std::size_t count);
  BlobKey put(const std::string& bytes);
  std::string read(const BlobKey& key, ByteRange range);
  bool exists(const BlobKey& key);

  SystemEnv env_;

 private:
  std::unique_ptr<BlobsHarness> harness_;
};

}  // namespace tapedeck
