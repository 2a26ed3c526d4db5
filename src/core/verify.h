// Verification: re-reads everything that the catalog promises, against what it promises.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/env.h"
#include "core/blobs.h"
#include "core/catalog.h"

namespace tapedeck {

/// One thing that is not as it must be.
struct Finding {
  enum class Kind {
    missing_blob,  // the catalog names bytes that the store does not have
    wrong_size,    // a blob of another size, or segments that do not follow each other
    wrong_digest,  // other bytes than were stored: of a segment, or of the whole
    quota_drift,   // an account's counted bytes are not the sum of what it holds
    unreadable,    // the store fails to give the bytes
  };
  Kind kind = Kind::missing_blob;
  AccountId account;
  std::optional<RecordingId> recording;  // nothing: about the account
  std::optional<Ulid> piece;             // nothing: about the whole
  std::string detail;                    // for the admin
};

const char* name_of(Finding::Kind kind);

/// Goes through every account, or one. Pull-style: the next finding is looked for when it is asked
/// for, so that whoever streams the findings sets the pace. Reads one chunk at a time.
///
/// Uploads and deletions may go on meanwhile: what changes under its hands is not a finding. Not
/// safe for concurrent use; progress() may be read on the same thread while next() waits. Both
/// ports must outlive it.
class Verification {
 public:
  struct Progress {
    std::uint64_t accounts = 0;
    std::uint64_t recordings = 0;
    std::uint64_t blobs = 0;
    ByteCount bytes = 0;
    std::uint64_t findings = 0;
  };

  /// Called after each chunk that was read and each recording. False ends the verification.
  using Watch = std::function<bool(const Progress&)>;

  /// One account, or all.
  Verification(Catalog& catalog, Blobs& blobs, Env& env, std::optional<AccountId> only,
               Watch watch = {});

  /// Nothing at the end. Throws unavailable when the catalog does not answer, and when the watch
  /// ended it.
  Task<std::optional<Finding>> next();
  const Progress& progress() const { return progress_; }

 private:
  Task<bool> advance();
  Task<bool> load_accounts();
  Task<bool> load_recordings();
  Task<void> check_recording(const Recording& listed);
  Task<void> check_segments(const Recording& recording, Sha256& whole);
  Task<void> check_blob(const Recording& recording, const Segment& segment, Sha256& whole);
  Task<void> check_quota(AccountId account);
  Task<std::pair<ByteCount, ByteCount>> sum_sizes(AccountId account);
  void refuse_when_ended() const;
  void report(Finding::Kind kind, const Recording& recording, std::optional<Ulid> piece,
              std::string detail);

  Catalog& catalog_;
  Blobs& blobs_;
  Env& env_;
  const std::optional<AccountId> only_;
  const Watch watch_;
  Progress progress_;
  std::deque<Finding> findings_;  // found, not yet given

  std::deque<AccountId> accounts_;  // to be checked; the first one is under way
  std::optional<AccountId> accounts_after_;
  bool accounts_listed_ = false;

  std::deque<Recording> recordings_;  // of the account under way, to be checked
  std::optional<ListPosition> recordings_after_;
  int pass_ = 0;  // the partial ones are listed after the rest, then the trash
  bool recordings_listed_ = false;
};

}  // namespace tapedeck
