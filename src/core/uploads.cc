#include "core/uploads.h"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "core/concatenated_source.h"
#include "core/description.h"
#include "core/purge.h"
#include "core/token_text.h"

namespace tapedeck {

namespace {

Error no_upload() {
  return {Fault::not_found, "There is no such upload, or it has ended: begin a new one."};
}

/// Throws unless the length that is announced now fits what is known.
void check_length(const Recording& recording, ByteCount length, ByteCount bytes_max) {
  if (recording.length && *recording.length != length) {
    throw Error(Fault::invalid, "The upload's length was announced before, and cannot change.");
  }
  bool is_short = length < recording.size || (length != recording.size && !may_grow(recording));
  if (is_short) throw Error(Fault::invalid, "The upload has more bytes than this length.");
  if (length > bytes_max) throw too_large(bytes_max);
}

/// What is known to go beyond the length is refused before any of it is taken. What goes beyond the
/// limit of a recording is not: as much as fits is kept of that.
void check_room(const Recording& recording, const NewAppend& append) {
  auto length = append.length ? append.length : recording.length;
  if (!length) return;
  auto room = *length - std::min(*length, recording.size);
  if (append.bytes.value_or(0) <= room) return;
  throw Error(Fault::too_large, fmt::format("The recording has room for {} more bytes, not for {}.",
                                            room, *append.bytes));
}

/// A client that did not hear the answer to its last bytes may append nothing once more.
Task<void> expect_nothing(const NewAppend& append) {
  bool is_empty = append.bytes == ByteCount{0};
  if (!append.bytes) {
    auto bytes = co_await append.body->read();
    is_empty = bytes.empty();
  }
  if (!is_empty) throw Error(Fault::too_large, "The recording is complete: nothing can follow.");
}

}  // namespace

Uploads::Uploads(Catalog& catalog, Blobs& blobs, Env& env, Live& live, Accounts& accounts,
                 Recordings& recordings, Options options)
    : catalog_(catalog),
      blobs_(blobs),
      env_(env),
      live_(live),
      accounts_(accounts),
      recordings_(recordings),
      options_(options) {}

// ---- who ---------------------------------------------------------------------------------------

Task<Uploads::Admitted> Uploads::admit(std::string_view secret,
                                       std::optional<std::string_view> bearer) {
  if (!secret.starts_with(upload_prefix) || !is_well_formed_token(secret)) throw no_upload();
  auto upload = co_await catalog_.find_upload(secret_hash_of(secret));
  if (!upload) throw no_upload();
  Admitted admitted;
  admitted.upload = std::move(*upload);
  if (admitted.upload.token) {
    auto maker = co_await catalog_.find_credential(*admitted.upload.token);
    if (!maker || !accounts_.works(*maker, options_.token_grace)) throw no_upload();
    admitted.limits = maker->token.limits;
    admitted.has_quota = maker->account.quota_bytes.has_value();
  } else {
    auto account = co_await catalog_.find_account(admitted.upload.account);
    if (!account || account->state != AccountState::active) throw no_upload();
    admitted.has_quota = account->quota_bytes.has_value();
  }
  if (!bearer) co_return admitted;
  if (!is_well_formed_token(*bearer)) throw no_upload();
  auto bearer_hash = secret_hash_of(*bearer);
  if (admitted.upload.token == bearer_hash) co_return admitted;  // it was looked at above
  auto sender = co_await catalog_.find_credential(bearer_hash);
  if (!sender || sender->account.id != admitted.upload.account ||
      !accounts_.works(*sender, options_.token_grace)) {
    throw no_upload();
  }
  co_return admitted;
}

/// The recording as it is now, if the upload may still go on.
Task<OpenUpload> Uploads::look(const Admitted& admitted) {
  const auto& upload = admitted.upload;
  auto recording = co_await catalog_.find_recording(upload.account, upload.recording);
  if (!recording || recording->trashed_at) throw no_upload();
  OpenUpload open;
  open.expires_at = recording->last_append_at + options_.resumable_time;
  if (open.expires_at <= env_.now()) throw no_upload();
  open.upload = upload;
  open.recording = std::move(*recording);
  open.bytes_max = live_.bytes_max(admitted.limits);
  open.limits = admitted.limits;
  co_return open;
}

Task<OpenUpload> Uploads::find(std::string_view secret, std::optional<std::string_view> bearer) {
  auto admitted = co_await admit(secret, bearer);
  co_return co_await look(admitted);
}

Task<OpenUpload> Uploads::settle(std::string_view secret, std::optional<std::string_view> bearer) {
  auto admitted = co_await admit(secret, bearer);
  auto turn = co_await live_.take_turn(admitted.upload.recording, nullptr);
  co_return co_await look(admitted);
}

// ---- beginning ---------------------------------------------------------------------------------

Recording Uploads::new_recording(const Caller& caller, const NewUpload& wanted) {
  Recording recording;
  auto now = env_.now();
  recording.account = caller.account;
  recording.id = RecordingId::make(env_);
  recording.maker = caller.token;
  recording.description = clean_description(wanted.description, now);
  recording.partial = wanted.partial;
  recording.created_at = recording.last_append_at = recording.changed_at = now;
  return recording;
}

Task<OpenUpload> Uploads::open(const Caller& caller, NewUpload wanted) {
  require(caller, Scope::capture);
  auto bytes_max = live_.bytes_max(caller.limits);
  if (wanted.length && *wanted.length > bytes_max) throw too_large(bytes_max);
  auto recording = new_recording(caller, wanted);
  auto claimed = co_await recordings_.claim(caller.account, wanted.idempotency_key,
                                            recording.description, recording.id);
  if (claimed.existing) {
    co_return co_await open_again(caller, std::move(wanted), std::move(*claimed.existing));
  }
  recording.id = claimed.id;
  auto quota = co_await live_.check_room(caller, wanted.length);
  recording.length = wanted.length;
  if (wanted.length == ByteCount{0}) {
    recording.state = RecordingState::ready;
    recording.sha256 = Sha256().finish();
  } else {
    recording.hash_state = Sha256().save();
  }
  if (quota) {
    auto most = std::min(*quota, wanted.whole_reserved ? *quota : live_.options().reserved_step);
    recording.reserved_bytes = std::min(wanted.length.value_or(most), most);
  }
  Due due{recording.created_at + live_.options().finish_after, DueKind::finish, recording.account,
          recording.id};
  auto limits = live_.live_limits(caller.limits);
  auto result = co_await catalog_.add_recording(recording, due, limits);
  if (result.outcome != AddRecording::added) throw_refusal(result, live_.options().live_max);
  if (recordings_.options().on_create) recordings_.options().on_create();
  co_return co_await add_upload(caller, std::move(wanted), std::move(recording));
}

/// Another URL for the recording that the key was used for.
Task<OpenUpload> Uploads::open_again(const Caller& caller, NewUpload wanted, Recording existing) {
  auto length = length_of(existing);
  if (wanted.length && length && *wanted.length != *length) throw key_reused();
  auto open = co_await add_upload(caller, std::move(wanted), std::move(existing));
  open.replayed = true;
  co_return open;
}

Task<OpenUpload> Uploads::add_upload(const Caller& caller, NewUpload wanted, Recording recording) {
  OpenUpload open;
  open.secret = make_token_text(upload_prefix, env_);
  auto& upload = open.upload;
  upload.secret_hash = secret_hash_of(open.secret);
  upload.account = caller.account;
  upload.recording = recording.id;
  upload.token = caller.secret_hash;
  upload.metadata = std::move(wanted.metadata);
  upload.concatenation = std::move(wanted.concatenation);
  upload.created_at = env_.now();
  co_await catalog_.add_upload(upload);
  open.recording = std::move(recording);
  open.expires_at = open.recording.last_append_at + options_.resumable_time;
  open.bytes_max = live_.bytes_max(caller.limits);
  open.limits = caller.limits;
  co_return open;
}

// ---- appending ---------------------------------------------------------------------------------

Task<OpenUpload> Uploads::append(std::string_view secret, std::optional<std::string_view> bearer,
                                 NewAppend append) {
  auto admitted = co_await admit(secret, bearer);
  auto turn = co_await live_.take_turn(admitted.upload.recording, append.body);
  auto open = co_await look(admitted);
  if (is_final(admitted.upload)) {
    throw Error(Fault::forbidden, "A final upload is what its parts are: nothing can be appended.");
  }
  auto& recording = open.recording;
  if (append.from != recording.size) {
    Error error(Fault::conflict, "The upload's offset is another one: go on from there.");
    error.offset = recording.size;
    throw error;
  }
  if (append.length) check_length(recording, *append.length, open.bytes_max);
  if (!may_grow(recording)) {
    co_await expect_nothing(append);
    co_return open;
  }
  check_room(recording, append);
  co_await live_.take_over(recording);
  auto intake = intake_of(admitted, append);
  co_await take(open, intake, *turn, append.ends_beyond_length);
  open.expires_at = recording.last_append_at + options_.resumable_time;
  co_return open;
}

/// Live::take. A recording that got more than it was announced to have keeps what it has, but the
/// draft asks that nothing follows.
Task<void> Uploads::take(OpenUpload& open, const Intake& intake, const Turns::Turn& turn,
                         bool ends_beyond_length) {
  std::exception_ptr thrown;
  try {
    co_await live_.take(open.recording, true, intake, turn);
  } catch (const Error& error) {
    bool ends_beyond = ends_beyond_length && open.recording.length;
    if (!ends_beyond || error.fault() != Fault::too_large) throw;
    thrown = std::current_exception();
  }
  if (!thrown) co_return;
  co_await catalog_.remove_upload(open.upload.secret_hash);
  std::rethrow_exception(thrown);
}

Intake Uploads::intake_of(const Admitted& admitted, const NewAppend& append) {
  Intake intake;
  intake.body = append.body;
  intake.bytes = append.bytes;
  intake.length = append.length;
  intake.whole = append.whole;
  if (append.digest) intake.digests.push_back(*append.digest);
  intake.completes = append.completes;
  intake.completes_at_length = append.completes_at_length;
  intake.token = admitted.upload.token;
  intake.limits = admitted.limits;
  intake.has_quota = admitted.has_quota;
  intake.on_durable = append.on_durable;
  return intake;
}

// ---- ending ------------------------------------------------------------------------------------

Task<void> Uploads::terminate(std::string_view secret, std::optional<std::string_view> bearer) {
  auto admitted = co_await admit(secret, bearer);
  auto turn = co_await live_.take_turn(admitted.upload.recording, nullptr);
  auto open = co_await look(admitted);
  const auto& recording = open.recording;
  auto account = recording.account;
  bool is_live = recording.state == RecordingState::recording;
  if (recording.partial || (is_live && recording.size == 0)) {
    co_await remove_recording(catalog_, blobs_, recording, env_.now());
  } else if (is_live) {
    co_await recordings_.trash(account, recording.id);
  }
  co_await catalog_.remove_upload(admitted.upload.secret_hash);
}

// ---- concatenation -----------------------------------------------------------------------------

Task<Recording> Uploads::find_part(const Caller& caller, const std::string& secret) {
  auto admitted = co_await admit(secret, std::nullopt);
  if (admitted.upload.account != caller.account) throw no_upload();
  auto open = co_await look(admitted);
  if (!open.recording.partial) throw no_upload();
  if (may_grow(open.recording)) {
    throw Error(Fault::conflict, "A part of the concatenation is not complete yet.");
  }
  co_return std::move(open.recording);
}

Task<OpenUpload> Uploads::concatenate(const Caller& caller, NewUpload wanted,
                                      const std::vector<std::string>& secrets) {
  require(caller, Scope::capture);
  std::vector<Recording> parts;
  ByteCount bytes = 0;
  for (const auto& secret : secrets) {
    auto part = co_await find_part(caller, secret);
    bytes += part.size;
    parts.push_back(std::move(part));
  }
  if (bytes == 0) throw no_bytes();
  ConcatenatedSource body(catalog_, blobs_, std::move(parts));
  Incoming incoming;
  incoming.body = &body;
  incoming.bytes = bytes;
  incoming.hidden = true;
  incoming.idempotency_key = wanted.idempotency_key;
  auto created = co_await recordings_.create(caller, wanted.description, incoming);
  auto open = co_await add_upload(caller, std::move(wanted), std::move(created->recording));
  open.replayed = created->replayed;
  co_return open;
}

}  // namespace tapedeck
