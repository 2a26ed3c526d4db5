// S3Service: the operations of S3 that S3Blobs asks for, on buckets in memory, path style.
#pragma once

#include <map>
#include <string>

#include "http/target.h"
#include "simulator/service.h"

namespace tapedeck::simulator {

/// Strongly consistent, as S3 is.
class S3Service final : public Service {
 public:
  struct Options {
    std::size_t part_bytes_min = 5 * 1024 * 1024;  // of all parts but the last
  };
  explicit S3Service(Options options) : options_(options) {}

  ServiceAnswer serve(const ServiceRequest& request, Time now, const ServiceMood& mood) override;
  std::string name_of(const ServiceRequest& request) const override;
  ServiceAnswer refuse(int status, const std::string& code, Time now) const override;

  /// By their names; throws std::out_of_range without such a bucket.
  const std::map<std::string, std::string>& objects(const std::string& bucket) const {
    return buckets_.at(bucket).objects;
  }
  std::size_t open_uploads(const std::string& bucket) const {
    return buckets_.at(bucket).uploads.size();
  }

 private:
  struct Part {
    std::string bytes;
    std::string etag;
  };
  struct Upload {
    std::string object;
    std::map<int, Part> parts;
  };
  struct Bucket {
    std::map<std::string, std::string> objects;
    std::map<std::string, Upload> uploads;
  };
  /// A request that was understood.
  struct Asked {
    const ServiceRequest& request;
    http::Target target;
    std::string bucket;
    std::string object;
    Time now;
  };
  ServiceAnswer dispatch(const Asked& asked, Bucket& bucket, const ServiceMood& mood);
  ServiceAnswer put_object(const Asked& asked, Bucket& bucket);
  ServiceAnswer read_object(const Asked& asked, const Bucket& bucket) const;
  ServiceAnswer list_objects(const Asked& asked, const Bucket& bucket,
                             const ServiceMood& mood) const;
  ServiceAnswer list_uploads(const Asked& asked, const Bucket& bucket,
                             const ServiceMood& mood) const;
  ServiceAnswer begin_upload(const Asked& asked, Bucket& bucket);
  ServiceAnswer put_part(const Asked& asked, Bucket& bucket);
  ServiceAnswer complete_upload(const Asked& asked, Bucket& bucket);
  ServiceAnswer join_parts(const Asked& asked, Bucket& bucket, const std::string& id);

  const Options options_;
  std::map<std::string, Bucket> buckets_;
  std::uint64_t uploads_begun_ = 0;
};

}  // namespace tapedeck::simulator
