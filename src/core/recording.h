// Recordings: plain values, as the catalog stores them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/time.h"
#include "core/id.h"

namespace tapedeck {

/// Stored. Do not renumber. `interrupted` and `trashed` are not stored: they follow from
/// last_append_at and trashed_at.
enum class RecordingState : std::uint8_t {
  recording = 1,   // live: may grow
  processing = 2,  // complete, being worked on
  ready = 3,       // complete
  failed = 4,      // complete but unusable; its bytes are kept
};

/// An immutable run of a recording's bytes, stored as one blob.
struct Segment {
  Ulid piece;  // with account and recording: its BlobKey
  ByteCount begin = 0;
  ByteCount end = 0;
  Sha256Digest sha256{};  // of these bytes, made while they streamed in
  bool operator==(const Segment&) const = default;
};

/// What its owner writes about a recording. Display only: never a path, a key or a decision.
struct Description {
  std::string title;
  std::string note;
  std::vector<std::string> tags;
  std::string file_name;     // cleaned; see text.h
  std::string content_type;  // as declared by the client; empty: not declared
  std::string client_id;     // the client's own id of this recording
  Time recorded_at;          // by the client's word; else when it was created
};

struct Recording {
  RecordingId id;
  AccountId account;
  Description description;
  std::string sniffed_type;  // what the first bytes are; empty: unknown

  RecordingState state = RecordingState::recording;
  bool recovered = false;          // completed by us, not by its recorder; it may still go on
  bool partial = false;            // a piece for a concatenation: never shown, kept for a day
  std::optional<TokenId> maker;    // the token it was made with
  std::optional<Time> trashed_at;  // in the trash since
  Time created_at;
  Time last_append_at;
  Time changed_at;            // its place in the feed of changes; appends don't set it
  std::uint64_t version = 1;  // counts changes of anything but appends

  ByteCount size = 0;                  // the offset: how many bytes it holds
  std::optional<ByteCount> length;     // announced in full, while it may grow
  ByteCount reserved_bytes = 0;        // of the account's quota, beyond size
  std::string hash_state;              // Sha256::save() over [0, size), while it may grow
  std::optional<Sha256Digest> sha256;  // of the whole, once complete

  /// Its bytes are on their way straight to the store (core/direct.h), and none is here yet; empty:
  /// they come through us. Opaque to a catalog.
  std::string direct;

  /// The newest segments, at most tail_segments_max; older ones are in chunk rows and read with
  /// Catalog::list_segments.
  std::vector<Segment> tail;
};

/// Live, or recovered: an append may follow.
inline bool may_grow(const Recording& recording) {
  return !recording.trashed_at &&
         (recording.state == RecordingState::recording ||
          (recording.state == RecordingState::ready && recording.recovered));
}

/// The length that it will have; nothing while that is not known.
inline std::optional<ByteCount> length_of(const Recording& recording) {
  return may_grow(recording) ? recording.length : recording.size;
}

/// A row holds at most this many segments, whatever the length of the recording.
inline constexpr std::size_t tail_segments_max = 32;

inline BlobKey blob_key(const Recording& recording, const Segment& segment) {
  return {recording.account, recording.id, segment.piece};
}

/// What PATCH changes; absent members stay.
struct RecordingPatch {
  std::optional<std::string> title;
  std::optional<std::string> note;
  std::optional<std::vector<std::string>> tags;
  std::optional<Time> recorded_at;
};

/// As shown: the stored state, or what follows from the times.
enum class ShownState { recording, interrupted, processing, ready, failed, trashed };

ShownState shown_state(const Recording& recording, Time now);
const char* name_of(ShownState state);
std::optional<ShownState> parse_state(std::string_view name);

/// A live recording that has been silent for this long is `interrupted`.
inline constexpr Millis interrupted_after{30'000};

}  // namespace tapedeck
