// TusUpload: one recording's upload as the server knows it, over tus 1.0.0 (docs/http.md). The
// calls only; who repeats them, and when, is the Sender.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/json.h"
#include "http/client.h"
#include "main/server_door.h"

namespace tapedeck {

/// What is said about a recording when it is begun. Empty texts are not sent.
struct UploadDescription {
  std::string client_id;  // the same again finds the recording that was begun with it
  std::string title;
  std::string note;
  std::vector<std::string> tags;
  std::string recorded_at;  // RFC 3339
  std::string file_name;
};

/// The value of Upload-Metadata. Pure.
std::string upload_metadata(const UploadDescription& description);

/// For the tasks of one io_context. Every call throws Error as read_answer does, or with
/// Fault::unavailable when the server cannot be reached; one at a time.
class TusUpload {
 public:
  explicit TusUpload(const ServerDoor& door);

  /// Begins the recording, or finds it again under its client id; without a length, the last
  /// append names it.
  Task<void> create(const UploadDescription& description, std::optional<ByteCount> length);
  /// Asks where the bytes end; an append that is still under way ends by that.
  Task<void> find_offset();
  /// Sends `bytes` of the body from offset() on. With a length the recording is complete when it
  /// has so many. What it throws leaves offset() as it was; the server may have more.
  Task<void> append(ByteSource& body, ByteCount bytes, std::optional<ByteCount> length);
  /// Takes back what was sent; the recording goes to the trash.
  Task<void> terminate();
  /// The recording as the server shows it; nothing when the token may not read.
  Task<std::optional<json::object>> find_recording();

  /// create() must come before anything else.
  bool is_open() const { return !location_.empty(); }
  /// The upload's URL is of no use any more.
  void forget() { location_.clear(); }

  ByteCount offset() const { return offset_; }
  /// The most that the server takes in one append(), as it last said; nothing: it named no limit.
  std::optional<ByteCount> append_bytes_max() const { return append_bytes_max_; }
  void set_offset(ByteCount offset) { offset_ = offset; }
  const std::string& recording_id() const { return recording_id_; }

 private:
  http::ClientRequest make_request(std::string method, std::string target) const;
  Task<http::Response> call(http::ClientRequest& request);

  const ServerDoor& door_;
  http::Client client_;
  std::string location_;  // path and query
  std::string recording_id_;
  ByteCount offset_ = 0;
  std::optional<ByteCount> append_bytes_max_;
};

}  // namespace tapedeck
