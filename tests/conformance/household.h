// A catalog and blobs with some of everything in them, and what a server would answer about it.
#pragma once

#include <string>
#include <vector>

#include "base/env.h"
#include "conformance/places.h"

namespace tapedeck {

/// Fills a place by the means of a server, and remembers the secrets of what it made.
class Household {
 public:
  explicit Household(Place& place) : place_(place) {}

  /// Accounts, tokens, invitations, uploads, claims, due work, and recordings in every state.
  void move_in();
  /// One recording of so many segments, with its bytes.
  Recording new_recording(std::size_t segments);
  Recording add(Recording recording, std::optional<Due> due = std::nullopt);
  /// Appends one segment.
  void append(const Recording& recording);
  Recording find(const Recording& recording);

  /// All that a server at that place would tell, line by line.
  std::vector<std::string> told_by(Place& place) const;
  /// Nothing is damaged at that place, and every account counts what it holds.
  std::vector<std::string> damages_of(Place& place) const;

  Account ada, bob;
  Recording ready, live, long_live, long_ready, recovered, trashed, partial, purged;

 private:
  Segment put_segment(const Recording& recording, ByteCount begin);
  Account add_account(const std::string& name, bool with_identity);
  void add_tokens();
  void add_recordings();

  Place& place_;
  mutable SystemEnv env_;
  std::vector<Sha256Digest> tokens_, uploads_, claims_, invitations_;
};

}  // namespace tapedeck
