// Model: what clients were told, kept outside the product. Everything that is not certain is a set
// of what it may be.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/recording.h"

namespace tapedeck::simulator {

enum class Form { absent, live, complete, trashed, purged };
const char* name_of(Form form);

/// A recording, known by its title, which is unique.
struct Held {
  std::string owner;                   // username
  std::string bytes;                   // all that its clients mean to send
  ByteCount acked = 0;                 // durable by what a client was told
  std::set<Form> forms{Form::absent};  // one of these
  std::set<std::string> notes{""};     // the same
  std::optional<RecordingId> id;       // since somebody was told
  bool hidden = false;                 // no piece of it may show before all of it does
  bool partial = false;                // a piece for a concatenation
  bool recoverable = false;            // it may have been completed as it was

  bool may_be(Form form) const { return forms.contains(form); }
  bool is(Form form) const { return forms.size() == 1 && may_be(form); }
  /// A request is under way that makes it that, directly or by the way of others.
  void may_become(Form form) { forms.insert(form); }
  void becomes(Form form) { forms = {form}; }
  /// Time makes of it what it must.
  void become_old();
};

struct HeldAccount {
  std::string token;           // of its client's session; empty: no sign-up was acknowledged
  bool may_be_absent = false;  // no sign-up was acknowledged
  bool may_be_closed = false;
  bool is_closed = false;          // acknowledged
  std::optional<ByteCount> quota;  // of its bytes
};

enum class Validity { valid, revoking, revoked };
struct HeldToken {
  std::string owner;  // username
  Validity validity = Validity::valid;
};

struct Model {
  std::map<std::string, Held> recordings;       // by title
  std::map<std::string, HeldAccount> accounts;  // by username
  std::map<std::string, HeldToken> tokens;      // by text; others than the accounts' own
  std::vector<std::string> findings;            // what was seen and cannot be

  void find(std::string what) { findings.push_back(std::move(what)); }
};

/// Why the recording cannot be what is seen of it (null: nothing is); empty: it can.
std::string misfit(const Held& held, const Recording* seen);

}  // namespace tapedeck::simulator
