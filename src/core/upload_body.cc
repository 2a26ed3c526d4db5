#include "core/upload_body.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/sniff.h"

namespace tapedeck {

UploadBody::UploadBody(ByteSource& body, Env& env, Limits limits)
    : body_(body),
      env_(env),
      limits_(std::move(limits)),
      began_at_(env.now()),
      segment_began_at_(began_at_) {}

void UploadBody::begin_segment(bool last) {
  last_ = last;
  segment_bytes_ = 0;
  segment_began_at_ = env_.now();
}

void UploadBody::check_time() const {
  if (env_.now() - began_at_ <= limits_.time_max) return;
  throw Error(Fault::timed_out,
              "The upload took too long to be kept in one piece: send it in shorter recordings.");
}

bool UploadBody::segment_is_full() const {
  if (last_ || segment_bytes_ == 0) return false;
  return segment_bytes_ >= limits_.segment_bytes_max ||
         env_.now() - segment_began_at_ >= limits_.segment_time_max;
}

Task<ByteView> UploadBody::read() {
  if (segment_is_full()) co_return ByteView();
  if (pending_.empty() && !ended_) {
    pending_ = co_await body_.read();
    take(pending_);
  }
  auto chunk = last_ ? pending_ : pending_.substr(0, limits_.segment_bytes_max - segment_bytes_);
  pending_.remove_prefix(chunk.size());
  segment_bytes_ += chunk.size();
  co_return chunk;
}

void UploadBody::take(ByteView bytes) {
  if (bytes.empty()) ended_ = true;
  check_time();
  count_ += bytes.size();
  if (count_ > limits_.bytes_max) throw limits_.beyond;
  if (limits_.announced && count_ > *limits_.announced) {
    throw Error(Fault::invalid,
                fmt::format("The body has more than the {} bytes announced.", *limits_.announced));
  }
  if (first_bytes_.size() < sniff_bytes) {
    first_bytes_.append(bytes.substr(0, sniff_bytes - first_bytes_.size()));
  }
}

}  // namespace tapedeck
