// Appender: one body on its way into one recording. For live.cc alone.
#pragma once

#include <vector>

#include "core/checksums.h"
#include "core/intake_body.h"
#include "core/live.h"

namespace tapedeck {

/// docs/data.md, "An append, step by step". Used once.
class Appender {
 public:
  /// As Live::take; all must outlive it.
  Appender(Live& live, Recording& recording, bool exists, const Intake& intake,
           const Turns::Turn& turn);

  Task<void> run();

 private:
  bool is_hidden() const { return intake_.hidden || !intake_.digests.empty(); }
  bool is_at_length() const;
  bool has_all() const;
  bool is_last() const;
  bool is_short() const;
  bool fits_whole() const;
  bool is_ending() const;
  Task<ByteCount> find_room();
  Task<ByteCount> reserve_more();
  Task<std::optional<ByteCount>> find_quota_left();
  Task<void> check_token();
  Task<void> put_segment(ByteCount room);
  Task<void> refuse_more();
  Task<void> check_hidden();
  Task<void> name();
  Task<void> check_new();
  Task<void> add();
  Task<void> advance();
  Task<void> write_dues(bool ends);
  Append make_append(bool ends);
  Task<void> discard();
  Task<void> read_again();
  [[noreturn]] void throw_failure() const;

  Live& live_;
  Recording& recording_;
  bool exists_;
  bool advanced_ = false;  // the catalog knows more of it than we do
  bool complete_ = false;
  const Intake& intake_;
  IntakeBody body_;
  Checksums sums_;
  std::vector<Segment> put_;  // durable, named by no fact yet
  ByteCount offset_ = 0;      // where they end
};

}  // namespace tapedeck
