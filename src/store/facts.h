// What a change does to a fact: pure functions that every catalog applies inside its own atomic
// step, so that memory and SQLite cannot mean different things.
#pragma once

#include <vector>

#include "core/catalog.h"

namespace tapedeck {

/// The largest number of bytes that a store can keep: SQLite's integers have 63 bits.
inline constexpr ByteCount stored_bytes_max = (ByteCount{1} << 63) - 1;

/// What the account can still take; never negative.
ByteCount bytes_left(const Account& account);

/// Throws Error{invalid} for a quota over stored_bytes_max.
void apply(const AccountPatch& patch, Account& account);

/// Raises the version and moves it in the feed.
void apply(const RecordingPatch& patch, Recording& recording, Time now);
void touch(Recording& recording, Time now);  // the same without a patch

/// An append leaves at most so many in the row. It is written anew by each: with these it is one
/// unit of DynamoDB's (1 KiB), and SQLite keeps it in its page (of a larger row a part goes into a
/// page of its own, which is freed and taken at every append).
inline constexpr std::size_t appended_segments_max = 8;
static_assert(appended_segments_max <= tail_segments_max);

/// Segments for a row: the tail, and what no longer fits there, in groups for chunk rows.
struct Spill {
  std::vector<std::vector<Segment>> chunks;  // none empty, in order, before the tail
  std::vector<Segment> tail;                 // at most appended_segments_max
};
Spill add_segments(std::vector<Segment> tail, const std::vector<Segment>& added);

/// The append, with all conditions on it met already: the recording as it is after, except for
/// its tail, and by how much the account's counters change.
struct Advanced {
  ByteCount used_more = 0;
  ByteCount reserved_less = 0;
  bool is_change = false;  // of more than an append changes: state, digest, version
};
Advanced apply(const Append& append, Recording& recording);

/// Whether the recording is as the append expects it: else it is a conflict.
bool is_expected(const Append& append, const Recording& recording);

/// Whether the segments are adjacent from `from` on, and none is empty.
bool are_adjacent(const std::vector<Segment>& segments, ByteCount from);
/// Whether a row's tail can hold these as all bytes of a recording of that size.
bool are_whole(const std::vector<Segment>& segments, ByteCount size);

/// What the stored mode says; `stored` is empty when there is none. Throws conflict for one of a
/// newer program.
CatalogMode mode_stored(const std::string& stored);

/// Everything in the filter but the times, and whether it is partial or trashed: those choose the
/// rows.
bool matches(const ListFilter& filter, const Recording& recording, Time now);
/// The filter wants the trash.
bool is_trash(const ListFilter& filter);

}  // namespace tapedeck
