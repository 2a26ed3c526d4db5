#include "http/forwarded.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tapedeck::http {
namespace {

TEST(Forwarded, gives_the_rightmost_address_that_is_not_a_proxy) {
  TrustedProxies proxies({"10.0.0.0/8", "fd00::/8", "192.0.2.1"});
  struct Case {
    std::vector<std::string> lists;
    std::string expected;
  };
  const Case cases[] = {
      {{}, "10.0.0.1"},
      {{"203.0.113.9"}, "203.0.113.9"},
      {{"6.6.6.6, 203.0.113.9"}, "203.0.113.9"},
      {{"203.0.113.9, 10.2.3.4,192.0.2.1"}, "203.0.113.9"},
      {{"203.0.113.9", "fd00::7"}, "203.0.113.9"},
      {{"2001:db8::5"}, "2001:db8::5"},
      {{"[2001:db8::5]:4711"}, "2001:db8::5"},
      {{"203.0.113.9:4711"}, "203.0.113.9"},
      {{"10.9.9.9"}, "10.9.9.9"},
      {{"6.6.6.6, unknown"}, "10.0.0.1"},
      {{"6.6.6.6, , 10.1.1.1"}, "10.1.1.1"},
      {{"<script>"}, "10.0.0.1"},
  };
  for (const auto& example : cases) {
    Fields fields;
    for (const auto& list : example.lists) fields.add("x-forwarded-for", list);
    auto client = proxies.find_client(*parse_address("10.0.0.1"), fields);
    EXPECT_EQ(client.address, example.expected);
    EXPECT_FALSE(client.secure);
  }
}

TEST(Forwarded, takes_the_protocol_from_the_nearest_proxy) {
  TrustedProxies proxies({"10.0.0.0/8"});
  for (auto [value, secure] : {std::pair{"https", true},
                               {"HTTPS", true},
                               {"http", false},
                               {"https, http", false},
                               {"http, https", true},
                               {"", false}}) {
    Fields fields;
    fields.add("X-Forwarded-Proto", value);
    EXPECT_EQ(proxies.find_client(*parse_address("10.0.0.1"), fields).secure, secure) << value;
  }
}

TEST(Forwarded, knows_its_networks_by_the_bit) {
  TrustedProxies proxies({"192.168.4.0/22", "2001:db8::/33", "::1"});
  struct Case {
    const char* address;
    bool trusted;
  };
  const Case cases[] = {{"192.168.4.0", true},
                        {"192.168.7.255", true},
                        {"192.168.8.0", false},
                        {"2001:db8:7fff::1", true},
                        {"2001:db8:8000::1", false},
                        {"::1", true},
                        {"::2", false},
                        {"127.0.0.1", false}};
  for (const auto& example : cases) {
    EXPECT_EQ(proxies.trusts(*parse_address(example.address)), example.trusted) << example.address;
  }
  for (auto wrong : {"", "x", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/a", "10.0.0/8"}) {
    EXPECT_THROW(TrustedProxies({wrong}), Error) << wrong;
  }
}

TEST(Forwarded, counts_clients_by_address_or_by_network) {
  EXPECT_EQ(parse_address("192.0.2.1")->group(), parse_address("::ffff:192.0.2.1")->group());
  EXPECT_NE(parse_address("192.0.2.1")->group(), parse_address("192.0.2.2")->group());
  EXPECT_EQ(parse_address("2001:db8::1")->group(), parse_address("2001:db8::ffff:1")->group());
  EXPECT_NE(parse_address("2001:db8::1")->group(), parse_address("2001:db8:0:1::1")->group());
  EXPECT_TRUE(parse_address("127.3.2.1")->is_loopback());
  EXPECT_TRUE(parse_address("::1")->is_loopback());
  EXPECT_FALSE(parse_address("192.0.2.1")->is_loopback());
}

}  // namespace
}  // namespace tapedeck::http
