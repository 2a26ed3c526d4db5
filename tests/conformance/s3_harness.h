// A bucket of its own for each test, in the S3 that the environment names.
#pragma once

#include <memory>

#include "base/env.h"
#include "base/run_task.h"
#include "conformance/blobs_suite.h"
#include "http/client_pool.h"
#include "store/s3_blobs.h"
#include "store/s3_xml.h"

namespace tapedeck {

class S3Harness final : public BlobsHarness {
 public:
  /// Throws when the environment does not say where S3 is: a test without it must not pass.
  explicit S3Harness(ByteCount part_bytes);
  Blobs& blobs() override { return *blobs_; }
  void reopen() override;

  http::Outbound& outbound() { return *pool_; }
  AwsCredentialSource& keys() { return keys_; }
  const S3BucketOptions& bucket() const { return bucket_; }

 private:
  void make_bucket();

  const ByteCount part_bytes_;
  SystemEnv env_;
  FixedCredentials keys_;
  S3BucketOptions bucket_;
  std::unique_ptr<http::ClientPool> pool_;
  std::unique_ptr<S3Blobs> blobs_;
};

}  // namespace tapedeck
