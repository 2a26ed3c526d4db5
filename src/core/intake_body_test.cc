#include "core/intake_body.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "base/run_task.h"

namespace tapedeck {
namespace {

/// Uses all the room it is lent, as a socket that has much to read does.
class Lent final : public ByteSource {
 public:
  explicit Lent(std::string bytes) : bytes_(std::move(bytes)) {}
  Task<ByteView> read() override {
    auto piece = ByteView(bytes_).substr(at_, room_.empty() ? 10 : room_.size());
    at_ += piece.size();
    if (room_.empty()) co_return piece;
    std::copy(piece.begin(), piece.end(), room_.begin());
    co_return ByteView(room_.data(), piece.size());
  }
  void lend(std::span<char> room) override { room_ = room; }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
  std::span<char> room_;
};

TEST(IntakeBodyTest, WhatWaitsForTheNextSegmentIsNotInTheRoomOfTheOneBefore) {
  SystemEnv env;
  Lent source("0123456789abcdefghij");
  IntakeBody::Limits limits;
  limits.bytes_max = 100;
  limits.time_max = std::chrono::hours(1);
  IntakeBody body(source, env, limits);
  std::string all;
  while (!body.ended()) {
    std::string room(16, '-');
    body.begin_segment(6, std::chrono::seconds(10));
    body.lend(room);
    for (ByteView piece = "first"; !piece.empty();) {
      piece = run_task(body.read());
      all += piece;
      body.lend(room);
    }
    body.lend({});
    std::fill(room.begin(), room.end(), 'x');
  }
  EXPECT_EQ(all, "0123456789abcdefghij");
}

}  // namespace
}  // namespace tapedeck
