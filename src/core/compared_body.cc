#include "core/compared_body.h"

#include "core/live.h"

namespace tapedeck {

namespace {

Sha256Digest digest_so_far(const Recording& recording) {
  auto digest = Sha256::restore(recording.hash_state);
  if (digest) return digest->finish();
  throw Error(Fault::internal, "recording " + recording.id.text() + ": bad hash_state");
}

}  // namespace

ComparedBody::ComparedBody(ByteSource& body, const Recording& recording,
                           std::vector<std::pair<DigestAlgorithm, std::string>> digests)
    : body_(body),
      left_(recording.size),
      expected_(digest_so_far(recording)),
      digests_(std::move(digests)) {
  for (const auto& [algorithm, digest] : digests_) hashers_.emplace_back(algorithm);
}

Task<bool> ComparedBody::wait(std::chrono::milliseconds at_most) {
  co_return co_await body_.wait(at_most);
}

Task<ByteView> ComparedBody::read() {
  for (;;) {
    auto bytes = co_await body_.read();
    for (auto& hasher : hashers_) hasher.update(bytes);
    if (bytes.empty()) {
      check_end();
      co_return bytes;
    }
    auto rest = compare(bytes);
    if (!rest.empty()) co_return rest;
  }
}

/// What of the bytes lies beyond those that the recording has.
ByteView ComparedBody::compare(ByteView bytes) {
  if (left_ == 0) return bytes;
  auto known = bytes.substr(0, left_);
  seen_.update(known);
  left_ -= known.size();
  if (left_ == 0 && seen_.finish() != expected_) throw key_reused();
  return bytes.substr(known.size());
}

void ComparedBody::check_end() {
  if (left_ > 0) throw key_reused();  // shorter than what is there
  for (std::size_t i = 0; i < hashers_.size(); ++i) {
    if (hashers_[i].finish() == digests_[i].second) continue;
    throw Error(Fault::digest_mismatch,
                "The bytes that arrived do not have the digest that was sent: send them again.");
  }
}

}  // namespace tapedeck
