// A body that is sent again: what the recording has already is compared, only the rest is given.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/error.h"
#include "core/recording.h"

namespace tapedeck {

/// Throws Error{key_reused} when the body does not begin with the bytes of the recording, which may
/// grow, and Error{digest_mismatch} at its end when it has not the digests.
class ComparedBody final : public ByteSource {
 public:
  /// The body must outlive this; `digests` are of all of it, raw.
  ComparedBody(ByteSource& body, const Recording& recording,
               std::vector<std::pair<DigestAlgorithm, std::string>> digests);

  Task<ByteView> read() override;
  Task<bool> wait(std::chrono::milliseconds at_most) override;
  std::function<void()> make_alarm() override { return body_.make_alarm(); }

 private:
  ByteView compare(ByteView bytes);
  void check_end();

  ByteSource& body_;
  ByteCount left_;  // to be compared
  const Sha256Digest expected_;
  Sha256 seen_;
  std::vector<std::pair<DigestAlgorithm, std::string>> digests_;
  std::vector<Hasher> hashers_;  // beside digests_
};

}  // namespace tapedeck
