#include "store/aws_complaint.h"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>

namespace tapedeck {

namespace {

/// One reason for a refusal, as the services name it.
enum class Reason { key, secret, expired, region, absent, rights, clock, other };

struct Named {
  Reason reason;
  std::initializer_list<std::string_view> codes;
};
const Named named[] = {
    {Reason::key,
     {"InvalidAccessKeyId", "UnrecognizedClientException", "InvalidClientTokenId", "InvalidToken",
      "MissingAuthenticationTokenException", "MissingAuthenticationToken", "NotSignedUp"}},
    {Reason::secret,
     {"SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignatureException"}},
    {Reason::expired, {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"}},
    {Reason::region,
     {"AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect",
      "IllegalLocationConstraintException"}},
    {Reason::absent, {"NoSuchBucket", "ResourceNotFoundException"}},
    {Reason::rights, {"AccessDenied", "AccessDeniedException", "AllAccessDisabled"}},
    {Reason::clock, {"RequestTimeTooSkewed", "RequestExpired"}},
};

Reason reason_of(const AwsRefusal& refusal) {
  // A signature made for another region is refused as one that is wrong; the words tell.
  if (refusal.detail.find("scoped to a valid region") != std::string::npos) return Reason::region;
  for (const auto& [reason, codes] : named) {
    if (std::find(codes.begin(), codes.end(), refusal.code) != codes.end()) return reason;
  }
  if (refusal.status == 301 || refusal.status == 307) return Reason::region;
  if (refusal.status == 401 || refusal.status == 403) return Reason::rights;
  return Reason::other;
}

std::string meaning_of(const AwsPlace& place, const AwsRefusal& refusal) {
  switch (reason_of(refusal)) {
    case Reason::key:
      return fmt::format(
          "it does not know the access key. Check the keys (from {}), and that {}_endpoint "
          "is where they belong.",
          place.keys, place.settings);
    case Reason::secret:
      return fmt::format("the secret key is not the access key's. Check the keys (from {}).",
                         place.keys);
    case Reason::expired:
      return fmt::format("the temporary keys have expired. Renew those from {}.", place.keys);
    case Reason::region:
      return fmt::format("{} is not in the region \"{}\". Set {}_region{}.", place.thing,
                         place.region, place.settings,
                         refusal.region.empty() ? "" : " to " + refusal.region);
    case Reason::absent:
      return fmt::format(
          "there is no such thing as {} in the region \"{}\". Name another one, or "
          "make it: tapedeck storage init",
          place.thing, place.region);
    case Reason::rights:
      return fmt::format(
          "the keys (from {}) may not use {}. Name one of yours, or give them the rights "
          "that `tapedeck storage policy` prints.",
          place.keys, place.thing);
    case Reason::clock:
      return "the clock of this machine is off. Set it; keep it with chrony or systemd-timesyncd.";
    case Reason::other:
      break;
  }
  return fmt::format("that is not what it answers to a right call. Check {}_endpoint.",
                     place.settings);
}

}  // namespace

std::string explain_refusal(const AwsPlace& place, const AwsRefusal& refusal) {
  auto said = fmt::format("{} {} {}", refusal.status, refusal.code, refusal.detail);
  while (said.ends_with(' ')) said.pop_back();
  return fmt::format("{} at {} refuses: {} ({})", place.service, place.endpoint,
                     meaning_of(place, refusal), said);
}

std::string explain_silence(const AwsPlace& place, std::string_view why) {
  return fmt::format("{} at {} ({}_endpoint) does not answer: {}", place.service, place.endpoint,
                     place.settings, why);
}

std::string explain_skew(const AwsPlace& place, Time service_time, Time our_time) {
  auto off = std::chrono::duration_cast<std::chrono::seconds>(our_time - service_time);
  if (std::chrono::abs(off) <= clock_skew_max) return "";
  return fmt::format(
      "The clock of this machine is {} seconds {} that of {} at {}: times of recordings "
      "and the feed of changes would be wrong. Set it; keep it with chrony or "
      "systemd-timesyncd.",
      std::chrono::abs(off).count(), off.count() > 0 ? "ahead of" : "behind", place.service,
      place.endpoint);
}

}  // namespace tapedeck
