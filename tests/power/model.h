// Model: what was acknowledged, kept outside the product.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/recording.h"

namespace tapedeck::power {

enum class Form { live, complete, trashed, purged };

/// A recording, known by its title, which is unique.
struct Held {
  std::string owner;  // username
  std::string bytes;
  Form form = Form::complete;
  std::string note;
  bool partial = false;
  bool hidden = false;            // no piece of it may show before all of it does
  std::optional<RecordingId> id;  // since it was acknowledged
  Time last_append_at{};
  Time trashed_at{};
};

enum class Standing { open, closing, gone };
const char* name_of(Standing standing);

struct HeldToken {
  std::string owner;
  bool is_valid = true;  // neither revoked nor signed out
};

struct Model {
  std::map<std::string, Held> recordings;    // by title
  std::map<std::string, Standing> accounts;  // by username
  std::map<std::string, HeldToken> tokens;   // by text
  std::map<std::string, bool> invitations;   // by text: can it still be used?

  const Held* find(const std::string& title) const;
  Standing standing(const std::string& username) const;
  bool works(const std::string& token) const;
  bool can_be_used(const std::string& invitation) const;
  /// What a sweep at that time makes of it.
  Model swept(Time now) const;
};

/// What may be true, in the order in which it became so; what has several facts may be anywhere on
/// the way from one to a later one. At least one.
using Stages = std::vector<std::shared_ptr<const Model>>;

/// Why the recording of that title cannot be what is seen of it (null: nothing is); empty: it can.
std::string misfit(const Stages& stages, const std::string& title, const Recording* seen);

}  // namespace tapedeck::power
