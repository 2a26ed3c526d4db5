// S3Bucket: where a bucket is, and the requests that S3Blobs makes of it. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/blobs.h"
#include "http/client.h"
#include "store/aws_client.h"

namespace tapedeck {

/// How a bucket is named in a URL.
enum class S3Style {
  path,          // http://host/bucket/key: Ceph, MinIO
  virtual_host,  // https://bucket.host/key: AWS
};

struct S3BucketOptions {
  http::Origin endpoint;  // of the service, without the bucket
  std::string bucket;
  S3Style style = S3Style::path;
  std::string encryption;      // "AES256" or "aws:kms"; empty: the bucket's own default
  std::string encryption_key;  // of KMS; empty: the service's
};

/// One part of a multipart upload that S3 has.
struct S3Part {
  int number = 1;
  std::string etag;  // as S3 gave it, with its quotes
};

/// An unfinished multipart upload.
struct S3Upload {
  std::string name;  // of the object, ours or not
  std::string id;
};

struct S3UploadListing {
  std::vector<S3Upload> uploads;
  bool is_cut = false;  // there are more behind the last one
};

struct S3Listing {
  std::vector<BlobKey> keys;
  std::string last;     // the last object's key, ours or not; empty: there is none
  bool is_cut = false;  // there is more behind it
};

/// Immutable; safe for concurrent use.
class S3Bucket {
 public:
  explicit S3Bucket(S3BucketOptions options);

  /// Where to connect.
  const http::Origin& origin() const { return origin_; }
  /// "http://host:port" of it, for URLs.
  std::string base_url() const;

  AwsCall put(const BlobKey& key, ByteView bytes, std::string sha256_hex) const;
  AwsCall get(const BlobKey& key, ByteRange range) const;  // not empty
  AwsCall head(const BlobKey& key) const;
  AwsCall erase(const BlobKey& key) const;
  /// The bucket itself, or one of its documents: "", "?lifecycle".
  AwsCall about_bucket(std::string method, const std::string& query) const;
  /// The same for an object of that name below blobs/, which is no blob: "trial", "catalog".
  AwsCall about_note(std::string method, std::string_view name) const;
  /// At most `count_max` objects after the one of that name.
  AwsCall list(const std::string& after, std::size_t count_max) const;
  Presigning share(const BlobKey& key, const SharedAs& as, std::chrono::seconds lifetime) const;

  AwsCall begin_multipart(const BlobKey& key) const;
  AwsCall put_part(const BlobKey& key, const std::string& upload, int number, ByteView bytes,
                   std::string sha256_hex) const;
  /// `body` is make_part_list(); it must outlive the call.
  AwsCall complete_multipart(const BlobKey& key, const std::string& upload, ByteView body) const;
  AwsCall abort_multipart(const BlobKey& key, const std::string& upload) const;
  /// A part of exactly so many bytes, put by whoever has the URL.
  Presigning share_part(const BlobKey& key, const std::string& upload, int number, ByteCount bytes,
                        std::chrono::seconds lifetime) const;
  /// At most `count_max` parts after the one of that number.
  AwsCall list_parts(const BlobKey& key, const std::string& upload, int after,
                     std::size_t count_max) const;
  /// At most `count_max` unfinished uploads after that one; `after` may be null.
  AwsCall list_multiparts(const S3Upload* after, std::size_t count_max) const;

  /// The name of a blob's object: "blobs/ACCOUNT/RECORDING/PIECE". Stored. Do not change.
  static std::string object_name(const BlobKey& key);

 private:
  std::string target(const BlobKey& key) const;
  void encrypt(AwsCall& call) const;

  const S3BucketOptions options_;
  const http::Origin origin_;
  const std::string path_;  // of the bucket: "/bucket", or empty
};

std::string make_part_list(const std::vector<S3Part>& parts);

/// What an answer to list() says; throws unavailable when it cannot be read.
S3Listing parse_listing(const std::string& xml);

/// The same of list_parts() and list_multiparts().
std::vector<DirectPart> parse_part_list(const std::string& xml);
S3UploadListing parse_upload_list(const std::string& xml);

/// An ETag without its quotes.
std::string unquote(std::string_view etag);

/// The blob of an object of that name; nothing: it is not ours.
std::optional<BlobKey> parse_object_name(std::string_view name);

/// Of the Content-Range of a 206: the part that it is, and the size of the whole. Nothing when it
/// says neither.
struct S3Range {
  ByteRange range;
  ByteCount size = 0;
};
std::optional<S3Range> parse_content_range(std::string_view value);

}  // namespace tapedeck
