// Identifiers: ULIDs (128 bits: 48 of milliseconds, 80 random), so that they sort by the time they
// were made. Shown as 26 characters of Crockford's base 32. Strong types: an AccountId is not a
// RecordingId.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/time.h"

namespace tapedeck {

/// The 16 bytes, big-endian: they sort as the text does.
struct Ulid {
  std::array<unsigned char, 16> bytes{};

  static Ulid make(Env& env);
  /// Exactly 26 characters, either case; nothing for anything else.
  static std::optional<Ulid> parse(std::string_view text);
  /// Exactly 16 bytes, as stored.
  static std::optional<Ulid> from_bytes(std::string_view stored);

  std::string text() const;  // 26 characters, upper case
  std::string_view view() const;
  Time made_at() const;

  auto operator<=>(const Ulid&) const = default;
};

template <class Tag>
struct Id {
  Ulid value;

  static Id make(Env& env) { return Id{Ulid::make(env)}; }
  static std::optional<Id> parse(std::string_view text) { return wrap(Ulid::parse(text)); }
  static std::optional<Id> from_bytes(std::string_view b) { return wrap(Ulid::from_bytes(b)); }

  std::string text() const { return value.text(); }
  std::string_view view() const { return value.view(); }  // the 16 bytes, as stored
  auto operator<=>(const Id&) const = default;

 private:
  static std::optional<Id> wrap(std::optional<Ulid> ulid) {
    if (!ulid) return std::nullopt;
    return Id{*ulid};
  }
};

}  // namespace tapedeck

template <class Tag>
struct std::hash<tapedeck::Id<Tag>> {
  std::size_t operator()(const tapedeck::Id<Tag>& id) const noexcept {
    return std::hash<std::string_view>{}(id.view());
  }
};
