#include "core/original_import.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "core/original_id.h"
#include "core/sniff.h"
#include "core/text.h"
#include "core/token_text.h"

namespace tapedeck {

namespace {

using Kind = ImportFinding::Kind;

constexpr std::size_t page_changes = 500;

/// The bytes of an object, of which the first are kept, to see what they are.
class SniffedSource final : public ByteSource {
 public:
  explicit SniffedSource(ByteSource& source) : source_(source) {}

  Task<ByteView> read() override {
    auto bytes = co_await source_.read();
    if (first_.size() < sniff_bytes) first_ += bytes.substr(0, sniff_bytes - first_.size());
    co_return bytes;
  }
  std::string type() const { return sniff_audio(first_); }

 private:
  ByteSource& source_;
  std::string first_;
};

/// A page's rows, given to `take`, until the end.
template <class Row, class List, class Take>
Task<void> take_all(List& list, Take& take) {
  std::string at;
  do {
    OriginalPage<Row> page = co_await list(at);
    for (auto& row : page.rows) take(row);
    at = page.next;
  } while (!at.empty());
}

}  // namespace

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::double_user:
      return "double_user";
    case Kind::ambiguous_user:
      return "ambiguous_user";
    case Kind::refused_user:
      return "refused_user";
    case Kind::no_user_row:
      return "no_user_row";
    case Kind::no_object:
      return "no_object";
    case Kind::empty_object:
      return "empty_object";
    case Kind::several_rows:
      return "several_rows";
    case Kind::time_unknown:
      return "time_unknown";
    case Kind::date_differs:
      return "date_differs";
    case Kind::no_row:
      return "no_row";
    case Kind::ownerless:
      return "ownerless";
    case Kind::public_object:
      return "public_object";
    case Kind::over_quota:
      return "over_quota";
  }
  return "?";
}

OriginalImport::OriginalImport(OriginalData& data, Accounts& accounts, Catalog& catalog,
                               Blobs& blobs, Env& env, Options options)
    : data_(data),
      accounts_(accounts),
      catalog_(catalog),
      blobs_(blobs),
      env_(env),
      options_(std::move(options)) {}

void OriginalImport::note(Kind kind, const std::string& id, std::string detail) {
  if (options_.on_finding) options_.on_finding({kind, id, std::move(detail)});
}

Task<void> OriginalImport::load() {
  auto list_users = [this](const std::string& after) { return data_.list_users(after); };
  auto take_user = [this](OriginalUser& user) { users_[user.id].insert(user.auth_key); };
  co_await take_all<OriginalUser>(list_users, take_user);
  auto list_records = [this](const std::string& after) { return data_.list_records(after); };
  auto take_record = [this](OriginalRecord& record) {
    ++counts_.rows;
    records_[record.id].push_back(std::move(record));
  };
  co_await take_all<OriginalRecord>(list_records, take_record);
  auto list_objects = [this](const std::string& after) { return data_.list_objects(after); };
  auto take_object = [this](OriginalObject& object) { objects_[object.id] = object; };
  co_await take_all<OriginalObject>(list_objects, take_object);
  counts_.users = users_.size();
  counts_.objects = objects_.size();
}

Task<ImportCounts> OriginalImport::run() {
  co_await load();
  co_await import_users();
  for (const auto& [id, rows] : records_) {
    co_await import_records(rows);
    if (options_.on_progress) options_.on_progress(counts_);
  }
  for (const auto& [id, object] : objects_) {
    co_await look_at_object(object);
  }
  co_return counts_;
}

// ---- users -------------------------------------------------------------------------------------

/// Nothing: it is not of a known type, or not of two parts.
std::optional<OriginalImport::SocialName> OriginalImport::split(const std::string& user_id) const {
  auto underscore = user_id.find('_');
  if (!options_.types.empty()) {
    underscore = std::string::npos;
    for (const auto& type : options_.types) {
      bool fits = user_id.starts_with(type + "_");
      bool is_longer = underscore == std::string::npos || type.size() > underscore;
      if (fits && is_longer) underscore = type.size();
    }
  }
  if (underscore == std::string::npos) return std::nullopt;
  SocialName name{user_id.substr(0, underscore), user_id.substr(underscore + 1)};
  if (name.type.empty() || name.id.empty()) return std::nullopt;
  return name;
}

Task<void> OriginalImport::import_users() {
  for (const auto& [user_id, keys] : users_) {
    if (keys.size() > 1) {
      note(Kind::double_user, user_id, fmt::format("{} keys", keys.size()));
    }
    auto* owner = co_await owner_of(user_id);
    if (owner->is_refused || !options_.takes_keys) continue;
    co_await take_keys(*owner, user_id);
  }
}

/// Only hashes are kept, and they expire: the keys came from a generator whose next number can be
/// guessed, and lay in clear.
Task<void> OriginalImport::take_keys(const Owner& owner, const std::string& user_id) {
  for (const auto& key : users_[user_id]) {
    if (key.empty()) continue;
    Token token;
    token.secret_hash = secret_hash_of(key);
    auto known = co_await catalog_.find_credential(token.secret_hash);
    if (known) continue;
    ++counts_.keys;
    if (options_.is_dry_run) continue;
    token.id = TokenId::make(env_);
    token.account = *owner.account;
    token.kind = TokenKind::original;
    token.name = user_id;
    token.scopes.add(Scope::read).add(Scope::write);
    token.created_at = token.last_used_at = env_.now();
    token.expires_at = token.created_at + options_.key_lifetime;
    co_await catalog_.add_token(token);
  }
}

Task<OriginalImport::Owner*> OriginalImport::owner_of(const std::string& user_id) {
  auto found = owners_.find(user_id);
  if (found != owners_.end()) co_return &found->second;
  auto& owner = owners_[user_id];
  auto name = split(user_id);
  bool is_ambiguous = options_.types.empty() && name && name->id.find('_') != std::string::npos;
  if (is_ambiguous) note(Kind::ambiguous_user, user_id, "taken as of type " + name->type);
  std::string refusal = name ? "" : "it is not a type, \"_\" and an id";
  try {
    if (name) co_await find_account(owner, *name);
  } catch (const Error& error) {
    if (error.fault() != Fault::invalid) throw;
    refusal = error.what();
  }
  owner.is_refused = !refusal.empty();
  if (owner.is_refused) {
    note(Kind::refused_user, user_id, refusal);
  } else {
    ++counts_.accounts;
  }
  co_return &owner;
}

Task<void> OriginalImport::find_account(Owner& owner, const SocialName& name) {
  if (options_.is_dry_run) {
    Identity identity{"original:" + name.type, name.id};
    auto account = co_await catalog_.find_account_by_identity(identity);
    if (account) owner.account = account->id;
  } else {
    auto account = co_await accounts_.find_or_add_original(name.type, name.id);
    owner.account = account.id;
  }
  if (owner.account) co_await load_known(owner);
}

/// Also what was deleted here since an earlier run: it must not come back.
Task<void> OriginalImport::load_known(Owner& owner) {
  ChangePosition since;
  for (bool more = true; more;) {
    auto page = co_await catalog_.list_changes(*owner.account, since, page_changes);
    for (const auto& change : page.changes) {
      owner.known.insert(change.id);
      since = {change.changed_at, change.id};
    }
    more = page.more;
  }
}

// ---- recordings --------------------------------------------------------------------------------

/// Rows of one id have one object, of the upload that came last. It is given to the user whose id
/// is in it.
Task<void> OriginalImport::import_records(const std::vector<OriginalRecord>& rows) {
  const auto* chosen = &rows.front();
  auto parsed = parse_original_id(chosen->id);
  for (const auto& row : rows) {
    if (parsed && row.user_id == parsed->user_id) chosen = &row;
  }
  for (const auto& row : rows) {
    if (&row == chosen) continue;
    note(Kind::several_rows, row.id, "left out for " + row.user_id);
  }
  co_await import_record(*chosen);
}

Task<void> OriginalImport::import_record(const OriginalRecord& row) {
  if (!users_.contains(row.user_id) && !owners_.contains(row.user_id)) {
    note(Kind::no_user_row, row.id, row.user_id);
  }
  auto* owner = co_await owner_of(row.user_id);
  if (owner->is_refused) co_return;
  auto object = objects_.find(row.id);
  if (object == objects_.end()) {
    note(Kind::no_object, row.id);
    co_return;
  }
  if (object->second.bytes == 0) {
    note(Kind::empty_object, row.id);
    co_return;
  }
  auto parsed = parse_original_id(row.id);
  if (!parsed) note(Kind::time_unknown, row.id, row.created_at);
  if (parsed && format_rfc3339(parsed->time).substr(0, 10) != row.created_at) {
    note(Kind::date_differs, row.id, row.created_at);
  }
  co_await store(*owner, row);
}

std::string OriginalImport::longest_user_of(const std::string& id) const {
  std::string longest;
  for (const auto& [user_id, keys] : users_) {
    if (user_id.size() > longest.size() && id.starts_with(user_id + "_")) longest = user_id;
  }
  return longest;
}

Task<void> OriginalImport::import_orphan(const OriginalObject& object) {
  auto parsed = parse_original_id(object.id);
  auto user_id = parsed ? parsed->user_id : longest_user_of(object.id);
  if (!users_.contains(user_id)) {
    note(Kind::ownerless, object.id);
    co_return;
  }
  note(Kind::no_row, object.id, "of " + user_id);
  if (!options_.takes_orphans || object.bytes == 0) co_return;
  auto* owner = co_await owner_of(user_id);
  if (owner->is_refused) co_return;
  OriginalRecord row{object.id, user_id, "recording" + (parsed ? parsed->extension : ""), ""};
  co_await store(*owner, row);
}

Task<void> OriginalImport::look_at_object(const OriginalObject& object) {
  auto is_public = co_await data_.is_public(object.id);
  if (is_public) note(Kind::public_object, object.id);
  if (!records_.contains(object.id)) co_await import_orphan(object);
}

Recording OriginalImport::recording_of(const OriginalRecord& row) {
  auto parsed = parse_original_id(row.id);
  auto at = parsed ? std::optional(parsed->time) : parse_rfc3339(row.created_at + "T00:00:00Z");
  auto now = env_.now();
  auto made_at = at ? *at - options_.utc_offset : now;
  Recording recording;
  recording.id = recording_id_of_original(row.id);
  recording.description.file_name = clean_file_name(row.file_name);
  recording.description.client_id = row.id;
  recording.description.recorded_at = made_at;
  recording.state = RecordingState::ready;
  recording.created_at = recording.last_append_at = made_at;
  recording.changed_at = now;  // new to whoever follows the feed
  return recording;
}

/// Bytes first, fact last, as ever.
Task<void> OriginalImport::store(Owner& owner, const OriginalRecord& row) {
  auto recording = recording_of(row);
  if (!owner.known.insert(recording.id).second) {
    ++counts_.already_there;
    co_return;
  }
  ByteCount bytes = objects_[row.id].bytes;
  if (!options_.is_dry_run) {
    recording.account = *owner.account;
    auto object = co_await data_.open_object(row.id);
    if (!object) {
      note(Kind::no_object, row.id, "it was removed meanwhile");
      co_return;
    }
    Segment segment{Ulid::make(env_), 0, 0, {}};
    SniffedSource sniffed(*object);
    Checksums sums;
    sums.begin_segment();
    auto key = blob_key(recording, segment);
    bytes = co_await blobs_.put(key, sniffed, sums);
    segment.end = recording.size = bytes;
    segment.sha256 = sums.segment();
    recording.sha256 = sums.whole().finish();
    recording.sniffed_type = sniffed.type();
    recording.tail = {segment};
    auto added = co_await catalog_.add_recording(recording, std::nullopt);
    if (added.outcome == AddRecording::over_quota) note(Kind::over_quota, row.id);
    if (added.outcome == AddRecording::no_account) note(Kind::refused_user, row.id, "closing");
    if (added.outcome != AddRecording::added) co_return;
  }
  ++counts_.imported;
  counts_.bytes += bytes;
}

}  // namespace tapedeck
