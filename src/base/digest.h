// Message digests. SHA-256 is the product's own checksum: its running state can be saved, so that
// an upload in pieces has one too. The others exist to check what clients send.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace tapedeck {

using Sha256Digest = std::array<unsigned char, 32>;

/// The digest as raw bytes, for storing and comparing.
inline ByteView view_of(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
std::optional<Sha256Digest> sha256_from_bytes(ByteView stored);

/// FIPS 180-4 SHA-256 over bytes that come in pieces.
class Sha256 {
 public:
  Sha256();

  void update(ByteView bytes);
  Sha256Digest finish() const;  // of what was seen so far; more updates may follow
  ByteCount seen() const;       // bytes

  /// Stored. Do not change: 8 words and the bit count, big-endian, then the bytes of the unfinished
  /// block; 40 to 103 bytes.
  std::string save() const;
  /// Nothing when `saved` is not what save() makes.
  static std::optional<Sha256> restore(ByteView saved);

 private:
  alignas(8) std::array<unsigned char, 128> state_{};  // OpenSSL's SHA256_CTX
};

Sha256Digest sha256_of(ByteView bytes);

/// What a client may name in Repr-Digest, Content-Digest, Content-MD5 or Upload-Checksum.
enum class DigestAlgorithm { md5, sha1, sha256, sha512, crc32c };

/// A digest with any of the algorithms. Move-only.
class Hasher {
 public:
  explicit Hasher(DigestAlgorithm algorithm);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  void update(ByteView bytes);
  std::string finish();  // raw bytes; call once

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// RFC 2104 HMAC with SHA-256.
Sha256Digest hmac_sha256(ByteView key, ByteView message);

/// Compares without telling by its time where the first difference is.
bool equal_in_constant_time(ByteView a, ByteView b);

}  // namespace tapedeck
