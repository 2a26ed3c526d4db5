// Facts: everything that a catalog holds, as values with keys that are alike on every store.
// docs/data.md, "Moving to another pair of stores".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "core/catalog.h"

namespace tapedeck {

struct AccountFact {
  Account account;  // its counters are 0: they follow from its recordings
  std::optional<Identity> identity;
};

struct RecordingFact {
  Recording recording;  // without its tail, and without `direct`: that is a place in the old store
  std::vector<Segment> segments;
};

struct TombstoneFact {
  AccountId account;
  RecordingId recording;
  Time changed_at;
};

struct ClaimFact {
  AccountId account;
  Sha256Digest key{};
  RecordingId recording;
  Time created_at;
};

struct SecretFact {
  std::string name;
  std::string value;
};

/// In the order in which they can be put: what others refer to comes first.
using Fact = std::variant<SecretFact, AccountFact, Invitation, Token, Due, RecordingFact,
                          TombstoneFact, ClaimFact, Upload>;

/// What a fact is found by. Two of one key replace each other; a recording and its tombstone have
/// one key.
struct FactKey {
  enum class Kind : std::uint8_t {
    secret,
    account,
    invitation,
    token,
    due,
    recording,
    claim,
    upload
  };
  Kind kind = Kind::secret;
  std::optional<AccountId> account{};  // that it belongs to or is; nothing: to none, or to be found
  RecordingId recording{};
  Sha256Digest hash{};  // of an invitation, token, claim, upload
  Time at{};            // due
  DueKind due = DueKind::purge;
  std::string name{};  // of a secret
  auto operator<=>(const FactKey&) const = default;
};

FactKey key_of(const Fact& fact);
/// For people: "recording 01…/01…".
std::string text_of(const FactKey& key);

/// Alike for facts that are alike in everything.
Sha256Digest digest_of(const Fact& fact);
Sha256Digest digest_of(const std::vector<Segment>& segments);

}  // namespace tapedeck
