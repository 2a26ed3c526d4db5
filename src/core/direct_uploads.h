// DirectUploads: bytes that go from the client straight to the store, while the facts go through
// us; docs/data.md, "Bytes that come directly".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/direct_state.h"
#include "core/uploads.h"

namespace tapedeck {

struct NewDirectUpload {
  Description description;
  ByteCount length = 0;
  std::string idempotency_key;  // empty: none; the description's client_id counts too
};

/// Where one part goes.
struct DirectPartTarget {
  int number = 1;
  ByteRange range;                  // of the whole, that it is
  std::string url;                  // PUT exactly these bytes there
  std::optional<std::string> etag;  // the store has it already
};

/// A direct upload and some of its parts.
struct OpenDirectUpload {
  OpenUpload open;      // `secret` only from open()
  Time expires_at;      // of the upload
  Time urls_expire_at;  // of the parts' URLs
  ByteCount part_bytes = 0;
  int part_count = 0;
  std::vector<DirectPartTarget> parts;
  std::optional<int> next;  // more parts from that number on
  /// All parts are one blob, or the recording is complete: there is nothing to put any more.
  bool is_assembled = false;
};

struct Completion {
  /// All of them, in any order; `bytes` counts for nothing. Needed until they are one blob.
  std::vector<DirectPart> parts;
  std::optional<Sha256Digest> sha256;  // that the whole must have
};

/// What complete() came to.
struct DirectProgress {
  Recording recording;
  bool is_complete = false;
  ByteCount checked = 0;  // read back so far
};

/// Safe for concurrent use. Owns nothing it is given.
class DirectUploads {
 public:
  struct Options {
    ByteCount part_bytes = 16 * MiB;  // more where the store wants fewer parts
    Millis check_time_max{8'000};     // one complete() reads back for so long
    std::chrono::seconds url_lifetime = std::chrono::hours(1);
    int page_parts = 100;
  };

  DirectUploads(Catalog& catalog, Blobs& blobs, Env& env, Live& live, Uploads& uploads,
                Options options);

  /// Whether the store takes such bytes.
  bool is_possible() const { return blobs_.direct_limits().has_value(); }

  /// A live recording without bytes, a URL for it, and its first parts. With a key (or client id)
  /// that was used before: another URL for the recording of then, and what the store has of it.
  /// Throws what Uploads::open throws; too_large (for the store), invalid (the store cannot, or
  /// there are no bytes), over_quota, conflict (its bytes come through us already).
  Task<OpenDirectUpload> open(const Caller& caller, NewDirectUpload wanted);

  /// Parts from that number on. `bearer` as in Uploads::find. Throws not_found, invalid (there is
  /// no such part), conflict (it is no direct upload, or its bytes come through us).
  Task<OpenDirectUpload> list_parts(std::string_view secret, std::optional<std::string_view> bearer,
                                    int from);

  /// Makes one blob of the parts, reads it back, and with its last byte makes it the recording's. A
  /// call that takes too long ends before that: ask again, what was done stays. Asking again after
  /// the end gives the same.
  ///
  /// Throws not_found (also when the store has lost it), locked, invalid (these cannot be all its
  /// parts), conflict (as list_parts; or the store has other parts: put them again, then complete
  /// it), digest_mismatch (it has another length or digest than was said: the upload has ended, and
  /// nothing of it is kept; of a complete recording: it is left as it is).
  Task<DirectProgress> complete(std::string_view secret, std::optional<std::string_view> bearer,
                                const Completion& completion);

 private:
  /// One complete() on its way.
  struct Check;

  Task<OpenUpload> find(std::string_view secret, std::optional<std::string_view> bearer);
  Time expires_at(const OpenUpload& open) const;
  ByteCount choose_part_bytes(ByteCount length) const;
  Task<void> begin(const Caller& caller, Recording& recording, ByteCount length, bool keyed);
  Task<OpenDirectUpload> show(OpenUpload open, int from);
  Task<void> sign(OpenDirectUpload& direct, const DirectState& state, int from);
  Task<bool> step(Check& check);
  Task<bool> assemble(Check& check, DirectState& state);
  Task<bool> read_back(Check& check, DirectState& state);
  Task<bool> read_on(Check& check, DirectState& state);
  Task<bool> name(Check& check, const DirectState& state);
  Task<std::string> read_first_bytes(const DirectBlob& blob, ByteCount length);
  Task<bool> end(Check& check, const DirectState& state);

  Catalog& catalog_;
  Blobs& blobs_;
  Env& env_;
  Live& live_;
  Uploads& uploads_;
  const Options options_;
};

}  // namespace tapedeck
