#include "core/fact.h"

#include <type_traits>

#include <fmt/format.h>

#include "base/encoding.h"

namespace tapedeck {

namespace {

/// Feeds values to a digest so that no two sequences of them are alike: each has its length.
class FactHasher {
 public:
  template <class... Values>
  FactHasher& add(const Values&... values) {
    (put(values), ...);
    return *this;
  }
  Sha256Digest finish() const { return sha256_.finish(); }

 private:
  void put(std::string_view text) {
    put_number(text.size());
    sha256_.update(text);
  }
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(const Sha256Digest& digest) { put(view_of(digest)); }
  void put(const Ulid& ulid) { put(ulid.view()); }
  template <class Tag>
  void put(const Id<Tag>& id) {
    put(id.view());
  }
  void put(Time time) { put_number(static_cast<std::uint64_t>(time.time_since_epoch().count())); }
  void put(Millis time) { put_number(static_cast<std::uint64_t>(time.count())); }
  template <class Number>
    requires std::is_integral_v<Number> || std::is_enum_v<Number>
  void put(Number number) {
    put_number(static_cast<std::uint64_t>(number));
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put_number(value ? 1 : 0);
    if (value) put(*value);
  }
  template <class T>
  void put(const std::vector<T>& values) {
    put_number(values.size());
    for (const auto& value : values) put(value);
  }
  void put(const Segment& segment) {
    add(segment.piece, segment.begin, segment.end, segment.sha256);
  }
  void put(const Identity& identity) { add(identity.issuer, identity.subject); }

  void put_number(std::uint64_t number) {
    char bytes[8];
    for (auto& byte : bytes) {
      byte = static_cast<char>(number & 0xff);
      number >>= 8;
    }
    sha256_.update({bytes, sizeof bytes});
  }

  Sha256 sha256_;
};

void add(FactHasher& hasher, const SecretFact& fact) {
  hasher.add(fact.name, fact.value);
}

void add(FactHasher& hasher, const AccountFact& fact) {
  const auto& account = fact.account;
  hasher.add(account.id, account.username, account.password_hash, account.state, account.admin,
             account.created_at, account.session_epoch, account.quota_bytes, fact.identity);
}

void add(FactHasher& hasher, const Invitation& fact) {
  hasher.add(fact.secret_hash, fact.admin, fact.created_at, fact.expires_at);
}

void add(FactHasher& hasher, const Token& fact) {
  hasher.add(fact.id, fact.account, fact.kind, fact.secret_hash, fact.name, fact.scopes.bits,
             fact.session_epoch, fact.created_at, fact.expires_at, fact.last_used_at);
  hasher.add(fact.limits.recording_bytes_max, fact.limits.recording_time_max, fact.limits.live_max);
}

void add(FactHasher& hasher, const Due& fact) {
  hasher.add(fact.at, fact.kind, fact.account, fact.recording);
}

void add(FactHasher& hasher, const RecordingFact& fact) {
  const auto& recording = fact.recording;
  const auto& description = recording.description;
  hasher.add(recording.account, recording.id, description.title, description.note, description.tags,
             description.file_name, description.content_type, description.client_id,
             description.recorded_at, recording.sniffed_type);
  hasher.add(recording.state, recording.recovered, recording.partial, recording.maker,
             recording.trashed_at, recording.created_at, recording.last_append_at,
             recording.changed_at, recording.version);
  hasher.add(recording.size, recording.length, recording.reserved_bytes, recording.hash_state,
             recording.sha256, fact.segments);
}

void add(FactHasher& hasher, const TombstoneFact& fact) {
  hasher.add(fact.account, fact.recording, fact.changed_at);
}

void add(FactHasher& hasher, const ClaimFact& fact) {
  hasher.add(fact.account, fact.key, fact.recording, fact.created_at);
}

void add(FactHasher& hasher, const Upload& fact) {
  hasher.add(fact.secret_hash, fact.account, fact.recording, fact.token, fact.metadata,
             fact.concatenation, fact.created_at);
}

using Kind = FactKey::Kind;

FactKey key(const SecretFact& fact) {
  return {.kind = Kind::secret, .name = fact.name};
}
FactKey key(const AccountFact& fact) {
  return {.kind = Kind::account, .account = fact.account.id};
}
FactKey key(const Invitation& fact) {
  return {.kind = Kind::invitation, .hash = fact.secret_hash};
}
FactKey key(const Token& fact) {
  return {.kind = Kind::token, .account = fact.account, .hash = fact.secret_hash};
}
FactKey key(const Due& fact) {
  return {.kind = Kind::due,
          .account = fact.account,
          .recording = fact.recording,
          .at = fact.at,
          .due = fact.kind};
}
FactKey key(const RecordingFact& fact) {
  return {
      .kind = Kind::recording, .account = fact.recording.account, .recording = fact.recording.id};
}
FactKey key(const TombstoneFact& fact) {
  return {.kind = Kind::recording, .account = fact.account, .recording = fact.recording};
}
FactKey key(const ClaimFact& fact) {
  return {.kind = Kind::claim, .account = fact.account, .hash = fact.key};
}
FactKey key(const Upload& fact) {
  return {.kind = Kind::upload, .account = fact.account, .hash = fact.secret_hash};
}

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::secret:
      return "secret";
    case Kind::account:
      return "account";
    case Kind::invitation:
      return "invitation";
    case Kind::token:
      return "token";
    case Kind::due:
      return "due work";
    case Kind::recording:
      return "recording";
    case Kind::claim:
      return "claim";
    case Kind::upload:
      return "upload";
  }
  return "?";
}

}  // namespace

FactKey key_of(const Fact& fact) {
  return std::visit([](const auto& value) { return key(value); }, fact);
}

std::string text_of(const FactKey& key) {
  std::string text = name_of(key.kind);
  if (!key.name.empty()) text += " " + key.name;
  if (key.account) text += " " + key.account->text();
  if (key.recording != RecordingId{}) text += "/" + key.recording.text();
  // The first bytes of a hash tell facts apart, and give nothing away.
  if (key.hash != Sha256Digest{}) text += " " + to_hex(view_of(key.hash).substr(0, 6));
  return text;
}

Sha256Digest digest_of(const Fact& fact) {
  FactHasher hasher;
  hasher.add(fact.index());
  std::visit([&](const auto& value) { add(hasher, value); }, fact);
  return hasher.finish();
}

Sha256Digest digest_of(const std::vector<Segment>& segments) {
  return FactHasher().add(segments).finish();
}

}  // namespace tapedeck
