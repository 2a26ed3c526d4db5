// Items of the table as values; docs/data.md has the attributes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/catalog.h"
#include "store/dynamo_item.h"

namespace tapedeck {

/// Bytes that an account counts for a recording whose item is being written, or is open. The
/// protocol is in docs/data.md, "Holds".
struct DynamoHold {
  RecordingId recording;
  ByteCount counted = 0;  // are in the account's `taken` now
  ByteCount base = 0;     // were there before this hold was made
  std::string founding;   // random, for its whole life: a recording that adopts it names it
  std::string touch;      // random, new with each touch
  bool live = false;
  std::optional<TokenId> maker;
  Time since;  // the last touch
};

DynamoItem to_item(const DynamoHold& hold);

/// The attribute of an account that tells that a hold of this recording may have come and gone.
std::string spent_name(RecordingId recording);

/// An account with what else its item holds. `account.used_bytes` is `taken`, with the holds in it.
struct DynamoAccount {
  Account account;
  std::optional<Identity> identity;
  std::string rev;       // random, new with each patch
  std::string live_rev;  // changes when another recording becomes live
  DynamoItem spent;      // by spent_name: changes when such a hold is removed
  bool leaving = false;  // being removed: it is there no more for anybody else
  std::vector<DynamoHold> holds;

  const DynamoHold* find_hold(RecordingId id) const;
};

/// The item of an account that nobody else writes: `taken` is its used_bytes.
DynamoItem to_item(const DynamoAccount& row);
/// Nothing for a void.
std::optional<DynamoAccount> read_account(const DynamoItem& item);

/// A recording, or the tombstone that took its place.
struct DynamoRecording {
  Recording recording;                 // of a tombstone only: id, account, partial, changed_at
  std::string rev;                     // random, new with each write
  std::vector<std::string> past_revs;  // of the writes before, latest first
  std::string hold;                    // the founding of the hold it was last written under
  ByteCount held = 0;                  // that hold counts at least these, as long as this is open
  std::string generation;              // of its chunks: a ULID as text
  std::string batch;                   // chunks that came with the last append; empty: none
  bool gone = false;

  /// It needs a hold as long as it is so.
  bool is_open() const {
    return !gone && (recording.state == RecordingState::recording || recording.reserved_bytes > 0);
  }
  /// What it takes from its account's quota.
  ByteCount taken() const { return gone ? 0 : recording.size + recording.reserved_bytes; }
  /// It is to be written under this hold.
  void adopt(const DynamoHold& taken_hold) {
    hold = taken_hold.founding;
    held = taken_hold.counted;
  }
};

DynamoItem to_item(const DynamoRecording& row);
DynamoRecording read_recording(const DynamoItem& item);
/// As an index gives it; `size` and `last_append_at` of one that may grow are those of its last
/// change.
DynamoRecording read_listed(const DynamoItem& item);

DynamoItem to_item(const Token& token);
Token read_token(const DynamoItem& item);
DynamoItem to_item(const Upload& upload);
Upload read_upload(const Sha256Digest& secret_hash, const DynamoItem& item);

}  // namespace tapedeck
