// Protocol: a way for a client to send a recording, to be cut off, and to go on.
#pragma once

#include <memory>
#include <string>

#include "stories/door.h"

namespace tapedeck::cuts {

/// One recording's worth of a client, in one protocol. Throws std::runtime_error for an answer that
/// no client could go on from.
class Protocol {
 public:
  virtual ~Protocol() = default;
  /// What comes before the bytes.
  virtual void begin() {}
  /// Sends all the bytes, and is cut off after so many of them.
  virtual void send_and_cut(std::size_t bytes) = 0;
  /// As the client that was cut off goes on: it asks where it is, and sends what is missing. Gives
  /// the offset that it was told first.
  virtual std::size_t resume() = 0;
  /// The recording, once it has all.
  virtual std::string recording_id() = 0;
};

/// What every protocol needs; must outlive it.
struct Client {
  stories::Door& door;
  std::string token;
  const std::string& bytes;
};

using MakeProtocol = std::unique_ptr<Protocol> (*)(const Client& client);

std::unique_ptr<Protocol> make_tus(const Client& client);
/// draft-ietf-httpbis-resumable-upload, interop version 8.
std::unique_ptr<Protocol> make_draft(const Client& client);
/// A plain POST with an Idempotency-Key, sent again as a whole.
std::unique_ptr<Protocol> make_keyed_post(const Client& client);

}  // namespace tapedeck::cuts
