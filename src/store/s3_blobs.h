// S3Blobs: one object for each blob; docs/data.md, "A blob in S3".
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/blobs.h"
#include "store/aws_client.h"
#include "store/buffer_budget.h"
#include "store/s3_bucket.h"

namespace tapedeck {

/// Keeps no state besides memory under way, so that any number of servers may share a bucket.
class S3Blobs final : public Blobs {
 public:
  struct Options {
    S3BucketOptions bucket;
    std::string region = "us-east-1";
    /// A body is held in memory up to here, so that it can be sent again; a longer one goes in
    /// several parts. At least 5 MiB, S3's own limit.
    ByteCount part_bytes = 8 * MiB;
    ByteCount part_bytes_first = 256 * KiB;  // what a put begins with
    ByteCount held_bytes_max = 64 * MiB;     // by all puts together
    int resumes_max = 3;  // of one read that broke off, without a byte in between
  };

  /// Owns nothing it is given; all must outlive this and its sources.
  S3Blobs(Options options, http::Outbound& outbound, AwsCredentialSource& credentials, Env& env);

  Task<ByteCount> put(const BlobKey& key, ByteSource& source, Checksums& sums) override;
  Task<std::unique_ptr<ByteSource>> open(const BlobKey& key, ByteRange range) override;
  Task<void> erase(const BlobKey& key) override;
  Task<BlobPage> list(std::optional<BlobKey> after, std::size_t count_max) override;
  Task<std::optional<std::string>> share(const BlobKey& key, const SharedAs& as,
                                         std::chrono::seconds lifetime) override;
  Task<void> ping() override;

  std::optional<DirectLimits> direct_limits() const override;
  Task<DirectBlob> begin_direct(const BlobKey& key) override;
  Task<std::string> direct_part_url(const DirectBlob& blob, int number, ByteCount bytes,
                                    std::chrono::seconds lifetime) override;
  Task<std::optional<std::vector<DirectPart>>> list_direct_parts(const DirectBlob& blob, int after,
                                                                 std::size_t count_max) override;
  Task<FinishDirect> finish_direct(const DirectBlob& blob, const std::vector<DirectPart>& parts,
                                   ByteCount bytes) override;
  Task<void> abort_direct(const DirectBlob& blob) override;
  Task<DirectBlobPage> list_unfinished(std::optional<DirectBlob> after,
                                       std::size_t count_max) override;

 private:
  struct Gathered;
  struct Multipart;
  class Source;

  Task<void> gather(ByteSource& source, Gathered& gathered, Checksums& sums);
  Task<void> make_room(Gathered& gathered, ByteCount bytes);
  Task<void> put_parts(Multipart& upload, ByteSource& source, Gathered& gathered, Checksums& sums);
  Task<void> put_part(Multipart& upload, const Gathered& gathered);
  Task<std::string> begin_multipart(const BlobKey& key);
  Task<std::string> try_finish(const DirectBlob& blob, const std::vector<DirectPart>& parts,
                               std::exception_ptr& unclear);
  Task<void> complete(Multipart& upload);
  Task<void> abort(const Multipart& upload);
  Task<std::unique_ptr<ByteSource>> start_reading(const BlobKey& key, ByteRange range);
  Task<std::optional<ByteCount>> find_size(const BlobKey& key);

  const Options options_;
  const S3Bucket bucket_;
  AwsClient client_;
  BufferBudget budget_;
};

}  // namespace tapedeck
