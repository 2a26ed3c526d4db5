#include "http/forwarded.h"

#include <algorithm>

#include "base/error.h"

namespace tapedeck::http {

namespace {
std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Removes and gives the last entry of a comma-separated list.
std::string_view take_last(std::string_view& list) {
  auto comma = list.rfind(',');
  auto last = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = comma == std::string_view::npos ? std::string_view() : list.substr(0, comma);
  return trim(last);
}
}  // namespace

TrustedProxies::TrustedProxies(const std::vector<std::string>& networks) {
  for (const auto& text : networks) {
    auto network = parse_network(text);
    if (!network) {
      throw Error(Fault::invalid, "The trusted proxy " + text +
                                      " is neither an address nor a network like 10.0.0.0/8.");
    }
    networks_.push_back(*network);
  }
}

bool TrustedProxies::trusts(const Address& peer) const {
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const Network& network) { return network.contains(peer); });
}

TrustedProxies::Client TrustedProxies::find_client(const Address& peer,
                                                   const Fields& fields) const {
  Client client{.address = peer.text()};
  auto protocols = fields.find_all("X-Forwarded-Proto");
  if (!protocols.empty()) client.secure = equal_without_case(take_last(protocols.back()), "https");
  auto lists = fields.find_all("X-Forwarded-For");
  for (auto list = lists.rbegin(); list != lists.rend(); ++list) {
    while (!list->empty()) {
      auto address = parse_address(take_last(*list));
      if (!address) return client;
      client.address = address->text();
      if (!trusts(*address)) return client;
    }
  }
  return client;
}

}  // namespace tapedeck::http
