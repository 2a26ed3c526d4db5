// One case of the strict framing suite: bytes in, status out, and whether the connection ends.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "http/server_fixture.h"

namespace tapedeck::http {

struct FramingCase {
  std::string bytes;
  int status = 400;  // 200: accepted, and the connection is good for another request
};

/// A refused request closes the connection; after an accepted one the next is answered.
inline void expect_framing(RunningServer& server, const FramingCase& example) {
  SCOPED_TRACE(testing::PrintToString(example.bytes.substr(0, 200)));
  RawClient client(server.port());
  client.send(example.bytes);
  auto reply = client.receive();
  EXPECT_EQ(reply.status, example.status);
  EXPECT_TRUE(reply.whole);
  if (example.status == 200) {
    client.send("GET /next HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.receive().status, 200);
  } else {
    EXPECT_EQ(reply.field("Connection"), "close");
    EXPECT_TRUE(client.closed());
  }
}

template <std::size_t count>
void expect_framings(const FramingCase (&examples)[count]) {
  RunningServer server(answer_with_body);
  for (const auto& example : examples) expect_framing(server, example);
}

}  // namespace tapedeck::http
