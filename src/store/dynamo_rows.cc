#include "store/dynamo_rows.h"

#include "store/dynamo_keys.h"
#include "store/segment_codec.h"

namespace tapedeck {

namespace {

// Stored. Do not change. Several, so that recordings seldom get in each other's way.
constexpr const char* spent_prefix = "spent_";
constexpr int spent_names = 16;

template <class Enum>
Enum read_enum(const DynamoItem& item, std::string_view name, Enum last) {
  auto number = item.count(name);
  if (number < 1 || number > static_cast<std::uint64_t>(last)) {
    throw Error(Fault::unavailable, "the catalog is damaged: it holds a state without a meaning");
  }
  return static_cast<Enum>(number);
}

template <class Enum>
void set_enum(DynamoItem& item, std::string_view name, Enum value) {
  item.set_count(name, static_cast<std::uint64_t>(value));
}

/// The ids in a key of the account's partition.
template <class Id>
Id id_in(const std::string& key) {
  auto id = key.size() > 2 ? Id::parse(std::string_view(key).substr(2)) : std::nullopt;
  if (!id) throw Error(Fault::unavailable, "the catalog is damaged: a key '" + key + "' has no id");
  return *id;
}

DynamoItem to_item(const Description& description) {
  DynamoItem item;
  item.set_text("title", description.title);
  item.set_text("note", description.note);
  item.set_texts("tags", description.tags);
  item.set_text("file_name", description.file_name);
  item.set_text("content_type", description.content_type);
  item.set_text("client_id", description.client_id);
  return item;
}

Description read_description(const DynamoItem& item) {
  Description description;
  description.title = item.text("title");
  description.note = item.text("note");
  description.tags = item.texts("tags");
  description.file_name = item.text("file_name");
  description.content_type = item.text("content_type");
  description.client_id = item.text("client_id");
  return description;
}

DynamoHold read_hold(std::string_view recording, const DynamoItem& item) {
  auto id = RecordingId::parse(recording);
  if (!id) throw Error(Fault::unavailable, "the catalog is damaged: a hold has no recording");
  DynamoHold hold;
  hold.recording = *id;
  hold.counted = item.count("n");
  hold.base = item.count("b");
  hold.founding = item.text("f");
  hold.touch = item.text("k");
  hold.live = item.flag("live");
  if (item.has("maker")) hold.maker = item.id<TokenId>("maker");
  hold.since = item.time("since");
  return hold;
}

}  // namespace

DynamoItem to_item(const DynamoHold& hold) {
  DynamoItem item;
  item.set_count("n", hold.counted);
  item.set_count("b", hold.base);
  item.set_text("f", hold.founding);
  item.set_text("k", hold.touch);
  item.set_flag("live", hold.live);
  if (hold.maker) item.set_text("maker", hold.maker->text());
  item.set_time("since", hold.since);
  return item;
}

std::string spent_name(RecordingId recording) {
  auto last = recording.value.bytes.back();
  return spent_prefix + std::to_string(last % spent_names);
}

const DynamoHold* DynamoAccount::find_hold(RecordingId id) const {
  for (const auto& hold : holds) {
    if (hold.recording == id) return &hold;
  }
  return nullptr;
}

DynamoItem to_item(const DynamoAccount& row) {
  const auto& account = row.account;
  DynamoItem item(account_key(account.id));
  item.set_text("username", account.username);
  item.set_text("password_hash", account.password_hash);
  set_enum(item, "state", account.state);
  item.set_flag("admin", account.admin);
  item.set_time("created_at", account.created_at);
  item.set_count("session_epoch", account.session_epoch);
  if (account.quota_bytes) item.set_count("quota_bytes", *account.quota_bytes);
  item.set_count("taken", account.used_bytes);
  DynamoItem holds;
  for (const auto& hold : row.holds) holds.set_item(hold.recording.text(), to_item(hold));
  item.set_item("holds", holds);
  if (row.identity) {
    item.set_text("issuer", row.identity->issuer);
    item.set_text("subject", row.identity->subject);
  }
  return item;
}

std::optional<DynamoAccount> read_account(const DynamoItem& item) {
  if (item.flag("gone")) return std::nullopt;
  DynamoAccount row;
  auto& account = row.account;
  account.id = id_in<AccountId>(item.key().pk);
  account.username = item.text("username");
  account.password_hash = item.text("password_hash");
  account.state = read_enum(item, "state", AccountState::closing);
  account.admin = item.flag("admin");
  account.created_at = item.time("created_at");
  account.session_epoch = static_cast<std::uint32_t>(item.count("session_epoch"));
  account.quota_bytes = item.find_count("quota_bytes");
  account.used_bytes = item.count("taken");
  if (item.has("issuer") || item.has("subject")) {
    row.identity = Identity{item.text("issuer"), item.text("subject")};
  }
  row.rev = item.text("rev");
  row.live_rev = item.text("live_rev");
  for (const auto& [name, value] : item.wire()) {
    if (name.starts_with(spent_prefix)) row.spent.set_text(name, item.text(name));
  }
  row.leaving = item.flag("leaving");
  auto holds = item.item("holds");
  for (const auto& [id, value] : holds.wire()) row.holds.push_back(read_hold(id, holds.item(id)));
  return row;
}

DynamoItem to_item(const DynamoRecording& row) {
  const auto& recording = row.recording;
  DynamoItem item(recording_key(recording.account, recording.id));
  item.set_text("rev", row.rev);
  item.set_texts("past_revs", row.past_revs);
  item.set_text("hold", row.hold);
  if (row.is_open()) item.set_count("held", row.held);
  item.set_text("generation", row.generation);
  item.set_flag("partial", recording.partial);
  item.set_time("changed_at", recording.changed_at);
  if (!recording.partial) item.set_text("C", changed_key(recording.changed_at, recording.id));
  item.set_flag("gone", row.gone);
  if (row.gone) return item;

  auto recorded_at = recording.description.recorded_at;
  auto prefix = listed_prefix(recording.partial, recording.trashed_at.has_value());
  item.set_text("L", listed_key(prefix, recorded_at, recording.id.text()));
  item.set_item("description", to_item(recording.description));
  item.set_text("sniffed_type", recording.sniffed_type);
  item.set_time("recorded_at", recorded_at);
  item.set_time("created_at", recording.created_at);
  set_enum(item, "state", recording.state);
  item.set_flag("recovered", recording.recovered);
  if (recording.maker) item.set_text("maker", recording.maker->text());
  if (recording.trashed_at) item.set_time("trashed_at", *recording.trashed_at);
  item.set_count("version", recording.version);
  if (recording.sha256) item.set_digest("sha256", *recording.sha256);

  item.set_count("offset", recording.size);
  item.set_time("appended_at", recording.last_append_at);
  if (recording.state != RecordingState::recording) {
    item.set_count("size", recording.size);
    item.set_time("last_append_at", recording.last_append_at);
  }
  if (recording.length) item.set_count("length", *recording.length);
  item.set_count("reserved_bytes", recording.reserved_bytes);
  item.set_bytes("hash_state", recording.hash_state);
  item.set_text("direct", recording.direct);
  item.set_text("batch", row.batch);
  item.set_bytes("tail", encode_segments(recording.tail));
  return item;
}

DynamoRecording read_listed(const DynamoItem& item) {
  DynamoRecording row;
  auto& recording = row.recording;
  auto key = item.key();
  recording.account = id_in<AccountId>(key.pk);
  recording.id = id_in<RecordingId>(key.sk);
  recording.partial = item.flag("partial");
  recording.changed_at = item.time("changed_at");
  row.gone = item.flag("gone");
  if (row.gone) return row;

  recording.description = read_description(item.item("description"));
  recording.description.recorded_at = item.time("recorded_at");
  recording.sniffed_type = item.text("sniffed_type");
  recording.created_at = item.time("created_at");
  recording.state = read_enum(item, "state", RecordingState::failed);
  recording.recovered = item.flag("recovered");
  if (item.has("maker")) recording.maker = item.id<TokenId>("maker");
  recording.trashed_at = item.find_time("trashed_at");
  recording.version = item.count("version");
  if (item.has("sha256")) recording.sha256 = item.digest("sha256");
  recording.size = item.find_count("size").value_or(0);
  recording.last_append_at = item.find_time("last_append_at").value_or(recording.created_at);
  return row;
}

DynamoRecording read_recording(const DynamoItem& item) {
  auto row = read_listed(item);
  row.rev = item.text("rev");
  row.past_revs = item.texts("past_revs");
  row.hold = item.text("hold");
  row.held = item.find_count("held").value_or(0);
  row.generation = item.text("generation");
  if (row.gone) return row;
  auto& recording = row.recording;
  recording.size = item.count("offset");
  recording.last_append_at = item.time("appended_at");
  recording.length = item.find_count("length");
  recording.reserved_bytes = item.count("reserved_bytes");
  recording.hash_state = item.bytes("hash_state");
  recording.direct = item.text("direct");
  row.batch = item.text("batch");
  recording.tail = decode_segments(item.bytes("tail"));
  return row;
}

DynamoItem to_item(const Token& token) {
  DynamoItem item(token_key(token.secret_hash));
  item.set_text("id", token.id.text());
  item.set_text("account", token.account.text());
  set_enum(item, "kind", token.kind);
  item.set_digest("secret_hash", token.secret_hash);
  item.set_text("name", token.name);
  item.set_count("scopes", token.scopes.bits);
  item.set_count("session_epoch", token.session_epoch);
  item.set_time("created_at", token.created_at);
  if (token.expires_at) item.set_time("expires_at", *token.expires_at);
  item.set_time("last_used_at", token.last_used_at);
  const auto& limits = token.limits;
  if (limits.recording_bytes_max)
    item.set_count("recording_bytes_max", *limits.recording_bytes_max);
  if (limits.recording_time_max) {
    item.set_number("recording_time_max", limits.recording_time_max->count());
  }
  if (limits.live_max) item.set_count("live_max", *limits.live_max);
  return item;
}

Token read_token(const DynamoItem& item) {
  Token token;
  token.id = item.id<TokenId>("id");
  token.account = item.id<AccountId>("account");
  token.kind = read_enum(item, "kind", TokenKind::original);
  token.secret_hash = item.digest("secret_hash");
  token.name = item.text("name");
  token.scopes.bits = static_cast<std::uint8_t>(item.count("scopes"));
  token.session_epoch = static_cast<std::uint32_t>(item.count("session_epoch"));
  token.created_at = item.time("created_at");
  token.expires_at = item.find_time("expires_at");
  token.last_used_at = item.time("last_used_at");
  auto& limits = token.limits;
  limits.recording_bytes_max = item.find_count("recording_bytes_max");
  if (auto time = item.find_count("recording_time_max")) limits.recording_time_max = Millis{*time};
  if (auto max = item.find_count("live_max")) limits.live_max = static_cast<std::uint32_t>(*max);
  return token;
}

DynamoItem to_item(const Upload& upload) {
  DynamoItem item(upload_key(upload.secret_hash));
  item.set_text("account", upload.account.text());
  item.set_text("recording", upload.recording.text());
  if (upload.token) item.set_digest("token", *upload.token);
  item.set_text("metadata", upload.metadata);
  item.set_text("concatenation", upload.concatenation);
  item.set_time("created_at", upload.created_at);
  return item;
}

Upload read_upload(const Sha256Digest& secret_hash, const DynamoItem& item) {
  Upload upload;
  upload.secret_hash = secret_hash;
  upload.account = item.id<AccountId>("account");
  upload.recording = item.id<RecordingId>("recording");
  if (item.has("token")) upload.token = item.digest("token");
  upload.metadata = item.text("metadata");
  upload.concatenation = item.text("concatenation");
  upload.created_at = item.time("created_at");
  return upload;
}

}  // namespace tapedeck
