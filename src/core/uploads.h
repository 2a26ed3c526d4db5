// Uploads: appending to a recording that grows, by whoever has the upload's URL. One engine under
// tus 1.0.0, the IETF draft (draft-ietf-httpbis-resumable-upload) and plain HTTP.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/env.h"
#include "core/accounts.h"
#include "core/caller.h"
#include "core/live.h"
#include "core/recordings.h"
#include "core/upload.h"

namespace tapedeck {

/// What a client wants to send.
struct NewUpload {
  Description description;
  std::optional<ByteCount> length;  // of the whole, if known
  std::string metadata;             // kept as they are: see Upload
  std::string concatenation;
  bool partial = false;         // a piece for a concatenation
  bool whole_reserved = false;  // of the quota, as much as the length at once; needs the length
  std::string idempotency_key;  // empty: none; the description's client_id counts too
};

/// An upload and the recording that it appends to, as they are now.
struct OpenUpload {
  std::string secret;  // the URL's last segment, "td_u_…"; only open() and concatenate() know it
  Upload upload;
  Recording recording;
  bool replayed = false;  // open(): the recording was there already, with recording.size bytes
  /// When the URL ends if nothing more is appended.
  Time expires_at;
  ByteCount bytes_max = 0;  // of the recording, by the server's and the token's limits
  TokenLimits limits;       // of the token
};

/// One append, known before its body is read.
struct NewAppend {
  ByteCount from = 0;
  ByteSource* body = nullptr;       // must outlive the call
  std::optional<ByteCount> bytes;   // announced; nothing for chunked
  std::optional<ByteCount> length;  // of the whole, announced now
  /// Checked before any of the append's bytes shows: raw digest.
  std::optional<std::pair<DigestAlgorithm, std::string>> digest;
  /// The recording is complete when this body is: the draft's `Upload-Complete: ?1`. Without it it
  /// is complete when its length is reached and `completes_at_length`.
  bool completes = false;
  bool completes_at_length = true;
  bool ends_beyond_length = false;  // a body that goes on beyond it ends the URL: the draft's rule
  /// Of the whole recording: with another one it is never complete (digest_mismatch, but what came
  /// is kept).
  std::optional<Sha256Digest> whole;
  OnDurable on_durable;  // may be empty
};

/// Safe for concurrent use. Owns nothing it is given.
class Uploads {
 public:
  struct Options {
    Millis resumable_time = std::chrono::hours(24);  // after the last append
    Millis token_grace = std::chrono::hours(24);     // as Accounts'
  };

  Uploads(Catalog& catalog, Blobs& blobs, Env& env, Live& live, Accounts& accounts,
          Recordings& recordings, Options options);

  /// A live recording without bytes and a URL for it. With a key (or client id) that was used
  /// before: another URL for the recording of then. Length 0 is complete at once. Throws forbidden,
  /// too_large, over_quota, storage_full, limited (too many live), key_reused (another length),
  /// conflict (it was deleted for good).
  Task<OpenUpload> open(const Caller& caller, NewUpload wanted);

  /// What the URL stands for. `bearer`: the token that came with the request, if one did: it must
  /// belong to the upload's account, and may have expired up to token_grace ago. Throws not_found
  /// for everything that does not fit: unknown, ended, expired, somebody else's.
  Task<OpenUpload> find(std::string_view secret, std::optional<std::string_view> bearer);

  /// The same after any append that is under way has put what it has and ended: its offset stays
  /// what it is until the next append. Throws not_found, locked.
  Task<OpenUpload> settle(std::string_view secret, std::optional<std::string_view> bearer);

  /// Takes over from any append that is under way, then appends. Gives what is true afterwards;
  /// what is in it is durable. An append at the end of a complete recording without bytes changes
  /// nothing and is no error.
  ///
  /// A body that breaks off keeps what arrived (without a digest), and throws what the body threw.
  /// Throws not_found, locked, conflict (another offset; with Error::offset; also when a newer
  /// request took over), invalid (lengths that contradict), digest_mismatch (nothing was appended),
  /// forbidden (it is a final concatenation), too_large, over_quota, storage_full (what fitted is
  /// kept).
  Task<OpenUpload> append(std::string_view secret, std::optional<std::string_view> bearer,
                          NewAppend append);

  /// Ends the upload: a live recording goes to the trash with what it has, or away if it has
  /// nothing or is partial; a complete one stays. Throws not_found, locked.
  Task<void> terminate(std::string_view secret, std::optional<std::string_view> bearer);

  /// A recording out of complete partial uploads, in that order, complete when this returns; the
  /// same may come twice. Throws not_found (one of them is unknown or somebody else's), conflict
  /// (one is not complete), and what open() throws.
  Task<OpenUpload> concatenate(const Caller& caller, NewUpload wanted,
                               const std::vector<std::string>& secrets);

  const Options& options() const { return options_; }

  /// The most that any recording may have.
  ByteCount bytes_max() const { return live_.bytes_max({}); }

 private:
  /// An upload whose URL may be used now.
  struct Admitted {
    Upload upload;
    TokenLimits limits;
    bool has_quota = true;
  };
  Task<Admitted> admit(std::string_view secret, std::optional<std::string_view> bearer);
  Task<OpenUpload> look(const Admitted& admitted);
  Recording new_recording(const Caller& caller, const NewUpload& wanted);
  Task<OpenUpload> open_again(const Caller& caller, NewUpload wanted, Recording existing);
  Task<OpenUpload> add_upload(const Caller& caller, NewUpload wanted, Recording recording);
  Task<void> take(OpenUpload& open, const Intake& intake, const Turns::Turn& turn,
                  bool ends_beyond_length);
  Task<Recording> find_part(const Caller& caller, const std::string& secret);
  static Intake intake_of(const Admitted& admitted, const NewAppend& append);

  Catalog& catalog_;
  Blobs& blobs_;
  Env& env_;
  Live& live_;
  Accounts& accounts_;
  Recordings& recordings_;
  const Options options_;
};

}  // namespace tapedeck
