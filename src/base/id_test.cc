#include "base/id.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace tapedeck {
namespace {

struct FixedEnv final : Env {
  Time now() override { return Time{Millis{1'469'918'176'385}}; }
  void fill_random(std::span<unsigned char> bytes) override {
    std::fill(bytes.begin(), bytes.end(), static_cast<unsigned char>(0xA5));
  }
  Task<void> sleep(Millis) override { co_return; }
};

TEST(UlidTest, TextAndBytesAreTwoFormsOfOneValue) {
  FixedEnv env;
  auto id = Ulid::make(env);
  EXPECT_EQ(id.text().substr(0, 10), "01ARYZ6S41");  // the time part in the ULID specification
  EXPECT_EQ(Ulid::parse(id.text()), id);
  EXPECT_EQ(Ulid::from_bytes(id.view()), id);
  EXPECT_EQ(id.made_at(), env.now());
}

TEST(UlidTest, RefusesWhatIsNoUlid) {
  for (auto text :
       {"", "0", "81ARYZ6S41TSV4RRFFQ69G5FAV", "01ARYZ6S41TSV4RRFFQ69G5FAU1",
        "01ARYZ6S41TSV4RRFFQ69G5FA", "01ARYZ6S41TSV4RRFFQ69G5FA-", "../../../../../etc/passwd1"}) {
    EXPECT_FALSE(Ulid::parse(text)) << text;
  }
}

TEST(UlidTest, LowerCaseIsAccepted) {
  EXPECT_EQ(Ulid::parse("01aryz6s41tsv4rrffq69g5fav"), Ulid::parse("01ARYZ6S41TSV4RRFFQ69G5FAV"));
}

}  // namespace
}  // namespace tapedeck
