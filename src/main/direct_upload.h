// DirectUpload: one recording whose bytes go straight to the server's store (docs/http.md, "Direct
// uploads"). The calls only; who repeats them, and when, is the DirectSender.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/digest.h"
#include "base/json.h"
#include "http/client.h"
#include "main/server_door.h"
#include "main/tus_upload.h"

namespace tapedeck {

/// One part, and where it goes.
struct PartToSend {
  int number = 1;
  ByteRange range;   // of the file
  std::string url;   // of the store
  std::string etag;  // once the store has it
};

struct PartsPage {
  std::vector<PartToSend> parts;
  std::optional<int> next;
  bool is_assembled = false;  // nothing is to be sent any more
};

/// For the tasks of one io_context. Every call throws Error as read_answer does, or with
/// Fault::unavailable when the server cannot be reached; one at a time.
class DirectUpload {
 public:
  explicit DirectUpload(const ServerDoor& door);

  /// From how many bytes on the server wants recordings to be sent this way. Nothing: never, also
  /// of a server that does not know the way.
  Task<std::optional<ByteCount>> find_wanted();
  /// Begins the recording, or finds it again under its client id; gives its first parts.
  Task<PartsPage> create(const UploadDescription& description, ByteCount length);
  Task<PartsPage> list_parts(int from);
  /// The recording; nothing: the server is not yet done with it, ask again.
  Task<std::optional<json::object>> complete(const std::vector<PartToSend>& parts,
                                             const Sha256Digest& sha256);
  /// Takes back what was sent.
  Task<void> terminate();

  bool is_open() const { return !location_.empty(); }
  void forget() { location_.clear(); }
  const std::string& recording_id() const { return recording_id_; }

 private:
  Task<json::object> call(http::ClientRequest& request, const json::object* body);
  PartsPage read_page(const json::object& answer);

  const ServerDoor& door_;
  http::Client client_;
  std::string location_;
  std::string recording_id_;
  int status_ = 0;  // of the last answer
  std::string answered_location_;
};

/// Sends a part to the store; gives its ETag. Throws Error{unavailable} for anything but success.
Task<std::string> put_part(http::Client& store, const std::string& target, ByteSource& body,
                           ByteCount bytes);

/// The origin and the rest of a URL. Throws Error{unavailable} for what is none.
struct SplitUrl {
  http::Origin origin;
  std::string name;    // of the origin, as it was written
  std::string target;  // path and query
};
SplitUrl split_url(const std::string& url);

}  // namespace tapedeck
