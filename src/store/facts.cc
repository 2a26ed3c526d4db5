#include "store/facts.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"

namespace tapedeck {

namespace {

char fold(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains_without_case(std::string_view text, std::string_view wanted) {
  auto same = [](char a, char b) { return fold(a) == fold(b); };
  return std::search(text.begin(), text.end(), wanted.begin(), wanted.end(), same) != text.end() ||
         wanted.empty();
}

}  // namespace

ByteCount bytes_left(const Account& account) {
  auto quota = std::min(account.quota_bytes.value_or(stored_bytes_max), stored_bytes_max);
  auto taken = account.used_bytes + account.reserved_bytes;  // each below 2^63
  return taken >= quota ? 0 : quota - taken;
}

void apply(const AccountPatch& patch, Account& account) {
  if (patch.password_hash) account.password_hash = *patch.password_hash;
  if (patch.state) account.state = *patch.state;
  if (patch.admin) account.admin = *patch.admin;
  if (patch.quota_bytes) {
    if (patch.quota_bytes->value_or(0) > stored_bytes_max) {
      throw Error(Fault::invalid, "A quota may be at most 9223372036854775807 bytes.");
    }
    account.quota_bytes = *patch.quota_bytes;
  }
  if (patch.next_session_epoch) ++account.session_epoch;
}

void touch(Recording& recording, Time now) {
  ++recording.version;
  recording.changed_at = now;
}

void apply(const RecordingPatch& patch, Recording& recording, Time now) {
  auto& description = recording.description;
  if (patch.title) description.title = *patch.title;
  if (patch.note) description.note = *patch.note;
  if (patch.tags) description.tags = *patch.tags;
  if (patch.recorded_at) description.recorded_at = *patch.recorded_at;
  touch(recording, now);
}

Spill add_segments(std::vector<Segment> tail, const std::vector<Segment>& added) {
  Spill spill;
  spill.tail.reserve(std::min(tail.size() + added.size(), appended_segments_max));
  auto add = [&spill](const Segment& segment) {
    if (spill.tail.size() == appended_segments_max) {
      spill.chunks.push_back(std::move(spill.tail));
      spill.tail.clear();
    }
    spill.tail.push_back(segment);
  };
  for (const auto& segment : tail) add(segment);
  for (const auto& segment : added) add(segment);
  return spill;
}

namespace {

/// A recovered recording goes on when bytes, a way for them, a length or an ending come. Another
/// recovery of what it has would find what is there.
bool goes_on(const Append& append, const Recording& recording) {
  if (!append.segments.empty()) return true;
  if (!append.next_direct.empty() && append.next_direct != append.direct) return true;
  if (append.ending) return !append.ending->recovered;
  return append.length && !recording.length;
}

void go_on(Recording& recording) {
  recording.state = RecordingState::recording;
  recording.recovered = false;
  recording.sha256.reset();
}

/// What is left of the reservation is the account's again.
ByteCount complete(const Append::Ending& ending, Recording& recording) {
  recording.state = ending.state;
  recording.recovered = ending.recovered;
  recording.sha256 = ending.sha256;
  if (!ending.recovered) {
    recording.length.reset();
    recording.hash_state.clear();
  }
  return std::exchange(recording.reserved_bytes, 0);
}

}  // namespace

Advanced apply(const Append& append, Recording& recording) {
  MUST(are_adjacent(append.segments, append.from));
  bool was_recovered = recording.state != RecordingState::recording;
  recording.direct = append.next_direct;
  if (was_recovered && !goes_on(append, recording)) return {};
  auto end = append.segments.empty() ? append.from : append.segments.back().end;
  Advanced advanced;
  advanced.used_more = end - append.from;
  advanced.reserved_less = std::min(recording.reserved_bytes, advanced.used_more);

  recording.size = end;
  recording.reserved_bytes -= advanced.reserved_less;
  recording.hash_state = append.hash_state;
  recording.last_append_at = std::max(recording.last_append_at, append.now);
  if (recording.sniffed_type.empty()) recording.sniffed_type = append.sniffed_type;
  if (!recording.length) recording.length = append.length;
  if (was_recovered) go_on(recording);
  if (append.ending) advanced.reserved_less += complete(*append.ending, recording);
  advanced.is_change = was_recovered || append.ending.has_value();
  if (advanced.is_change) touch(recording, append.now);
  return advanced;
}

bool is_expected(const Append& append, const Recording& recording) {
  return recording.size == append.from && recording.direct == append.direct;
}

bool are_adjacent(const std::vector<Segment>& segments, ByteCount from) {
  for (const auto& segment : segments) {
    if (segment.begin != from || segment.end <= from || segment.end > stored_bytes_max) {
      return false;
    }
    from = segment.end;
  }
  return true;
}

bool are_whole(const std::vector<Segment>& segments, ByteCount size) {
  auto end = segments.empty() ? 0 : segments.back().end;
  return are_adjacent(segments, 0) && end == size && segments.size() <= tail_segments_max;
}

CatalogMode mode_stored(const std::string& stored) {
  if (stored.empty()) return CatalogMode::open;
  auto mode = parse_mode(stored);
  if (mode) return *mode;
  throw Error(Fault::conflict,
              "The catalog is in the mode '" + stored + "', which this program does not know.");
}

bool is_trash(const ListFilter& filter) {
  return filter.state == ShownState::trashed;
}

bool matches(const ListFilter& filter, const Recording& recording, Time now) {
  const auto& description = recording.description;
  if (filter.state && shown_state(recording, now) != *filter.state) return false;
  if (filter.tag) {
    const auto& tags = description.tags;
    if (std::find(tags.begin(), tags.end(), *filter.tag) == tags.end()) return false;
  }
  if (!filter.text) return true;
  return contains_without_case(description.title, *filter.text) ||
         contains_without_case(description.note, *filter.text) ||
         contains_without_case(description.file_name, *filter.text);
}

}  // namespace tapedeck
