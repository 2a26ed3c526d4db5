// ResponseSender: puts a response on the wire, its body as it comes.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "http/body_reader.h"
#include "http/response_head.h"
#include "http/wire.h"
#include "http/workbench.h"

namespace tapedeck::http {

/// Belongs to a connection. For one task at a time.
class ResponseSender {
 public:
  ResponseSender(Workbench& bench, Wire& wire, BodyReader& request_body)
      : bench_(&bench), wire_(&wire), request_body_(&request_body) {}

  struct Sent {
    ByteCount bytes = 0;   // of the body
    bool complete = true;  // false: cut; the connection is of no use any more
  };

  /// Head and body. A body that throws or ends early cuts the answer: no fake end is sent.
  Task<Sent> send(Response& response, ResponseFraming framing);

  /// An informational response; false when the client is gone.
  Task<bool> send_informational(const Response& response);

 private:
  using Parts = std::array<ByteView, 3>;

  std::optional<ByteView> take_body(const Response& response) const;
  Task<bool> send_body(Response& response, const ResponseFraming& framing, Sent& sent);
  Task<bool> send_piece(ByteView piece, const ResponseFraming& framing);
  Task<bool> send_slice(FileSlice slice, const ResponseFraming& framing);
  bool send_file_now(FileSlice& slice);
  Task<bool> send_file(FileSlice slice);
  Task<void> load(FileSlice slice, std::size_t size);
  Task<bool> send_file_through_memory(FileSlice slice);
  Task<std::size_t> read_file(FileSlice slice, BufferPool::Lease& buffer);
  bool write_now(Parts& parts, bool more);
  Task<bool> write(Parts parts, bool more);
  Task<bool> wait_to_send();
  void put_head();
  Task<void> send_head();

  Workbench* bench_;
  Wire* wire_;
  BodyReader* request_body_;
  const Response* head_ = nullptr;  // its head has not been sent yet
  ResponseFraming framing_;
  std::string kept_;  // what of the scratch a wait must not lose
};

}  // namespace tapedeck::http
