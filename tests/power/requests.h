// Requests: what clients ask of a session, and what the model says is true from then on.
#pragma once

#include <memory>
#include <string>

#include "power/session.h"

namespace tapedeck::power {

/// A client. What it names (titles, usernames) must be new where it makes something.
class Requests {
 public:
  explicit Requests(Session& session) : session_(session) {}

  // Accounts
  void sign_up(const std::string& username, const std::string& invitation = "");
  std::string invite();
  void set_quota(const std::string& username, ByteCount bytes);
  std::string add_token(const std::string& username);
  void remove_token(const std::string& username, const std::string& text);
  void sign_in(const std::string& username);
  void sign_out_everywhere(const std::string& username);
  void close(const std::string& username);

  // Recordings
  struct Creating {
    std::string owner;
    std::string title;
    std::string bytes;
    bool has_key = false;        // idempotency key: a repeat is known
    bool has_digest = false;     // nothing shows before all came
    std::size_t slow_chunk = 0;  // not 0: it comes so many bytes at a time, a second between them
  };
  void create(const Creating& wanted);
  /// The catalog cannot sync, and takes no more; the program is started again, and the client
  /// repeats.
  void create_over_a_failed_commit(const Creating& wanted);
  void change(const std::string& title, const std::string& note);
  void trash(const std::string& title);
  void restore(const std::string& title);
  void purge(const std::string& title);

  // Uploads. The client remembers the secret and the bytes.
  struct Opening {
    std::string owner;
    std::string title;
    std::string bytes;  // that it is going to send
    bool announces_length = true;
    bool partial = false;
  };
  struct Sending {
    Opening opening;
    std::string secret;
  };
  Sending open(const Opening& wanted);
  /// The bytes to `end`, all at once or in slow chunks. `completes`: nothing comes after them.
  void append(const Sending& sending, std::size_t end, bool completes, std::size_t slow_chunk = 0);
  void terminate(const Sending& sending);
  void concatenate(const std::string& title, const std::vector<Sending>& parts);

 private:
  Held& add(Model& model, const std::string& owner, const std::string& title,
            const std::string& bytes) const;

  Session& session_;
};

}  // namespace tapedeck::power
