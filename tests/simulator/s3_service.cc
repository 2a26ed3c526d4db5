#include "simulator/s3_service.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/encoding.h"
#include "store/s3_xml.h"

namespace tapedeck::simulator {

namespace {

std::string etag_of(const std::string& bytes) {
  return "\"" + to_hex(view_of(sha256_of(bytes))).substr(0, 32) + "\"";
}

std::string error_xml(const std::string& code) {
  return "<?xml version=\"1.0\"?>\n<Error><Code>" + code +
         "</Code><Message>refused by the simulator</Message></Error>";
}

ServiceAnswer answer_of(int status, std::string body, Time now) {
  ServiceAnswer answer{status};
  answer.body = std::move(body);
  answer.fields.set("Date", format_http_date(now));
  return answer;
}

/// The body is the one that was signed.
bool is_undamaged(const ServiceRequest& request) {
  auto digest = request.fields.find("X-Amz-Content-Sha256");
  return digest && *digest == to_hex(view_of(sha256_of(request.body)));
}

std::optional<ByteRange> parse_range(std::string_view text) {
  constexpr std::string_view unit = "bytes=";
  auto dash = text.find('-');
  if (!text.starts_with(unit) || dash == std::string_view::npos) return std::nullopt;
  ByteRange range;
  auto last = range.end;
  auto first_text = text.substr(unit.size(), dash - unit.size());
  auto last_text = text.substr(dash + 1);
  std::from_chars(first_text.data(), first_text.data() + first_text.size(), range.begin);
  std::from_chars(last_text.data(), last_text.data() + last_text.size(), last);
  range.end = last + 1;
  return range;
}

}  // namespace

std::string S3Service::name_of(const ServiceRequest& request) const {
  auto target = http::parse_target(request.target);
  if (!target) return "?";
  bool is_part = target->find("uploadId").has_value();
  if (request.method == "PUT") {
    if (target->segments.size() < 2) return "CreateBucket";
    return is_part ? "UploadPart" : "PutObject";
  }
  if (request.method == "POST")
    return is_part ? "CompleteMultipartUpload" : "CreateMultipartUpload";
  if (request.method == "DELETE") return is_part ? "AbortMultipartUpload" : "DeleteObject";
  if (request.method == "HEAD") return "HeadObject";
  if (target->find("uploads")) return "ListMultipartUploads";
  return target->find("list-type") ? "ListObjectsV2" : "GetObject";
}

ServiceAnswer S3Service::refuse(int status, const std::string& code, Time now) const {
  return answer_of(status, error_xml(code), now);
}

ServiceAnswer S3Service::serve(const ServiceRequest& request, Time now, const ServiceMood& mood) {
  if (!is_signed(request)) return refuse(403, "AccessDenied", now);
  if (!is_signed_in_time(request, now)) return refuse(403, "RequestTimeTooSkewed", now);
  if (!is_undamaged(request)) return refuse(400, "XAmzContentSHA256Mismatch", now);
  auto target = http::parse_target(request.target);
  if (!target || target->segments.empty()) return refuse(400, "InvalidURI", now);
  Asked asked{request, std::move(*target), "", "", now};
  asked.bucket = asked.target.segments.front();
  for (std::size_t i = 1; i < asked.target.segments.size(); ++i) {
    asked.object += (i > 1 ? "/" : "") + asked.target.segments[i];
  }
  if (name_of(request) == "CreateBucket") {
    buckets_[asked.bucket];
    return answer_of(200, "", now);
  }
  auto bucket = buckets_.find(asked.bucket);
  if (bucket == buckets_.end()) return refuse(404, "NoSuchBucket", now);
  auto answer = dispatch(asked, bucket->second, mood);
  if (request.method == "HEAD")
    answer.fields.set("Content-Length", std::to_string(answer.body.size()));
  if (request.method == "HEAD") answer.body.clear();
  return answer;
}

ServiceAnswer S3Service::dispatch(const Asked& asked, Bucket& bucket, const ServiceMood& mood) {
  auto name = name_of(asked.request);
  auto upload = std::string(asked.target.find("uploadId").value_or(""));
  if (mood.loses_upload) bucket.uploads.erase(upload);
  if (name == "PutObject") return put_object(asked, bucket);
  if (name == "GetObject" || name == "HeadObject") return read_object(asked, bucket);
  if (name == "ListObjectsV2") return list_objects(asked, bucket, mood);
  if (name == "ListMultipartUploads") return list_uploads(asked, bucket, mood);
  if (name == "CreateMultipartUpload") return begin_upload(asked, bucket);
  if (name == "UploadPart") return put_part(asked, bucket);
  if (name == "CompleteMultipartUpload") {
    auto answer = complete_upload(asked, bucket);
    return mood.hides_error ? answer_of(200, error_xml("InternalError"), asked.now) : answer;
  }
  if (name == "AbortMultipartUpload") {
    if (bucket.uploads.erase(upload) == 0) return refuse(404, "NoSuchUpload", asked.now);
    return answer_of(204, "", asked.now);
  }
  bucket.objects.erase(asked.object);
  return answer_of(204, "", asked.now);
}

// ---- objects -----------------------------------------------------------------------------------

ServiceAnswer S3Service::put_object(const Asked& asked, Bucket& bucket) {
  bucket.objects[asked.object] = asked.request.body;
  auto answer = answer_of(200, "", asked.now);
  answer.fields.set("ETag", etag_of(asked.request.body));
  return answer;
}

ServiceAnswer S3Service::read_object(const Asked& asked, const Bucket& bucket) const {
  auto found = bucket.objects.find(asked.object);
  if (found == bucket.objects.end()) return refuse(404, "NoSuchKey", asked.now);
  const auto& bytes = found->second;
  auto text = asked.request.fields.find("Range");
  if (!text) return answer_of(200, bytes, asked.now);
  auto range = parse_range(*text);
  if (!range || range->begin >= bytes.size()) return refuse(416, "InvalidRange", asked.now);
  auto end = std::min<ByteCount>(range->end, bytes.size());
  auto answer = answer_of(206, bytes.substr(range->begin, end - range->begin), asked.now);
  answer.fields.set("Content-Range",
                    fmt::format("bytes {}-{}/{}", range->begin, end - 1, bytes.size()));
  return answer;
}

ServiceAnswer S3Service::list_objects(const Asked& asked, const Bucket& bucket,
                                      const ServiceMood& mood) const {
  auto prefix = asked.target.find("prefix").value_or("");
  auto max_text = asked.target.find("max-keys").value_or("1000");
  std::size_t max = 0;
  std::from_chars(max_text.data(), max_text.data() + max_text.size(), max);
  max = std::min({max, std::size_t{1000}, mood.items_max});
  auto start_after = std::string(asked.target.find("start-after").value_or(""));
  std::string xml;
  std::size_t count = 0;
  bool is_cut = false;
  for (auto at = bucket.objects.upper_bound(start_after); at != bucket.objects.end(); ++at) {
    if (!at->first.starts_with(prefix)) continue;
    if (count == max) {
      is_cut = true;
      break;
    }
    ++count;
    xml += "<Contents><Key>" + at->first + "</Key></Contents>";
  }
  xml = fmt::format("<ListBucketResult><IsTruncated>{}</IsTruncated>{}</ListBucketResult>", is_cut,
                    xml);
  return answer_of(200, std::move(xml), asked.now);
}

// ---- multipart uploads -------------------------------------------------------------------------

ServiceAnswer S3Service::begin_upload(const Asked& asked, Bucket& bucket) {
  auto id = fmt::format("upload-{}", ++uploads_begun_);
  bucket.uploads[id].object = asked.object;
  return answer_of(200,
                   "<InitiateMultipartUploadResult><UploadId>" + id +
                       "</UploadId></InitiateMultipartUploadResult>",
                   asked.now);
}

/// By the name of the object, then by their ids.
ServiceAnswer S3Service::list_uploads(const Asked& asked, const Bucket& bucket,
                                      const ServiceMood& mood) const {
  auto prefix = asked.target.find("prefix").value_or("");
  std::pair<std::string, std::string> after(asked.target.find("key-marker").value_or(""),
                                            asked.target.find("upload-id-marker").value_or(""));
  std::set<std::pair<std::string, std::string>> open;
  for (const auto& [id, upload] : bucket.uploads) {
    std::pair<std::string, std::string> place(upload.object, id);
    if (upload.object.starts_with(prefix) && place > after) open.insert(std::move(place));
  }
  auto max = std::min(mood.items_max, std::size_t{1000});
  std::string xml;
  std::size_t count = 0;
  for (const auto& [object, id] : open) {
    if (count == max) break;
    ++count;
    xml += "<Upload><Key>" + object + "</Key><UploadId>" + id + "</UploadId></Upload>";
  }
  xml = fmt::format(
      "<ListMultipartUploadsResult><IsTruncated>{}</IsTruncated>{}</ListMultipartUploadsResult>",
      count < open.size(), xml);
  return answer_of(200, std::move(xml), asked.now);
}

ServiceAnswer S3Service::put_part(const Asked& asked, Bucket& bucket) {
  auto upload = bucket.uploads.find(std::string(*asked.target.find("uploadId")));
  if (upload == bucket.uploads.end()) return refuse(404, "NoSuchUpload", asked.now);
  auto number = std::atoi(std::string(asked.target.find("partNumber").value_or("")).c_str());
  if (number < 1 || number > 10'000) return refuse(400, "InvalidArgument", asked.now);
  auto etag = etag_of(asked.request.body);
  upload->second.parts[number] = {asked.request.body, etag};
  auto answer = answer_of(200, "", asked.now);
  answer.fields.set("ETag", etag);
  return answer;
}

ServiceAnswer S3Service::complete_upload(const Asked& asked, Bucket& bucket) {
  auto id = std::string(*asked.target.find("uploadId"));
  auto upload = bucket.uploads.find(id);
  bool is_ours = upload != bucket.uploads.end() && upload->second.object == asked.object;
  if (!is_ours) return refuse(404, "NoSuchUpload", asked.now);
  return join_parts(asked, bucket, id);
}

ServiceAnswer S3Service::join_parts(const Asked& asked, Bucket& bucket, const std::string& id) {
  auto numbers = find_xml_texts(asked.request.body, "PartNumber");
  auto etags = find_xml_texts(asked.request.body, "ETag");
  if (numbers.empty() || numbers.size() != etags.size()) {
    return refuse(400, "MalformedXML", asked.now);
  }
  const auto& parts = bucket.uploads.at(id).parts;
  std::string bytes;
  int last = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    auto number = std::atoi(numbers[i].c_str());
    auto part = parts.find(number);
    if (number <= last) return refuse(400, "InvalidPartOrder", asked.now);
    if (part == parts.end() || part->second.etag != etags[i]) {
      return refuse(400, "InvalidPart", asked.now);
    }
    bool is_last = i + 1 == numbers.size();
    if (!is_last && part->second.bytes.size() < options_.part_bytes_min) {
      return refuse(400, "EntityTooSmall", asked.now);
    }
    bytes += part->second.bytes;
    last = number;
  }
  bucket.objects[asked.object] = std::move(bytes);
  bucket.uploads.erase(id);
  return answer_of(200,
                   "<CompleteMultipartUploadResult><Key>" + asked.object +
                       "</Key></CompleteMultipartUploadResult>",
                   asked.now);
}

}  // namespace tapedeck::simulator
