#include "api/limits.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace tapedeck::api {

namespace {

constexpr std::int64_t one_request = 1'000;
constexpr std::int64_t minute_millis = 60'000;

std::string bytes_of(const void* bytes, std::size_t size) {
  return {static_cast<const char*>(bytes), size};
}

std::string key_of(const in_addr& v4) {
  const auto first = ntohl(v4.s_addr) >> 24;
  return first == 127 ? std::string() : bytes_of(&v4, sizeof v4);
}

}  // namespace

std::string client_key(std::string_view address) {
  std::string text(address.substr(0, address.find('%')));  // without an IPv6 zone
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return key_of(v4);
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return text;
  if (IN6_IS_ADDR_LOOPBACK(&v6)) return {};
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    std::memcpy(&v4, v6.s6_addr + 12, sizeof v4);
    return key_of(v4);
  }
  return bytes_of(&v6, 8);
}

AddressLimit::AddressLimit(std::uint32_t per_minute, std::size_t addresses_max)
    : per_minute_(per_minute), generation_max_(std::max<std::size_t>(addresses_max / 2, 1)) {}

AddressLimit::Bucket& AddressLimit::find_bucket(std::string key, Time now) {
  if (auto found = young_.find(key); found != young_.end()) return found->second;
  if (young_.size() >= generation_max_) {
    old_ = std::move(young_);
    young_.clear();
  }
  Bucket bucket{per_minute_ * one_request, now};
  if (auto found = old_.find(key); found != old_.end()) {
    bucket = found->second;
    old_.erase(found);
  }
  return young_.insert_or_assign(std::move(key), bucket).first->second;
}

std::optional<std::chrono::seconds> AddressLimit::take(std::string_view address, Time now) {
  if (per_minute_ == 0) return std::nullopt;
  auto key = client_key(address);
  if (key.empty()) return std::nullopt;
  const std::int64_t full = per_minute_ * one_request;

  std::lock_guard lock(mutex_);
  auto& bucket = find_bucket(std::move(key), now);
  const auto passed = std::clamp<std::int64_t>((now - bucket.filled_at).count(), 0, minute_millis);
  const auto gained = passed * full / minute_millis;
  if (gained > 0) {
    bucket.left = std::min(full, bucket.left + gained);
    bucket.filled_at = now;
  }
  if (bucket.left >= one_request) {
    bucket.left -= one_request;
    return std::nullopt;
  }
  const auto missing = one_request - bucket.left;
  const auto seconds = (missing * minute_millis / full + 999) / 1'000;
  return std::chrono::seconds(std::max<std::int64_t>(seconds, 1));
}

std::size_t AddressLimit::size() {
  std::lock_guard lock(mutex_);
  return young_.size() + old_.size();
}

}  // namespace tapedeck::api
