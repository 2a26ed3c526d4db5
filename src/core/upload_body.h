// The body of an upload on its way into blobs: counted, limited, and cut into segments.
#pragma once

#include <optional>
#include <string>

#include "base/byte_source.h"
#include "base/env.h"
#include "base/error.h"

namespace tapedeck {

/// A view of one body as the bodies of its segments: begin_segment(), then read() to its empty end,
/// and again until ended(). Keeps the first bytes for sniffing.
class UploadBody final : public ByteSource {
 public:
  struct Limits {
    ByteCount bytes_max = 0;             // the (bytes_max + 1)th byte throws `beyond`
    Error beyond;                        // what is thrown then
    std::optional<ByteCount> announced;  // more than these throw invalid
    ByteCount segment_bytes_max = 0;
    Millis segment_time_max{};
    Millis time_max{};  // of the whole body: then it throws timed_out
  };

  /// The body must outlive this.
  UploadBody(ByteSource& body, Env& env, Limits limits);

  /// The next segment begins. The `last` one takes all that is left, whatever its size and time.
  void begin_segment(bool last);
  Task<ByteView> read() override;

  bool ended() const { return ended_; }
  ByteCount count() const { return count_; }
  /// How long it has been under way. Throws timed_out past time_max.
  void check_time() const;
  const std::string& first_bytes() const { return first_bytes_; }  // at most sniff_bytes

 private:
  bool segment_is_full() const;
  void take(ByteView bytes);

  ByteSource& body_;
  Env& env_;
  const Limits limits_;
  const Time began_at_;

  ByteCount count_ = 0;  // read from the body
  ByteView pending_;     // read from the body, for the next segment
  bool ended_ = false;
  std::string first_bytes_;

  bool last_ = false;
  ByteCount segment_bytes_ = 0;
  Time segment_began_at_;
};

}  // namespace tapedeck
