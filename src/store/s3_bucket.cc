#include "store/s3_bucket.h"

#include <charconv>

#include <fmt/format.h>

#include "base/error.h"
#include "http/client_transport.h"
#include "http/target.h"
#include "store/s3_xml.h"

namespace tapedeck {

namespace {

constexpr std::string_view blobs_folder = "blobs/";  // Stored. Do not change.
constexpr Millis part_time_max{60'000};              // of 8 MiB, all attempts together
constexpr Millis complete_time_max{120'000};  // S3 may take minutes to put large parts together

http::Origin place(const S3BucketOptions& options) {
  auto origin = options.endpoint;
  if (options.style == S3Style::virtual_host) origin.host = options.bucket + "." + origin.host;
  return origin;
}

/// Digits at the front of the text, taken off it.
std::optional<ByteCount> take_number(std::string_view& text) {
  ByteCount number = 0;
  auto [stopped, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stopped - text.data()));
  return number;
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

}  // namespace

S3Bucket::S3Bucket(S3BucketOptions options)
    : options_(std::move(options)),
      origin_(place(options_)),
      path_(options_.style == S3Style::path ? "/" + options_.bucket : "") {}

std::string S3Bucket::base_url() const {
  return http::Dialer(origin_, {}).name();
}

std::string S3Bucket::object_name(const BlobKey& key) {
  return std::string(blobs_folder) + key.text();
}

std::string S3Bucket::target(const BlobKey& key) const {
  return path_ + "/" + object_name(key);  // nothing in it needs encoding
}

void S3Bucket::encrypt(AwsCall& call) const {
  if (options_.encryption.empty()) return;
  call.fields.set("X-Amz-Server-Side-Encryption", options_.encryption);
  if (options_.encryption_key.empty()) return;
  call.fields.set("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", options_.encryption_key);
}

AwsCall S3Bucket::put(const BlobKey& key, ByteView bytes, std::string sha256_hex) const {
  AwsCall call{.method = "PUT", .target = target(key)};
  call.fields.set("Content-Type", "application/octet-stream");
  call.body = bytes;
  call.body_sha256 = std::move(sha256_hex);
  call.time_max = part_time_max;
  encrypt(call);
  return call;
}

AwsCall S3Bucket::get(const BlobKey& key, ByteRange range) const {
  AwsCall call{.target = target(key), .streamed = true};
  call.fields.set("Range", fmt::format("bytes={}-{}", range.begin, range.end - 1));
  return call;
}

AwsCall S3Bucket::head(const BlobKey& key) const {
  return {.method = "HEAD", .target = target(key)};
}

AwsCall S3Bucket::erase(const BlobKey& key) const {
  return {.method = "DELETE", .target = target(key)};
}

AwsCall S3Bucket::about_bucket(std::string method, const std::string& query) const {
  return {.method = std::move(method), .target = path_ + "/" + query};
}

AwsCall S3Bucket::about_note(std::string method, std::string_view name) const {
  AwsCall call{.method = std::move(method)};
  call.target = path_ + "/" + std::string(blobs_folder) + std::string(name);
  if (call.method == "PUT") encrypt(call);
  return call;
}

AwsCall S3Bucket::list(const std::string& after, std::size_t count_max) const {
  AwsCall call;
  call.target = fmt::format("{}/?list-type=2&max-keys={}&prefix={}", path_, count_max,
                            http::percent_encode(blobs_folder));
  if (!after.empty()) call.target += "&start-after=" + http::percent_encode(after);
  return call;
}

Presigning S3Bucket::share(const BlobKey& key, const SharedAs& as,
                           std::chrono::seconds lifetime) const {
  Presigning call{.target = target(key), .lifetime = lifetime};
  auto add = [&call](const char* name, const std::string& value) {
    if (value.empty()) return;
    call.target += call.target.find('?') == std::string::npos ? '?' : '&';
    call.target += std::string(name) + "=" + http::percent_encode(value);
  };
  add("response-cache-control", as.cache_control);
  add("response-content-disposition", as.content_disposition);
  add("response-content-type", as.content_type);
  return call;
}

AwsCall S3Bucket::begin_multipart(const BlobKey& key) const {
  AwsCall call{.method = "POST", .target = target(key) + "?uploads"};
  call.fields.set("Content-Type", "application/octet-stream");
  encrypt(call);
  return call;
}

AwsCall S3Bucket::put_part(const BlobKey& key, const std::string& upload, int number,
                           ByteView bytes, std::string sha256_hex) const {
  AwsCall call{.method = "PUT"};
  call.target = fmt::format("{}?partNumber={}&uploadId={}", target(key), number,
                            http::percent_encode(upload));
  call.body = bytes;
  call.body_sha256 = std::move(sha256_hex);
  call.time_max = part_time_max;
  return call;
}

AwsCall S3Bucket::complete_multipart(const BlobKey& key, const std::string& upload,
                                     ByteView body) const {
  AwsCall call{.method = "POST"};
  call.target = target(key) + "?uploadId=" + http::percent_encode(upload);
  call.fields.set("Content-Type", "application/xml");
  call.body = body;
  call.time_max = complete_time_max;
  return call;
}

AwsCall S3Bucket::abort_multipart(const BlobKey& key, const std::string& upload) const {
  return {.method = "DELETE", .target = target(key) + "?uploadId=" + http::percent_encode(upload)};
}

Presigning S3Bucket::share_part(const BlobKey& key, const std::string& upload, int number,
                                ByteCount bytes, std::chrono::seconds lifetime) const {
  Presigning call{.method = "PUT", .lifetime = lifetime};
  call.target = fmt::format("{}?partNumber={}&uploadId={}", target(key), number,
                            http::percent_encode(upload));
  call.fields.set("Content-Length", std::to_string(bytes));
  return call;
}

AwsCall S3Bucket::list_parts(const BlobKey& key, const std::string& upload, int after,
                             std::size_t count_max) const {
  AwsCall call;
  call.target = fmt::format("{}?uploadId={}&max-parts={}&part-number-marker={}", target(key),
                            http::percent_encode(upload), count_max, after);
  return call;
}

AwsCall S3Bucket::list_multiparts(const S3Upload* after, std::size_t count_max) const {
  AwsCall call;
  call.target = fmt::format("{}/?uploads&max-uploads={}&prefix={}", path_, count_max,
                            http::percent_encode(blobs_folder));
  if (after == nullptr) return call;
  call.target += "&key-marker=" + http::percent_encode(after->name) +
                 "&upload-id-marker=" + http::percent_encode(after->id);
  return call;
}

std::string make_part_list(const std::vector<S3Part>& parts) {
  std::string xml = "<CompleteMultipartUpload>";
  for (const auto& part : parts) {
    xml += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", part.number,
                       part.etag);
  }
  return xml + "</CompleteMultipartUpload>";
}

S3Listing parse_listing(const std::string& xml) {
  auto cut = find_xml_text(xml, "IsTruncated");
  if (!cut) throw Error(Fault::unavailable, "S3's list of objects cannot be read");
  S3Listing listing;
  listing.is_cut = *cut == "true";
  for (auto& name : find_xml_texts(xml, "Key")) {
    auto key = parse_object_name(name);
    if (key) listing.keys.push_back(*key);  // the rest is not ours
    listing.last = std::move(name);
  }
  if (listing.is_cut && listing.last.empty()) {
    throw Error(Fault::unavailable, "S3's list of objects goes on, but says not where");
  }
  return listing;
}

std::vector<DirectPart> parse_part_list(const std::string& xml) {
  auto numbers = find_xml_texts(xml, "PartNumber");
  auto sizes = find_xml_texts(xml, "Size");
  auto etags = find_xml_texts(xml, "ETag");
  bool is_whole = numbers.size() == sizes.size() && numbers.size() == etags.size();
  std::vector<DirectPart> parts;
  for (std::size_t i = 0; is_whole && i < numbers.size(); ++i) {
    std::string_view number_text = numbers[i];
    std::string_view size_text = sizes[i];
    auto number = take_number(number_text);
    auto size = take_number(size_text);
    is_whole = number && size && number_text.empty() && size_text.empty() && *number <= 1'000'000;
    if (is_whole) parts.push_back({static_cast<int>(*number), unquote(etags[i]), *size});
  }
  if (!is_whole) throw Error(Fault::unavailable, "S3's list of parts cannot be read");
  return parts;
}

S3UploadListing parse_upload_list(const std::string& xml) {
  auto cut = find_xml_text(xml, "IsTruncated");
  auto names = find_xml_texts(xml, "Key");
  auto ids = find_xml_texts(xml, "UploadId");
  S3UploadListing listing;
  listing.is_cut = cut == "true";
  if (!cut || names.size() != ids.size() || (listing.is_cut && names.empty())) {
    throw Error(Fault::unavailable, "S3's list of unfinished uploads cannot be read");
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    listing.uploads.push_back({std::move(names[i]), std::move(ids[i])});
  }
  return listing;
}

std::optional<BlobKey> parse_object_name(std::string_view name) {
  return take(name, blobs_folder) ? BlobKey::parse(name) : std::nullopt;
}

std::string unquote(std::string_view etag) {
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

std::optional<S3Range> parse_content_range(std::string_view value) {
  if (!take(value, "bytes ")) return std::nullopt;
  auto first = take_number(value);
  if (!first || !take(value, "-")) return std::nullopt;
  auto last = take_number(value);
  if (!last || *last < *first || !take(value, "/")) return std::nullopt;
  auto size = take_number(value);
  if (!size || *size <= *last || !value.empty()) return std::nullopt;
  return S3Range{{*first, *last + 1}, *size};
}

}  // namespace tapedeck
