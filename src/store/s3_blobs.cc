#include "store/s3_blobs.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "store/s3_answers.h"
#include "store/s3_xml.h"

namespace tapedeck {

namespace {

constexpr ByteCount offset_max = ByteCount{1} << 50;  // no object of S3 is as large
constexpr std::size_t list_page_max = 1'000;          // S3's own limit
constexpr std::chrono::seconds share_time_max = std::chrono::days{7};  // S3's own limit

AwsClient::Options client_options(const S3Blobs::Options& options) {
  AwsClient::Options made;
  made.scope = {options.region, "s3"};
  made.code_of = [](const AwsAnswer& answer) { return find_s3_error(answer.body); };
  return made;
}

Error not_found(const BlobKey& key) {
  return {Fault::not_found, "There is no blob " + key.text() + "."};
}

Error outside(const BlobKey& key) {
  return {Fault::invalid, "The range does not lie inside the blob " + key.text() + "."};
}

}  // namespace

/// Bytes of one put that wait for one call.
struct S3Blobs::Gathered {
  explicit Gathered(BufferBudget& budget) : lease(budget) {}

  BufferBudget::Lease lease;
  std::string bytes;
  Sha256 sha256;
  bool is_end = false;       // the source has no more
  ByteView pending;          // read from the source, but behind these
  std::exception_ptr error;  // what the source threw

  std::string digest() const { return to_hex(view_of(sha256.finish())); }
  void clear() {
    free_memory(bytes);
    sha256 = Sha256();
    lease.give_back();
  }
};

/// One blob in several parts.
struct S3Blobs::Multipart {
  BlobKey key;
  std::string id;
  std::vector<S3Part> parts;
  ByteCount bytes = 0;
};

S3Blobs::S3Blobs(Options options, http::Outbound& outbound, AwsCredentialSource& credentials,
                 Env& env)
    : options_(std::move(options)),
      bucket_(options_.bucket),
      client_(client_options(options_), outbound, credentials, env),
      budget_(options_.held_bytes_max) {}

// ---- writing -----------------------------------------------------------------------------------

/// Fills one part, or what there is, and looks whether that is all.
Task<void> S3Blobs::gather(ByteSource& source, Gathered& gathered, Checksums& sums) {
  auto& pending = gathered.pending;
  try {
    for (;;) {
      if (pending.empty()) pending = co_await source.read();
      gathered.is_end = pending.empty();
      auto room = options_.part_bytes - gathered.bytes.size();
      if (gathered.is_end || room == 0) co_return;
      auto chunk = pending.substr(0, room);
      co_await make_room(gathered, gathered.bytes.size() + chunk.size());
      gathered.bytes.append(chunk);
      gathered.sha256.update(chunk);
      sums.update(chunk);
      pending.remove_prefix(chunk.size());
    }
  } catch (...) {
    gathered.error = std::current_exception();  // the caller cleans up: no await in a catch
  }
}

/// For so many bytes in all; what is held doubles each time.
Task<void> S3Blobs::make_room(Gathered& gathered, ByteCount bytes) {
  auto capacity = gathered.bytes.capacity();
  if (bytes <= capacity) co_return;
  auto held = std::clamp<ByteCount>(std::max<ByteCount>(2 * capacity, bytes),
                                    options_.part_bytes_first, options_.part_bytes);
  co_await gathered.lease.grow(held);
  gathered.bytes.reserve(held);
}

Task<ByteCount> S3Blobs::put(const BlobKey& key, ByteSource& source, Checksums& sums) {
  Gathered gathered(budget_);
  co_await gather(source, gathered, sums);
  if (gathered.error) std::rethrow_exception(gathered.error);
  if (gathered.bytes.empty()) co_return 0;
  if (gathered.is_end) {
    auto call = bucket_.put(key, gathered.bytes, gathered.digest());
    auto answer = co_await client_.send(call);
    if (!answer.is_success()) throw refused(call, answer);
    co_return gathered.bytes.size();
  }
  Multipart upload{key, "", {}, 0};
  co_await put_parts(upload, source, gathered, sums);
  if (gathered.error) {
    co_await abort(upload);
    std::rethrow_exception(gathered.error);
  }
  co_return upload.bytes;
}

/// What goes wrong is in gathered.error.
Task<void> S3Blobs::put_parts(Multipart& upload, ByteSource& source, Gathered& gathered,
                              Checksums& sums) {
  try {
    upload.id = co_await begin_multipart(upload.key);
    while (!gathered.bytes.empty() && !gathered.error) {
      co_await put_part(upload, gathered);
      gathered.clear();
      co_await gather(source, gathered, sums);
    }
    if (!gathered.error) co_await complete(upload);
  } catch (...) {
    gathered.error = std::current_exception();
  }
}

Task<std::string> S3Blobs::begin_multipart(const BlobKey& key) {
  auto call = bucket_.begin_multipart(key);
  auto answer = co_await client_.send(call);
  auto id = find_xml_text(answer.body, "UploadId").value_or("");
  if (!answer.is_success() || id.empty()) throw refused(call, answer);
  co_return id;
}

Task<void> S3Blobs::put_part(Multipart& upload, const Gathered& gathered) {
  auto number = static_cast<int>(upload.parts.size()) + 1;
  auto call = bucket_.put_part(upload.key, upload.id, number, gathered.bytes, gathered.digest());
  auto answer = co_await client_.send(call);
  auto etag = answer.fields.find("ETag");
  if (!answer.is_success() || !etag) throw refused(call, answer);
  upload.parts.push_back({number, std::string(*etag)});
  upload.bytes += gathered.bytes.size();
}

/// S3 may have put the parts together although it did not say so: then the upload is gone, and the
/// object has all bytes. Nobody else writes under this key.
Task<void> S3Blobs::complete(Multipart& upload) {
  auto list = make_part_list(upload.parts);
  auto call = bucket_.complete_multipart(upload.key, upload.id, list);
  auto answer = co_await client_.send(call);
  if (answer.is_success()) co_return;
  if (answer.code != "NoSuchUpload") throw refused(call, answer);
  auto size = co_await find_size(upload.key);
  if (size != upload.bytes) throw refused(call, answer);
}

/// What it leaves behind, the bucket's rule for unfinished uploads removes.
Task<void> S3Blobs::abort(const Multipart& upload) {
  if (upload.id.empty()) co_return;
  try {
    auto call = bucket_.abort_multipart(upload.key, upload.id);
    co_await client_.send(call);
  } catch (const Error&) {
    // The first error says more.
  }
}

// ---- reading -----------------------------------------------------------------------------------

/// A range of an object, exactly; goes on by itself when the connection breaks off.
class S3Blobs::Source final : public ByteSource {
 public:
  Source(S3Blobs& blobs, const BlobKey& key, ByteRange range, std::unique_ptr<ByteSource> stream)
      : blobs_(blobs), key_(key), left_(range), stream_(std::move(stream)) {}

  Task<ByteView> read() override {
    for (int broken = 0; left_.size() > 0;) {
      auto chunk = co_await try_read();
      if (!chunk.empty()) {
        left_.begin += chunk.size();
        co_return chunk;
      }
      if (++broken > blobs_.options_.resumes_max) {
        throw Error(Fault::unavailable, "S3 breaks off in " + key_.text());
      }
      stream_ = co_await blobs_.start_reading(key_, left_);
    }
    co_return ByteView();
  }

 private:
  /// Nothing when the stream breaks off, or ends too early.
  Task<ByteView> try_read() {
    try {
      auto chunk = co_await stream_->read();
      co_return chunk.substr(0, left_.size());
    } catch (const Error& error) {
      if (error.fault() != Fault::unavailable) throw;
    }
    co_return ByteView();
  }

  S3Blobs& blobs_;
  const BlobKey key_;
  ByteRange left_;  // what was not read yet
  std::unique_ptr<ByteSource> stream_;
};

/// The stream of exactly that range, which is not empty.
Task<std::unique_ptr<ByteSource>> S3Blobs::start_reading(const BlobKey& key, ByteRange range) {
  auto call = bucket_.get(key, range);
  auto answer = co_await client_.send(call);
  if (is_absent(answer)) throw not_found(key);
  if (answer.status == 416) throw outside(key);
  if (answer.status != 206) throw refused(call, answer);
  auto part = parse_content_range(answer.fields.find("Content-Range").value_or(""));
  if (!part || part->range.begin != range.begin) throw refused(call, answer);
  if (part->range.end < range.end) throw outside(key);
  co_return std::move(answer.stream);
}

Task<std::optional<ByteCount>> S3Blobs::find_size(const BlobKey& key) {
  auto call = bucket_.head(key);
  auto answer = co_await client_.send(call);
  if (is_absent(answer)) co_return std::nullopt;
  if (!answer.is_success() || !answer.body_bytes) throw refused(call, answer);
  co_return answer.body_bytes;
}

Task<std::unique_ptr<ByteSource>> S3Blobs::open(const BlobKey& key, ByteRange range) {
  if (range.begin > range.end || range.end > offset_max) throw outside(key);
  std::unique_ptr<ByteSource> stream;
  if (range.size() == 0) {
    auto size = co_await find_size(key);
    if (!size) throw not_found(key);
    if (range.end > *size) throw outside(key);
  } else {
    stream = co_await start_reading(key, range);
  }
  co_return std::make_unique<Source>(*this, key, range, std::move(stream));
}

Task<std::optional<std::string>> S3Blobs::share(const BlobKey& key, const SharedAs& as,
                                                std::chrono::seconds lifetime) {
  auto call = bucket_.share(key, as, std::min(lifetime, share_time_max));
  auto target = co_await client_.presign(call);
  co_return bucket_.base_url() + target;
}

/// Asks for what is never there: of all calls the cheapest whose refusal says why.
Task<void> S3Blobs::ping() {
  auto call = bucket_.get(BlobKey{}, {0, 1});
  auto answer = co_await client_.send(call);
  if (!answer.is_success() && !is_absent(answer)) throw refused(call, answer);
}

// ---- chores ------------------------------------------------------------------------------------

Task<void> S3Blobs::erase(const BlobKey& key) {
  auto call = bucket_.erase(key);
  auto answer = co_await client_.send(call);
  if (!answer.is_success() && !is_absent(answer)) throw refused(call, answer);
}

Task<BlobPage> S3Blobs::list(std::optional<BlobKey> after, std::size_t count_max) {
  BlobPage page;
  auto last = after ? S3Bucket::object_name(*after) : "";
  for (bool more = count_max > 0; more && page.keys.size() < count_max;) {
    auto call = bucket_.list(last, std::min(count_max - page.keys.size(), list_page_max));
    auto answer = co_await client_.send(call);
    if (!answer.is_success()) throw refused(call, answer);
    auto listing = parse_listing(answer.body);
    page.keys.insert(page.keys.end(), listing.keys.begin(), listing.keys.end());
    last = std::move(listing.last);
    more = listing.is_cut;
    if (!more) co_return page;
  }
  if (!page.keys.empty()) page.next = page.keys.back();
  co_return page;
}

}  // namespace tapedeck
