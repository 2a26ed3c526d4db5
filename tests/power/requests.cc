#include "power/requests.h"

#include <algorithm>
#include <optional>

#include "core/slow_source.h"
#include "core/token_text.h"

namespace tapedeck::power {

namespace {

using Repeat = Session::Repeat;

constexpr const char* password = "correct horse";

std::unique_ptr<ByteSource> make_body(Product& product, const std::string& bytes,
                                      std::size_t slow_chunk) {
  if (slow_chunk == 0) return std::make_unique<MemorySource>(bytes, 1'500);
  return std::make_unique<SlowSource>(bytes, slow_chunk, product.env);
}

/// A repeat may find that it was done already: these are then no failures.
template <class Callable>
void unless(Fault expected, Callable callable) {
  try {
    callable();
  } catch (const Error& error) {
    if (error.fault() != expected) throw;
  }
}

Recording find_by_title(Product& product, const std::string& owner, const std::string& title) {
  for (auto& recording : product.list_recordings(product.caller(owner).account)) {
    if (recording.description.title == title) return std::move(recording);
  }
  throw Error(Fault::not_found, "there is no recording " + title);
}

Told create_once(Product& product, const Requests::Creating& wanted) {
  auto body = make_body(product, wanted.bytes, wanted.slow_chunk);
  Incoming incoming;
  incoming.body = body.get();
  if (wanted.slow_chunk == 0) incoming.bytes = wanted.bytes.size();
  if (wanted.has_key) incoming.idempotency_key = wanted.title;
  if (wanted.has_digest) {
    auto digest = sha256_of(wanted.bytes);
    incoming.digests.emplace_back(DigestAlgorithm::sha256, view_of(digest));
  }
  Description description;
  description.title = wanted.title;
  auto caller = product.caller(wanted.owner);
  auto created = run_task(product.recordings.create(caller, description, incoming));
  return Told{.recording = created->recording};
}

NewUpload new_upload(const Requests::Opening& wanted) {
  NewUpload upload;
  upload.description.title = wanted.title;
  upload.idempotency_key = wanted.title;
  upload.partial = wanted.partial;
  if (wanted.announces_length) upload.length = wanted.bytes.size();
  return upload;
}

}  // namespace

Held& Requests::add(Model& model, const std::string& owner, const std::string& title,
                    const std::string& bytes) const {
  auto& held = model.recordings[title];
  held.owner = owner;
  held.bytes = bytes;
  return held;
}

// ---- accounts ----------------------------------------------------------------------------------

void Requests::sign_up(const std::string& username, const std::string& invitation) {
  auto change = [=](Model& model) {
    model.accounts[username] = Standing::open;
    if (!invitation.empty()) model.invitations[invitation] = false;
  };
  auto act = [=](Product& product) {
    auto made = run_task(product.accounts.sign_up(username, password, invitation));
    return Told{.token = made.second.text};
  };
  session_.perform("sign up", username, change, act, Repeat::no);
}

std::string Requests::invite() {
  auto act = [](Product& product) {
    return Told{.invitation = run_task(product.accounts.invite(false))};
  };
  return session_.perform("invite", "", [](Model&) {}, act, Repeat::no).invitation;
}

void Requests::set_quota(const std::string& username, ByteCount bytes) {
  auto act = [=](Product& product) {
    AccountPatch patch;
    patch.quota_bytes = bytes;
    auto id = product.caller(username).account;
    run_task(product.catalog.change_account(id, patch));
    return Told();
  };
  session_.perform("quota", username, [](Model&) {}, act, Repeat::yes);
}

std::string Requests::add_token(const std::string& username) {
  auto act = [=](Product& product) {
    NewToken wanted;
    wanted.name = "phone";
    wanted.scopes.add(Scope::capture);
    auto issued = run_task(product.accounts.add_token(product.caller(username), wanted));
    return Told{.token = issued.text};
  };
  return session_.perform("token", username, [](Model&) {}, act, Repeat::no).token;
}

void Requests::remove_token(const std::string& username, const std::string& text) {
  auto change = [=](Model& model) { model.tokens[text].is_valid = false; };
  auto act = [=](Product& product) {
    auto credential = run_task(product.catalog.find_credential(sha256_of(text)));
    if (credential) {
      run_task(product.accounts.remove_token(credential->account.id, credential->token.id));
    }
    return Told();
  };
  session_.perform("revoke", username, change, act, Repeat::yes);
}

void Requests::sign_in(const std::string& username) {
  auto act = [username](Product& product) {
    return Told{.token = run_task(product.accounts.sign_in(username, password)).second.text};
  };
  session_.perform("sign in", username, [](Model&) {}, act, Repeat::no);
}

void Requests::sign_out_everywhere(const std::string& username) {
  auto change = [=](Model& model) {
    for (auto& [text, token] : model.tokens) {
      bool is_session = token.owner == username && text.starts_with(session_prefix);
      if (is_session) token.is_valid = false;
    }
  };
  auto act = [=](Product& product) {
    run_task(product.accounts.sign_out_everywhere(product.caller(username).account));
    return Told();
  };
  session_.perform("sign out", username, change, act, Repeat::yes);
}

void Requests::close(const std::string& username) {
  auto change = [=](Model& model) { model.accounts[username] = Standing::closing; };
  auto act = [=](Product& product) {
    run_task(product.accounts.close(product.caller(username).account));
    return Told();
  };
  session_.perform("close", username, change, act, Repeat::yes);
}

// ---- recordings --------------------------------------------------------------------------------

void Requests::create(const Creating& wanted) {
  auto change = [=, this](Model& model) {
    add(model, wanted.owner, wanted.title, wanted.bytes).hidden = wanted.has_digest;
  };
  auto act = [=](Product& product) { return create_once(product, wanted); };
  auto kind = wanted.has_digest ? "create, hidden" : wanted.has_key ? "create, keyed" : "create";
  session_.perform(kind, wanted.title, change, act, wanted.has_key ? Repeat::yes : Repeat::no);
}

void Requests::create_over_a_failed_commit(const Creating& wanted) {
  auto change = [=, this](Model& model) { add(model, wanted.owner, wanted.title, wanted.bytes); };
  auto act = [=, this](Product& product) {
    session_.disk().fail_next_sync(data_folder + "/tapedeck.db-wal");
    unless(Fault::unavailable, [&] { create_once(product, wanted); });
    return create_once(session_.start_again(), wanted);
  };
  auto repeat = [=](Product& product) { create_once(product, wanted); };
  session_.perform("create, commit failed", wanted.title, change, act, repeat);
}

void Requests::change(const std::string& title, const std::string& note) {
  auto owner = session_.model().find(title)->owner;
  auto change = [=](Model& model) { model.recordings.at(title).note = note; };
  auto act = [=](Product& product) {
    auto recording = find_by_title(product, owner, title);
    RecordingPatch patch;
    patch.note = note;
    return Told{run_task(product.recordings.change(recording.account, recording.id, patch, {}))};
  };
  session_.perform("patch", title, change, act, Repeat::yes);
}

void Requests::trash(const std::string& title) {
  auto owner = session_.model().find(title)->owner;
  auto change = [=](Model& model) { model.recordings.at(title).form = Form::trashed; };
  auto act = [=](Product& product) {
    auto recording = find_by_title(product, owner, title);
    return Told{run_task(product.recordings.trash(recording.account, recording.id))};
  };
  session_.perform("trash", title, change, act, Repeat::yes);
}

void Requests::restore(const std::string& title) {
  auto owner = session_.model().find(title)->owner;
  auto change = [=](Model& model) { model.recordings.at(title).form = Form::complete; };
  auto act = [=](Product& product) {
    auto recording = find_by_title(product, owner, title);
    return Told{run_task(product.recordings.restore(recording.account, recording.id))};
  };
  session_.perform("restore", title, change, act, Repeat::yes);
}

void Requests::purge(const std::string& title) {
  auto owner = session_.model().find(title)->owner;
  auto change = [=](Model& model) { model.recordings.at(title).form = Form::purged; };
  auto act = [=](Product& product) {
    unless(Fault::not_found, [&] {
      auto recording = find_by_title(product, owner, title);
      run_task(product.recordings.purge(recording.account, recording.id));
    });
    return Told();
  };
  session_.perform("purge", title, change, act, Repeat::yes);
}

// ---- uploads -----------------------------------------------------------------------------------

Requests::Sending Requests::open(const Opening& wanted) {
  auto change = [=, this](Model& model) {
    auto& held = add(model, wanted.owner, wanted.title, "");
    held.form = Form::live;
    held.partial = wanted.partial;
  };
  auto act = [=](Product& product) {
    auto caller = product.caller(wanted.owner);
    auto open = run_task(product.uploads.open(caller, new_upload(wanted)));
    return Told{.recording = open.recording, .upload_secret = open.secret};
  };
  auto told = session_.perform("upload", wanted.title, change, act, Repeat::yes);
  return {wanted, told.upload_secret};
}

/// Goes on from where the product says that it is, as a client does.
void Requests::append(const Sending& sending, std::size_t end, bool completes,
                      std::size_t slow_chunk) {
  auto wanted = sending.opening;
  auto change = [=](Model& model) {
    auto& held = model.recordings.at(wanted.title);
    held.bytes = wanted.bytes.substr(0, end);
    held.form = completes ? Form::complete : Form::live;
  };
  auto secret = sending.secret;
  auto act = [=](Product& product) {
    auto open = run_task(product.uploads.settle(secret, std::nullopt));
    auto from = open.recording.size;
    bool is_done = from >= end && (!completes || !may_grow(open.recording));
    if (is_done) return Told{open.recording};
    auto body = make_body(product, wanted.bytes.substr(from, end - from), slow_chunk);
    NewAppend append;
    append.from = from;
    append.body = body.get();
    append.completes = completes;
    return Told{run_task(product.uploads.append(secret, std::nullopt, append)).recording};
  };
  session_.perform("append", wanted.title, change, act, Repeat::yes);
}

void Requests::terminate(const Sending& sending) {
  auto title = sending.opening.title;
  auto owner = sending.opening.owner;
  auto change = [=](Model& model) {
    auto& held = model.recordings.at(title);
    held.form = held.bytes.empty() || held.partial ? Form::purged : Form::trashed;
  };
  auto secret = sending.secret;
  auto act = [=](Product& product) {
    unless(Fault::not_found, [&] { run_task(product.uploads.terminate(secret, std::nullopt)); });
    Told told;
    unless(Fault::not_found, [&] { told.recording = find_by_title(product, owner, title); });
    return told;
  };
  session_.perform("terminate", title, change, act, Repeat::no);
}

void Requests::concatenate(const std::string& title, const std::vector<Sending>& parts) {
  const auto owner = parts.front().opening.owner;
  std::string bytes;
  std::vector<std::string> secrets;
  for (const auto& part : parts) {
    bytes += part.opening.bytes;
    secrets.push_back(part.secret);
  }
  auto change = [=, this](Model& model) { add(model, owner, title, bytes).hidden = true; };
  auto act = [=](Product& product) {
    NewUpload wanted;
    wanted.description.title = title;
    wanted.idempotency_key = title;
    auto caller = product.caller(owner);
    return Told{run_task(product.uploads.concatenate(caller, wanted, secrets)).recording};
  };
  session_.perform("concatenate", title, change, act, Repeat::yes);
}

}  // namespace tapedeck::power
