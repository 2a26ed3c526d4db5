// ChunkDecoder: the chunked transfer coding (RFC 9112 7.1), strictly.
#pragma once

#include <string>

#include "base/bytes.h"
#include "http/server.h"

namespace tapedeck::http {

/// Decodes in place: the pieces it gives are views of what it was given. For one body.
class ChunkDecoder {
 public:
  explicit ChunkDecoder(const ServerLimits& limits) : limits_(&limits) {}

  /// Takes framing and at most one piece of data off the front of `input`. An empty answer means
  /// that more bytes are needed, or that done(). Throws Error{invalid} for anything but the coding.
  ByteView decode(ByteView& input);

  /// The last chunk and the trailers, which are dropped, have been read.
  bool done() const { return state_ == State::done; }

 private:
  enum class State {
    size,
    extension,
    size_feed,
    data,
    data_return,
    data_feed,
    trailer_begin,
    trailer,
    trailer_feed,
    last_feed,
    done,
  };

  void step(char c);
  void step_size(char c);
  void step_extension(char c);
  void step_trailer(char c);
  void end_trailer_line();
  void expect(char c, char wanted, State next);

  const ServerLimits* limits_;
  State state_ = State::size;
  ByteCount left_ = 0;  // of the chunk
  std::size_t digits_ = 0;
  std::size_t extension_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
  std::string trailer_line_;
};

}  // namespace tapedeck::http
