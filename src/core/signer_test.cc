#include "core/signer.h"

#include <gtest/gtest.h>

#include "base/log.h"

namespace tapedeck {
namespace {

const Signer signer("thirty-two secret bytes, or more");

TEST(SignerTest, GivesBackWhatItSigned) {
  for (auto message :
       {std::string(), std::string("a"), std::string("\0\xff", 2), std::string(1000, 'x')}) {
    EXPECT_EQ(signer.verify("cursor", signer.sign("cursor", message)), message);
  }
}

TEST(SignerTest, PurposesAndSecretsDoNotMix) {
  auto text = signer.sign("cursor", "message");
  EXPECT_FALSE(signer.verify("playback", text));
  EXPECT_FALSE(signer.verify("", text));
  EXPECT_FALSE(Signer("another secret").verify("cursor", text));
  // What moves from the message into the purpose is not the same pair.
  EXPECT_FALSE(signer.verify("cursorm", signer.sign("cursor", "message")));
  EXPECT_NE(signer.sign("ab", "c").substr(2), signer.sign("a", "bc").substr(2));
}

PlaybackGrant make_grant() {
  SystemEnv env;
  return {AccountId::make(env), RecordingId::make(env), *parse_rfc3339("2026-11-23T10:00:00.123Z"),
          true};
}

TEST(PlaybackTest, ACapabilityHoldsTheWholeGrant) {
  auto grant = make_grant();
  for (auto download : {true, false}) {
    grant.download = download;
    auto capability = sign_playback(signer, grant);
    EXPECT_EQ(redact(capability), "[redacted]");
    auto verified = verify_playback(signer, capability);
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->account, grant.account);
    EXPECT_EQ(verified->recording, grant.recording);
    EXPECT_EQ(verified->expires_at, grant.expires_at);
    EXPECT_EQ(verified->download, download);
  }
}

TEST(PlaybackTest, EveryChangedCharacterIsRefused) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ";
  const auto capability = sign_playback(signer, make_grant());
  for (std::size_t i = 0; i < capability.size(); ++i) {
    for (char c : alphabet) {
      if (c == capability[i]) continue;
      auto changed = capability;
      changed[i] = c;
      EXPECT_FALSE(verify_playback(signer, changed)) << i << c;
    }
    EXPECT_FALSE(verify_playback(signer, capability.substr(0, i)));
    EXPECT_FALSE(verify_playback(signer, capability.substr(i + 1)));
  }
  for (char c : alphabet) EXPECT_FALSE(verify_playback(signer, capability + c));
}

TEST(PlaybackTest, OnlyWhatIsAGrantIsOne) {
  EXPECT_FALSE(verify_playback(signer, signer.sign("playback", "too short")));
  EXPECT_FALSE(verify_playback(signer, signer.sign("playback", std::string(45, 'x'))));
  auto grant = "play" + std::string(41, 'x');
  EXPECT_TRUE(verify_playback(signer, signer.sign("playback", grant)));
  EXPECT_FALSE(verify_playback(signer, signer.sign("playback", grant + "x")));
  EXPECT_FALSE(verify_playback(signer, signer.sign("cursor", grant)));
}

}  // namespace
}  // namespace tapedeck
