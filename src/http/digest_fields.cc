#include "http/digest_fields.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/check.h"
#include "base/encoding.h"
#include "base/error.h"
#include "http/structured.h"

namespace tapedeck::http {

namespace {

struct Known {
  std::string_view name;  // in the registry of RFC 9530 5
  DigestAlgorithm algorithm;
  std::size_t bytes;
};
constexpr std::array known_algorithms{
    Known{"sha-256", DigestAlgorithm::sha256, 32},
    Known{"sha-512", DigestAlgorithm::sha512, 64},
    Known{"sha", DigestAlgorithm::sha1, 20},
    Known{"md5", DigestAlgorithm::md5, 16},
};

const Known* find_known(std::string_view name) {
  auto known = std::find_if(known_algorithms.begin(), known_algorithms.end(),
                            [&](const Known& k) { return k.name == name; });
  return known == known_algorithms.end() ? nullptr : known;
}

void add_digests(const Fields& fields, std::string_view name, Digests& digests) {
  auto value = find_combined(fields, name);
  if (!value) return;
  auto dictionary = parse_dictionary(*value);
  if (!dictionary) {
    throw Error(
        Fault::invalid,
        fmt::format("{} cannot be read. Send it as sha-256=:BASE64:, or leave it out.", name));
  }
  for (const auto& [key, member] : *dictionary) {
    const auto* known = find_known(key);
    if (!known) continue;
    const auto* digest = member.find<structured::Bytes>();
    if (!digest || digest->bytes.size() != known->bytes) {
      throw Error(
          Fault::invalid,
          fmt::format("{} must have {} bytes for {}, as {}=:BASE64:. Send it so, or leave it "
                      "out.",
                      name, known->bytes, key, key));
    }
    digests.emplace_back(known->algorithm, digest->bytes);
  }
}

void add_content_md5(const Fields& fields, Digests& digests) {
  for (auto value : fields.find_all("Content-MD5")) {
    auto digest = parse_base64(value);
    if (!digest || digest->size() != 16) {
      throw Error(Fault::invalid,
                  "Content-MD5 must be the 16 bytes of the MD5 in base 64. Send it so, or leave it "
                  "out.");
    }
    digests.emplace_back(DigestAlgorithm::md5, std::move(*digest));
  }
}

}  // namespace

Digests parse_digest_field(const Fields& fields, std::string_view name) {
  Digests digests;
  add_digests(fields, name, digests);
  return digests;
}

Digests parse_digests(const Fields& fields) {
  Digests digests;
  add_digests(fields, "Repr-Digest", digests);
  add_digests(fields, "Content-Digest", digests);
  add_content_md5(fields, digests);
  return digests;
}

std::vector<DigestAlgorithm> parse_wanted_digests(const Fields& fields) {
  auto value = find_combined(fields, "Want-Repr-Digest");
  if (!value) return {};
  auto malformed = [] {
    return Error(
        Fault::invalid,
        "Want-Repr-Digest cannot be read. Send it as sha-256=1 with a preference from 0 to "
        "10, or leave it out.");
  };
  auto dictionary = parse_dictionary(*value);
  if (!dictionary) throw malformed();

  std::vector<std::pair<std::int64_t, DigestAlgorithm>> wanted;
  for (const auto& [key, member] : *dictionary) {
    const auto* known = find_known(key);
    if (!known) continue;
    const auto* preference = member.find<std::int64_t>();
    if (!preference || *preference < 0 || *preference > 10) throw malformed();
    if (*preference == 0) continue;
    auto less_wanted = std::find_if(wanted.begin(), wanted.end(),
                                    [&](const auto& w) { return w.first < *preference; });
    wanted.emplace(less_wanted, *preference, known->algorithm);
  }
  std::vector<DigestAlgorithm> algorithms;
  for (const auto& [preference, algorithm] : wanted) algorithms.push_back(algorithm);
  return algorithms;
}

std::string format_digest(DigestAlgorithm algorithm, ByteView digest) {
  auto known = std::find_if(known_algorithms.begin(), known_algorithms.end(),
                            [&](const Known& k) { return k.algorithm == algorithm; });
  MUST(known != known_algorithms.end() && known->bytes == digest.size());
  return fmt::format("{}=:{}:", known->name, to_base64(digest));
}

}  // namespace tapedeck::http
