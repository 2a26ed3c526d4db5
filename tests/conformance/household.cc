#include "conformance/household.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/encoding.h"
#include "base/run_task.h"
#include "core/verify.h"

namespace tapedeck {

namespace {

Time at(std::int64_t seconds) {
  return Time{Millis{1'790'000'000'000 + seconds * 1'000}};
}

std::int64_t count_of(Time time) {
  return time.time_since_epoch().count();
}

std::string line_of(const Account& account) {
  return fmt::format("account {} {} {} {} {} {} {} {} used {} reserved {}", account.id.text(),
                     account.username, account.password_hash, static_cast<int>(account.state),
                     account.admin, count_of(account.created_at), account.session_epoch,
                     account.quota_bytes.value_or(0), account.used_bytes, account.reserved_bytes);
}

std::string line_of(const Recording& recording) {
  RecordingFact fact{recording, {}};
  fact.recording.tail.clear();
  return fmt::format("{} {} {} v{} {}", recording.id.text(), recording.description.title,
                     recording.size, recording.version, to_hex(view_of(digest_of(fact))));
}

std::string line_of(const Segment& segment) {
  return fmt::format("  {} {} {}", segment.piece.text(), segment.begin, segment.end);
}

void tell_segments(Catalog& catalog, const Recording& listed, std::vector<std::string>& lines) {
  auto found = run_task(catalog.find_recording(listed.account, listed.id));
  lines.push_back("found " + (found ? line_of(*found) : "nothing"));
  auto segments = run_task(catalog.list_segments(listed.account, listed.id, 0, 10'000));
  for (const auto& segment : segments) lines.push_back(line_of(segment));
}

void tell_recordings(Catalog& catalog, AccountId account, std::vector<std::string>& lines) {
  for (int kind = 0; kind < 3; ++kind) {
    ListFilter filter;
    filter.partial = kind == 1;
    if (kind == 2) filter.state = ShownState::trashed;
    std::optional<ListPosition> after;
    do {
      auto page = run_task(catalog.list_recordings(account, filter, after, 3, at(1'000'000)));
      for (const auto& recording : page.recordings) {
        lines.push_back(fmt::format("listed {} {}", kind, recording.id.text()));
        tell_segments(catalog, recording, lines);
      }
      after = page.next;
    } while (after);
  }
}

void tell_changes(Catalog& catalog, AccountId account, std::vector<std::string>& lines) {
  auto page = run_task(catalog.list_changes(account, {}, 10'000));
  for (const auto& change : page.changes) {
    lines.push_back(fmt::format("change {} {} {}", change.id.text(), count_of(change.changed_at),
                                change.recording ? "is there" : "is gone"));
  }
}

}  // namespace

Account Household::add_account(const std::string& name, bool with_identity) {
  NewAccount added;
  added.account.id = AccountId::make(env_);
  added.account.username = name;
  added.account.password_hash = "$argon2id$of " + name;
  added.account.created_at = at(0);
  if (with_identity) added.identity = Identity{"original:kakao", "7_" + name};
  if (with_identity) added.account.quota_bytes = 1'000'000;
  auto outcome = run_task(place_.catalog().add_account(added));
  MUST(outcome == AddAccount::added);
  return added.account;
}

void Household::add_tokens() {
  for (int i = 0; i < 3; ++i) {
    Token token;
    token.id = TokenId::make(env_);
    token.account = i == 0 ? bob.id : ada.id;
    token.kind = static_cast<TokenKind>(i + 1);
    token.secret_hash = sha256_of(token.id.view());
    token.name = "token " + std::to_string(i);
    token.scopes.add(Scope::read).add(Scope::capture);
    token.limits.live_max = 3;
    if (i == 1) token.limits.recording_time_max = Millis{90'000};
    token.session_epoch = 2;
    token.created_at = token.last_used_at = at(i);
    if (i == 0) token.expires_at = at(10'000'000);
    run_task(place_.catalog().add_token(token));
    run_task(place_.catalog().touch_token(token.account, token.id, at(500 + i)));
    tokens_.push_back(token.secret_hash);
  }
}

Segment Household::put_segment(const Recording& recording, ByteCount begin) {
  Segment segment{Ulid::make(env_), begin, 0, {}};
  std::string bytes = "the bytes of " + segment.piece.text();
  segment.end = begin + bytes.size();
  segment.sha256 = sha256_of(bytes);
  MemorySource source(bytes);
  Checksums sums;
  auto key = blob_key(recording, segment);
  auto stored = run_task(place_.blobs().put(key, source, sums));
  MUST(stored == bytes.size());
  return segment;
}

Recording Household::new_recording(std::size_t segments) {
  Recording recording;
  recording.id = RecordingId::make(env_);
  recording.account = ada.id;
  recording.description.title = "Memo \"" + std::to_string(segments) + "\"";
  recording.description.tags = {"a", "b c"};
  recording.description.file_name = "memo.wav";
  recording.description.recorded_at = at(static_cast<std::int64_t>(segments));
  recording.state = RecordingState::ready;
  recording.sniffed_type = "audio/wav";
  recording.created_at = recording.last_append_at = recording.changed_at = at(10);
  Sha256 whole;
  for (std::size_t i = 0; i < segments; ++i) {
    auto segment = put_segment(recording, recording.size);
    whole.update("the bytes of " + segment.piece.text());
    recording.size = segment.end;
    recording.tail.push_back(segment);
  }
  recording.sha256 = whole.finish();
  return recording;
}

Recording Household::add(Recording recording, std::optional<Due> due) {
  auto result = run_task(place_.catalog().add_recording(recording, due));
  MUST(result.outcome == AddRecording::added);
  return recording;
}

Recording Household::find(const Recording& recording) {
  auto found = run_task(place_.catalog().find_recording(recording.account, recording.id));
  MUST(found);
  return *found;
}

void Household::append(const Recording& recording) {
  auto before = find(recording);
  Append append;
  append.account = recording.account;
  append.recording = recording.id;
  append.from = before.size;
  append.segments = {put_segment(recording, before.size)};
  auto running = Sha256::restore(before.hash_state);
  MUST(running);
  running->update("the bytes of " + append.segments[0].piece.text());
  append.hash_state = running->save();
  append.now = at(100 + static_cast<std::int64_t>(before.size));
  auto result = run_task(place_.catalog().advance(append));
  MUST(result.outcome == Advance::done);
}

void Household::add_recordings() {
  auto& catalog = place_.catalog();
  ready = add(new_recording(1));
  long_ready = add(new_recording(70));
  auto open = [&](ByteCount reserved) {
    auto recording = new_recording(0);
    recording.state = RecordingState::recording;
    recording.sha256.reset();
    recording.hash_state = Sha256().save();
    recording.reserved_bytes = reserved;
    recording.maker = TokenId::make(env_);
    return recording;
  };
  live = add(open(5'000), Due{at(9'000), DueKind::finish, ada.id, RecordingId::make(env_)});
  append(live);
  long_live = add(open(0));
  for (int i = 0; i < 40; ++i) append(long_live);
  recovered = add(open(0));
  append(recovered);
  auto silent = find(recovered);
  Append end;
  end.account = ada.id;
  end.recording = recovered.id;
  end.from = silent.size;
  end.hash_state = silent.hash_state;
  end.now = at(900);
  end.ending =
      Append::Ending{Sha256::restore(silent.hash_state)->finish(), RecordingState::ready, true};
  auto ended = run_task(catalog.advance(end));
  MUST(ended.outcome == Advance::done);
  partial = new_recording(2);
  partial.partial = true;
  add(partial);
  trashed = add(new_recording(3));
  purged = add(new_recording(4));
  for (const auto* one : {&trashed, &purged}) {
    auto moved = run_task(catalog.trash_recording(ada.id, one->id, at(700), at(8'000)));
    MUST(moved);
  }
  auto is_purged = run_task(catalog.purge_recording(ada.id, purged.id, at(800)));
  MUST(is_purged);
}

void Household::move_in() {
  auto& catalog = place_.catalog();
  ada = add_account("Ada", true);
  bob = add_account("bob", false);
  AccountPatch patch;
  patch.state = AccountState::disabled;
  patch.next_session_epoch = true;
  auto changed = run_task(catalog.change_account(bob.id, patch));
  MUST(changed);
  add_tokens();
  add_recordings();
  invitations_ = {sha256_of("invitation")};
  run_task(catalog.add_invitation({invitations_[0], true, at(1), at(20'000'000)}));
  Upload upload;
  upload.secret_hash = sha256_of("upload");
  upload.account = ada.id;
  upload.recording = live.id;
  upload.token = tokens_[1];
  upload.metadata = "filename bWVtby53YXY=";
  upload.created_at = at(3);
  run_task(catalog.add_upload(upload));
  uploads_ = {upload.secret_hash};
  claims_ = {sha256_of("claim")};
  auto claimed = run_task(catalog.claim(ada.id, claims_[0], ready.id));
  MUST(claimed == ready.id);
  auto secret = run_task(catalog.find_or_add_secret("signing", std::string("\0secret", 7)));
  MUST(secret.size() == 7);
}

std::vector<std::string> Household::told_by(Place& place) const {
  auto& catalog = place.catalog();
  std::vector<std::string> lines;
  for (const auto& account : run_task(catalog.list_accounts(std::nullopt, 100)).accounts) {
    lines.push_back(line_of(account));
    auto named = run_task(catalog.find_account_by_username(account.username));
    lines.push_back("named " + (named ? named->id.text() : "nobody"));
    tell_recordings(catalog, account.id, lines);
    tell_changes(catalog, account.id, lines);
    for (const auto& token : run_task(catalog.list_tokens(account.id))) {
      lines.push_back("token " + to_hex(view_of(digest_of(Fact(token)))));
    }
  }
  for (const auto& hash : tokens_) {
    auto credential = run_task(catalog.find_credential(hash));
    lines.push_back("credential " + (credential ? credential->account.id.text() : "none"));
  }
  for (const auto& hash : uploads_) {
    auto upload = run_task(catalog.find_upload(hash));
    lines.push_back(upload ? to_hex(view_of(digest_of(Fact(*upload)))) : "no upload");
  }
  for (const auto& key : claims_) {
    auto claim = run_task(catalog.find_claim(ada.id, key));
    lines.push_back("claim " + (claim ? claim->text() : "none"));
  }
  for (const auto& hash : invitations_) {
    auto invitation = run_task(catalog.find_invitation(hash));
    lines.push_back(invitation ? to_hex(view_of(digest_of(Fact(*invitation)))) : "no invitation");
  }
  for (const auto& due : run_task(catalog.list_due(at(100'000), 1'000))) {
    lines.push_back("due " + to_hex(view_of(digest_of(Fact(due)))));
  }
  Identity identity{"original:kakao", "7_Ada"};
  auto known = run_task(catalog.find_account_by_identity(identity));
  lines.push_back("identity of " + (known ? known->id.text() : "nobody"));
  lines.push_back("secret " + to_hex(run_task(catalog.find_or_add_secret("signing", "none"))));
  return lines;
}

std::vector<std::string> Household::damages_of(Place& place) const {
  Verification verification(place.catalog(), place.blobs(), env_, std::nullopt);
  std::vector<std::string> damages;
  while (auto finding = run_task(verification.next())) damages.push_back(finding->detail);
  return damages;
}

}  // namespace tapedeck
