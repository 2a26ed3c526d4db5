// The low-level SHA-256 of OpenSSL is deprecated in 3.0 because it cannot use other providers; it
// is the only one whose running state can be saved.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/digest.h"

#include <algorithm>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>

#include "base/check.h"
#include "base/crc32c.h"

namespace tapedeck {

namespace {

constexpr std::size_t block_bytes = SHA256_CBLOCK;

SHA256_CTX load(const std::array<unsigned char, 128>& state) {
  SHA256_CTX context;
  std::memcpy(&context, state.data(), sizeof context);
  return context;
}

void put_word(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t take_word(ByteView& in, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = (value << 8) | static_cast<unsigned char>(in[i]);
  in.remove_prefix(bytes);
  return value;
}

std::uint64_t bits_of(const SHA256_CTX& c) {
  return (std::uint64_t{c.Nh} << 32) | c.Nl;
}

const EVP_MD* evp_of(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::md5:
      return EVP_md5();
    case DigestAlgorithm::sha1:
      return EVP_sha1();
    case DigestAlgorithm::sha256:
      return EVP_sha256();
    case DigestAlgorithm::sha512:
      return EVP_sha512();
    case DigestAlgorithm::crc32c:
      break;
  }
  return nullptr;
}

}  // namespace

std::optional<Sha256Digest> sha256_from_bytes(ByteView stored) {
  Sha256Digest digest;
  if (stored.size() != digest.size()) return std::nullopt;
  std::copy(stored.begin(), stored.end(), digest.begin());
  return digest;
}

static_assert(sizeof(SHA256_CTX) <= 128);

Sha256::Sha256() {
  SHA256_CTX context;
  SHA256_Init(&context);
  std::memcpy(state_.data(), &context, sizeof context);
}

void Sha256::update(ByteView bytes) {
  SHA256_Update(reinterpret_cast<SHA256_CTX*>(state_.data()), bytes.data(), bytes.size());
}

Sha256Digest Sha256::finish() const {
  auto copy = load(state_);
  Sha256Digest digest;
  SHA256_Final(digest.data(), &copy);
  return digest;
}

ByteCount Sha256::seen() const {
  return bits_of(load(state_)) / 8;
}

std::string Sha256::save() const {
  auto context = load(state_);
  std::string out;
  for (auto word : context.h) put_word(out, word, 4);
  put_word(out, bits_of(context), 8);
  out.append(reinterpret_cast<const char*>(context.data), context.num);
  return out;
}

std::optional<Sha256> Sha256::restore(ByteView saved) {
  constexpr std::size_t fixed_bytes = 40;
  if (saved.size() < fixed_bytes) return std::nullopt;
  Sha256 made;
  auto context = load(made.state_);
  for (auto& word : context.h) word = static_cast<SHA_LONG>(take_word(saved, 4));
  auto bits = take_word(saved, 8);
  if (bits % 8 != 0 || saved.size() != bits / 8 % block_bytes) return std::nullopt;
  context.Nh = static_cast<SHA_LONG>(bits >> 32);
  context.Nl = static_cast<SHA_LONG>(bits);
  context.num = static_cast<unsigned>(saved.size());
  std::memcpy(context.data, saved.data(), saved.size());
  std::memcpy(made.state_.data(), &context, sizeof context);
  return made;
}

Sha256Digest sha256_of(ByteView bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

struct Hasher::Context {
  EVP_MD_CTX* evp = nullptr;  // null: the checksum that OpenSSL does not have
  Crc32c crc;
  ~Context() { EVP_MD_CTX_free(evp); }
};

Hasher::Hasher(DigestAlgorithm algorithm) : context_(std::make_unique<Context>()) {
  if (algorithm == DigestAlgorithm::crc32c) return;
  context_->evp = EVP_MD_CTX_new();
  MUST(EVP_DigestInit_ex(context_->evp, evp_of(algorithm), nullptr) == 1);
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(ByteView bytes) {
  if (context_->evp == nullptr) return context_->crc.update(bytes);
  EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size());
}

std::string Hasher::finish() {
  if (context_->evp == nullptr) return context_->crc.finish();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  MUST(EVP_DigestFinal_ex(context_->evp, digest.data(), &size) == 1);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

/// OpenSSL's looks its algorithm up each time, which takes longer than a short message.
Sha256Digest hmac_sha256(ByteView key, ByteView message) {
  Sha256Digest digest;
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()),
                              key.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(message.data()),
                                message.size());
  static_assert(crypto_auth_hmacsha256_BYTES == sizeof digest);
  crypto_auth_hmacsha256_final(&state, digest.data());
  return digest;
}

bool equal_in_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace tapedeck
