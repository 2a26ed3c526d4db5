// Bytes that clients put themselves: S3Blobs continued.
#include <exception>

#include "store/s3_answers.h"
#include "store/s3_blobs.h"
#include "store/s3_xml.h"

namespace tapedeck {

namespace {

constexpr std::size_t parts_page_max = 1'000;   // S3's own limit
constexpr std::size_t upload_page_max = 1'000;  // the same

/// The parts are not those that S3 has, or too small: the client can put them again.
bool is_about_parts(const std::string& code) {
  return code == "InvalidPart" || code == "InvalidPartOrder" || code == "EntityTooSmall";
}

}  // namespace

/// S3's own limits.
std::optional<DirectLimits> S3Blobs::direct_limits() const {
  return DirectLimits{5 * MiB, 5 * GiB, 10'000, 5 * 1024 * GiB};
}

Task<DirectBlob> S3Blobs::begin_direct(const BlobKey& key) {
  DirectBlob blob;
  blob.key = key;
  blob.upload = co_await begin_multipart(key);
  co_return blob;
}

Task<std::string> S3Blobs::direct_part_url(const DirectBlob& blob, int number, ByteCount bytes,
                                           std::chrono::seconds lifetime) {
  auto call = bucket_.share_part(blob.key, blob.upload, number, bytes, lifetime);
  auto target = co_await client_.presign(call);
  co_return bucket_.base_url() + target;
}

Task<std::optional<std::vector<DirectPart>>> S3Blobs::list_direct_parts(const DirectBlob& blob,
                                                                        int after,
                                                                        std::size_t count_max) {
  auto call = bucket_.list_parts(blob.key, blob.upload, after, std::min(count_max, parts_page_max));
  auto answer = co_await client_.send(call);
  if (is_absent(answer)) co_return std::nullopt;
  if (!answer.is_success()) throw refused(call, answer);
  co_return parse_part_list(answer.body);
}

/// The error's code; empty: S3 says that it is done. When nobody knows, `unclear` says why.
Task<std::string> S3Blobs::try_finish(const DirectBlob& blob, const std::vector<DirectPart>& parts,
                                      std::exception_ptr& unclear) {
  std::vector<S3Part> named;
  named.reserve(parts.size());
  for (const auto& part : parts) named.push_back({part.number, '"' + part.etag + '"'});
  auto list = make_part_list(named);
  auto call = bucket_.complete_multipart(blob.key, blob.upload, list);
  try {
    auto answer = co_await client_.send(call);
    if (answer.is_success()) co_return std::string();
    if (answer.code == "NoSuchUpload" || is_about_parts(answer.code)) co_return answer.code;
    unclear = std::make_exception_ptr(refused(call, answer));
  } catch (const Error&) {
    unclear = std::current_exception();
  }
  co_return std::string();
}

/// What S3 has tells what happened, whatever it said: it may have done what it did not answer.
Task<FinishDirect> S3Blobs::finish_direct(const DirectBlob& blob,
                                          const std::vector<DirectPart>& parts, ByteCount bytes) {
  std::exception_ptr unclear;
  std::string code;
  if (!parts.empty()) code = co_await try_finish(blob, parts, unclear);
  auto size = co_await find_size(blob.key);
  if (size) co_return size == bytes ? FinishDirect::done : FinishDirect::wrong_size;
  if (parts.empty()) {
    auto unfinished = co_await list_direct_parts(blob, 0, 1);
    co_return unfinished ? FinishDirect::wrong_parts : FinishDirect::gone;
  }
  if (is_about_parts(code)) co_return FinishDirect::wrong_parts;
  if (!unclear) co_return FinishDirect::gone;
  // Ceph answers 500 for parts that were removed.
  auto unfinished = co_await list_direct_parts(blob, 0, 1);
  if (unfinished) std::rethrow_exception(unclear);
  size = co_await find_size(blob.key);  // it may have come to be in between
  if (!size) co_return FinishDirect::gone;
  co_return *size == bytes ? FinishDirect::done : FinishDirect::wrong_size;
}

Task<void> S3Blobs::abort_direct(const DirectBlob& blob) {
  auto call = bucket_.abort_multipart(blob.key, blob.upload);
  auto answer = co_await client_.send(call);
  if (!answer.is_success() && !is_absent(answer)) throw refused(call, answer);
}

Task<DirectBlobPage> S3Blobs::list_unfinished(std::optional<DirectBlob> after,
                                              std::size_t count_max) {
  DirectBlobPage page;
  S3Upload last;
  if (after) last = {S3Bucket::object_name(after->key), after->upload};
  for (bool more = count_max > 0; more && page.blobs.size() < count_max;) {
    auto wanted = std::min(count_max - page.blobs.size(), upload_page_max);
    auto call = bucket_.list_multiparts(last.name.empty() ? nullptr : &last, wanted);
    auto answer = co_await client_.send(call);
    if (!answer.is_success()) throw refused(call, answer);
    auto listing = parse_upload_list(answer.body);
    for (const auto& upload : listing.uploads) {
      auto key = parse_object_name(upload.name);
      if (key) page.blobs.push_back({*key, upload.id});  // the rest is not ours
    }
    more = listing.is_cut;
    if (!more) co_return page;
    last = listing.uploads.back();
  }
  if (!page.blobs.empty()) page.next = page.blobs.back();
  co_return page;
}

}  // namespace tapedeck
