// What every Blobs promises that takes bytes from clients itself. A backend joins by giving a
// harness.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/env.h"
#include "base/run_task.h"
#include "core/blobs.h"

namespace tapedeck {

class DirectBlobsHarness {
 public:
  virtual ~DirectBlobsHarness() = default;
  virtual Blobs& blobs() = 0;
  /// What a client does with a part's URL; gives the ETag, without its quotes. Nothing: refused.
  virtual std::optional<std::string> put_part(const std::string& url, const std::string& bytes) = 0;
};

struct DirectBlobsBackend {
  std::string name;
  std::function<std::unique_ptr<DirectBlobsHarness>()> make;
};

class DirectBlobsSuite : public testing::TestWithParam<DirectBlobsBackend> {
 protected:
  DirectBlobsSuite() : harness_(GetParam().make()) {}

  Blobs& blobs() { return harness_->blobs(); }
  DirectLimits limits() { return blobs().direct_limits().value(); }

  BlobKey new_key() { return {AccountId::make(env_), RecordingId::make(env_), Ulid::make(env_)}; }
  DirectBlob begin() { return run_task(blobs().begin_direct(new_key())); }
  /// As large as the store wants a part at least, with a pattern of its own.
  std::string make_part(char first);
  std::optional<std::string> put(const DirectBlob& blob, int number, const std::string& bytes,
                                 std::optional<ByteCount> signed_for = {});
  DirectPart put_part(const DirectBlob& blob, int number, const std::string& bytes);
  FinishDirect finish(const DirectBlob& blob, const std::vector<DirectPart>& parts,
                      ByteCount bytes);
  std::optional<std::string> read(const BlobKey& key, ByteCount bytes);
  std::vector<DirectBlob> list_unfinished(std::size_t page);

  SystemEnv env_;
  std::unique_ptr<DirectBlobsHarness> harness_;
};

}  // namespace tapedeck
