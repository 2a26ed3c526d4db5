// Client: somebody with an app, who asks one of the servers, tries again when that fails, and
// remembers what was answered.
#pragma once

#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "simulator/model.h"
#include "simulator/stage.h"

namespace tapedeck::simulator {

/// What all clients of a simulation share.
struct World {
  Stage& stage;
  Model& model;
  std::mt19937_64& dice;  // what clients do
  int tries_max = 4;      // of one request
  std::uint64_t requests = 0;
};

/// What comes of a request in the end.
enum class Heard {
  done,
  uncertain,  // no answer: it may have been done, or may yet be
  refused,    // for a reason that the client can understand
};

/// Acts for one account, one request after the other. Titles and usernames must be new where it
/// makes something; a second client may do the same at the same time, for it is the same app on
/// two phones. What an answer says and cannot be true goes to the model's findings.
class Client {
 public:
  Client(World& world, std::string username) : world_(world), username_(std::move(username)) {}

  // Accounts: client_accounts.cc
  Task<Heard> sign_up();
  /// Also when a sign-up may or may not have come to be. Refused: there is no such account.
  Task<Heard> sign_in();
  Task<Heard> set_quota(ByteCount bytes);
  /// Gives its text; empty: uncertain.
  Task<std::string> add_token();
  Task<Heard> remove_token(std::string text);
  Task<Heard> close();

  // Recordings
  struct Creating {
    std::string title;
    std::string bytes;
    bool hidden = false;         // sent with its digest
    std::size_t slow_chunk = 0;  // not 0: it comes so many bytes at a time, with rests
  };
  Task<Heard> create(Creating wanted);
  Task<Heard> change(std::string title, std::string note);
  Task<Heard> trash(std::string title);
  Task<Heard> restore(std::string title);
  Task<Heard> purge(std::string title);
  /// Reads what there is, and compares.
  Task<Heard> play(std::string title);
  /// Nobody else's is in the list.
  Task<Heard> list();

  // Uploads: client_uploads.cc
  struct Sending {
    std::string title;
    std::string bytes;
    std::size_t pieces = 1;
    bool announces_length = true;
    bool partial = false;
    std::size_t given_up_after = 0;  // pieces; 0: it is sent to its end
    std::size_t slow_chunk = 0;
  };
  /// Begins it, and appends piece by piece, going on from where it is after each failure. Gives
  /// what came of the last request.
  Task<Heard> send(Sending wanted);
  /// What was begun with send(), from that piece on.
  Task<Heard> send_on(Sending wanted, std::size_t first_piece);
  Task<Heard> terminate(std::string title);
  Task<Heard> concatenate(std::string title, std::vector<std::string> parts);

 private:
  std::set<std::string> list_what_must_be_there() const;

  struct Answer {
    Heard heard = Heard::done;
    std::optional<Error> error;  // refused, and why
    int tries = 1;
  };
  using Act = Stage::Act;

  /// One request, tried again for as long as it is uncertain, by any server.
  Task<Answer> request(Act act);
  Task<Answer> try_once(Act act);
  Task<void> rest();
  /// A refusal that nothing explains is a finding.
  Heard expect(const std::string& what, const Answer& answer,
               std::initializer_list<Fault> explained = {});
  /// Who the client is, by its token. Throws unauthenticated.
  Task<Caller> identify(Server& server) const;

  Held& hold(const std::string& title, const std::string& bytes);
  void note_id(const std::string& title, const Recording& seen);
  /// Asks for a change of what is known by its id, and notes what became of it.
  Task<Heard> turn(std::string title, Form form, Act act);
  std::unique_ptr<ByteSource> make_body(Server& server, std::string bytes,
                                        std::size_t slow_chunk) const;

  Task<Heard> open(const Sending& wanted);
  Task<Heard> append(const Sending& wanted, std::size_t end, ByteCount& offset);
  /// What a server says of the offset, `acked` being what was durable before it was asked.
  void note_offset(const std::string& title, ByteCount acked, ByteCount offset);

  World& world_;
  const std::string username_;
  std::map<std::string, std::string> secrets_;  // of uploads, by title
};

}  // namespace tapedeck::simulator
