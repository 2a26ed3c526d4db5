// HeadScanner: finds the end of a request head in bytes that trickle in, and refuses early what
// can never become a head: bare CR or LF, folded lines, and heads over the limits.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "http/refusal.h"
#include "http/server.h"

namespace tapedeck::http {

/// Looks at every byte once, however small the pieces are. For one head.
class HeadScanner {
 public:
  explicit HeadScanner(const ServerLimits& limits) : limits_(&limits) {}

  enum class Found { incomplete, head, refusal };

  /// `bytes` begins where the head begins, and is at least as long as in the call before.
  Found scan(ByteView bytes);

  std::size_t skipped_bytes() const { return begin_; }  // one empty line before the request line
  std::size_t head_bytes() const { return end_; }       // with that line; after Found::head
  const Refusal& refusal() const { return refusal_; }

 private:
  Found scan_line(ByteView line);
  Found scan_rest(ByteView rest);
  Found refuse(int status, std::string detail);

  const ServerLimits* limits_;
  std::size_t begin_ = 0;  // of the request line
  std::size_t at_ = 0;     // of the first line that is not complete
  std::size_t end_ = 0;
  std::size_t lines_ = 0;
  bool skipped_empty_line_ = false;
  Refusal refusal_;
};

}  // namespace tapedeck::http
