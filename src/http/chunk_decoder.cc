#include "http/chunk_decoder.h"

#include <algorithm>

#include "base/error.h"

namespace tapedeck::http {

namespace {

[[noreturn]] void refuse(std::string detail) {
  throw Error(Fault::invalid, std::move(detail));
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_token_letter(char c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_field_line(std::string_view line) {
  auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  auto name = line.substr(0, colon);
  auto value = line.substr(colon + 1);
  return std::all_of(name.begin(), name.end(), is_token_letter) &&
         std::none_of(value.begin(), value.end(),
                      [](char c) { return is_control(c) && c != '\t'; });
}

}  // namespace

ByteView ChunkDecoder::decode(ByteView& input) {
  while (!input.empty() && !done()) {
    if (state_ == State::data) {
      auto piece = input.substr(0, std::min<ByteCount>(left_, input.size()));
      input.remove_prefix(piece.size());
      left_ -= piece.size();
      if (left_ == 0) state_ = State::data_return;
      return piece;
    }
    step(input.front());
    input.remove_prefix(1);
  }
  return {};
}

void ChunkDecoder::step(char c) {
  switch (state_) {
    case State::size:
      return step_size(c);
    case State::extension:
      return step_extension(c);
    case State::size_feed:
      expect(c, '\n', left_ == 0 ? State::trailer_begin : State::data);
      digits_ = 0;
      extension_bytes_ = 0;
      return;
    case State::data_return:
      return expect(c, '\r', State::data_feed);
    case State::data_feed:
      return expect(c, '\n', State::size);
    case State::trailer_begin:
    case State::trailer:
      return step_trailer(c);
    case State::trailer_feed:
      expect(c, '\n', State::trailer_begin);
      return end_trailer_line();
    case State::last_feed:
      return expect(c, '\n', State::done);
    case State::data:
    case State::done:
      return;
  }
}

void ChunkDecoder::expect(char c, char wanted, State next) {
  if (c != wanted) refuse("The chunked body is malformed: a line or chunk must end with CR LF.");
  state_ = next;
}

void ChunkDecoder::step_size(char c) {
  auto value = hex_value(c);
  if (value >= 0) {
    if (digits_ == 0) left_ = 0;
    if (++digits_ > 16) refuse("A chunk size may have at most 16 hexadecimal digits.");
    left_ = left_ * 16 + static_cast<ByteCount>(value);
    return;
  }
  if (digits_ == 0 || (c != '\r' && c != ';')) {
    refuse("A chunk size must be hexadecimal digits and nothing else.");
  }
  if (left_ > ByteCount{1} << 62) refuse("A chunk is impossibly large.");
  state_ = c == '\r' ? State::size_feed : State::extension;
}

void ChunkDecoder::step_extension(char c) {
  if (c == '\r') {
    state_ = State::size_feed;
    return;
  }
  if (is_control(c)) refuse("A chunk extension holds a control character.");
  if (++extension_bytes_ > limits_->chunk_extension_bytes) {
    refuse("A chunk extension is too long.");
  }
}

void ChunkDecoder::step_trailer(char c) {
  if (++trailer_bytes_ > limits_->header_bytes) refuse("The trailers are too long.");
  if (c == '\r') {
    state_ = trailer_line_.empty() ? State::last_feed : State::trailer_feed;
    return;
  }
  if (c == '\n') refuse("A trailer line ends with a bare LF.");
  trailer_line_.push_back(c);
  state_ = State::trailer;
}

void ChunkDecoder::end_trailer_line() {
  if (!is_field_line(trailer_line_)) refuse("A trailer is malformed.");
  trailer_line_.clear();
}

}  // namespace tapedeck::http
