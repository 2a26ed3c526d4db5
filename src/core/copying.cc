#include "core/copying.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/in_parallel.h"

namespace tapedeck {

namespace {

constexpr std::size_t problems_max = 1'000;  // that are kept; more are told by a last one

bool is_mode(const Fact& fact) {
  const auto* secret = std::get_if<SecretFact>(&fact);
  return secret != nullptr && secret->name == mode_name;
}

/// What a catalog says about itself is never moved.
bool is_about_catalog(const Fact& fact) {
  const auto* secret = std::get_if<SecretFact>(&fact);
  return is_mode(fact) || (secret != nullptr && secret->name == catalog_id_name);
}

CatalogMode mode_in(const Fact& fact) {
  auto mode = parse_mode(std::get<SecretFact>(fact).value);
  if (!mode)
    throw Error(Fault::conflict, "The destination is in a mode that this program does not know.");
  return *mode;
}

Fact mode_fact(CatalogMode mode) {
  return SecretFact{mode_name, text_of(mode)};
}

}  // namespace

Copying::Copying(CopySide from, CopySide to, Options options)
    : from_(from), to_(to), options_(std::move(options)) {}

std::size_t Copying::HashOf::operator()(const FactKey& key) const {
  auto mix = std::hash<std::string_view>{}(key.recording.view());
  mix ^= std::hash<std::string_view>{}(view_of(key.hash)) * 3;
  mix ^= std::hash<std::string>{}(key.name) * 5;
  if (key.account) mix ^= std::hash<AccountId>{}(*key.account) * 7;
  return mix + static_cast<std::size_t>(key.kind);
}

Copying::Digest Copying::short_of(const Sha256Digest& digest) {
  Digest half{};
  std::copy_n(digest.begin(), half.size(), half.begin());
  return half;
}

Copying::Digest Copying::segments_of(const Fact& fact) {
  const auto* held = std::get_if<RecordingFact>(&fact);
  return held != nullptr ? short_of(digest_of(held->segments)) : Digest{};
}

/// What belongs to no account that is there is what a removed one left behind.
bool Copying::is_left_out(const Fact& fact) const {
  auto account = key_of(fact).account;
  return is_about_catalog(fact) || (account && !accounts_.contains(*account));
}

void Copying::note_account(const Fact& fact) {
  if (const auto* added = std::get_if<AccountFact>(&fact)) accounts_.insert(added->account.id);
}

void Copying::note(const Fact& fact) {
  known_[key_of(fact)] = {short_of(digest_of(fact)), segments_of(fact), pass_};
}

void Copying::report(std::string what, std::string detail) {
  if (problems_.size() < problems_max) {
    problems_.push_back({std::move(what), std::move(detail)});
  } else if (problems_.size() == problems_max) {
    problems_.push_back({"and more", "the list ends here"});
  }
}

void Copying::tell() const {
  if (options_.on_progress) options_.on_progress(counts_);
}

Task<void> Copying::learn() {
  known_.clear();
  bool is_used = false;
  auto mode = CatalogMode::open;
  std::string at;
  do {
    auto page = co_await to_.facts.list_facts(at);
    for (const auto& fact : page.facts) {
      if (is_mode(fact)) mode = mode_in(fact);
      is_used = is_used || std::holds_alternative<AccountFact>(fact);
      if (!is_about_catalog(fact)) note(fact);
    }
    at = page.next;
  } while (!at.empty());
  if (is_used && mode == CatalogMode::open) {
    throw Error(Fault::conflict,
                "The destination has accounts and is in use. To overwrite what it has, make it "
                "read-only first: `tapedeck read-only on`.");
  }
  resumed_ = mode != CatalogMode::open;
}

Task<CopyCounts> Copying::plan() {
  CopyCounts counts;
  accounts_.clear();
  std::string at;
  do {
    auto page = co_await from_.facts.list_facts(at);
    for (const auto& fact : page.facts) {
      note_account(fact);
      if (is_left_out(fact)) continue;
      ++counts.facts;
      const auto* held = std::get_if<RecordingFact>(&fact);
      if (held != nullptr) ++counts.recordings;
      auto known = known_.find(key_of(fact));
      if (known != known_.end() && known->second.digest == short_of(digest_of(fact))) continue;
      ++counts.put;
      if (held == nullptr) continue;
      if (known != known_.end() && known->second.segments == segments_of(fact)) continue;
      counts.blobs += held->segments.size();
      counts.bytes += held->recording.size;
    }
    at = page.next;
  } while (!at.empty());
  co_return counts;
}

Task<CopyCounts> Copying::pass() {
  ++pass_;
  counts_ = {};
  problems_.clear();
  accounts_.clear();
  auto filling = mode_fact(CatalogMode::filling);
  co_await to_.facts.put_fact(filling, false);
  std::string at;
  do {
    auto page = co_await from_.facts.list_facts(at);
    for (const auto& fact : page.facts) note_account(fact);
    co_await copy_page(page.facts);
    tell();
    at = page.next;
  } while (!at.empty());
  co_await erase_unseen(false);
  co_await erase_unseen(true);
  co_return counts_;
}

Task<void> Copying::copy_page(const std::vector<Fact>& facts) {
  std::vector<const Fact*> wanted;
  for (const auto& fact : facts) {
    if (is_left_out(fact)) continue;
    ++counts_.facts;
    if (std::holds_alternative<RecordingFact>(fact)) ++counts_.recordings;
    auto known = known_.find(key_of(fact));
    if (known == known_.end() || known->second.digest != short_of(digest_of(fact))) {
      wanted.push_back(&fact);
    }
    if (known != known_.end()) known->second.seen_pass = pass_;
  }
  if (wanted.empty()) co_return;
  std::size_t next = 0;
  auto step = [&]() -> Task<bool> {  // NOLINT: it outlives its tasks
    if (next == wanted.size()) co_return false;
    const auto& fact = *wanted[next++];
    co_await copy(fact);
    co_return true;
  };
  co_await in_parallel(std::min(options_.tasks, wanted.size()), step);
}

/// What fails because the source changed under our hands is left to the next pass.
Task<void> Copying::copy(const Fact& fact) {
  auto key = key_of(fact);
  auto known = known_.find(key);
  bool is_new = known == known_.end();
  const auto* held = std::get_if<RecordingFact>(&fact);
  bool has_blobs = !is_new && known->second.segments == segments_of(fact);
  if (held != nullptr && !has_blobs) {
    bool copied = co_await copy_blobs(*held, resumed_ || !is_new);
    if (!copied) co_return;
  }
  try {
    co_await to_.facts.put_fact(fact, is_new);
  } catch (const Error& error) {
    if (error.fault() != Fault::conflict) throw;
    report(text_of(key), error.what());
    co_return;
  }
  note(fact);
  ++counts_.put;
}

Task<bool> Copying::copy_blobs(const RecordingFact& fact, bool may_be_there) {
  for (const auto& segment : fact.segments) {
    bool copied = co_await copy_blob(fact, segment, may_be_there);
    if (!copied) co_return false;
    tell();
  }
  co_return true;
}

/// A put to a key that is there is none of Blobs' promises, so that is looked at first, whole: what
/// an earlier run left may be a part, or not be durable.
Task<bool> Copying::is_there(const BlobKey& key, const Segment& segment) {
  try {
    Sha256 digest;
    ByteRange all{0, segment.end - segment.begin};
    auto source = co_await to_.blobs.open(key, all);
    for (;;) {
      auto bytes = co_await source->read();
      if (bytes.empty()) break;
      digest.update(bytes);
    }
    if (digest.finish() == segment.sha256) co_return true;
  } catch (const Error& error) {
    if (error.fault() != Fault::not_found && error.fault() != Fault::invalid) throw;
  }
  co_await to_.blobs.erase(key);
  co_return false;
}

Task<bool> Copying::copy_blob(const RecordingFact& fact, const Segment& segment,
                              bool may_be_there) {
  auto key = blob_key(fact.recording, segment);
  auto size = segment.end - segment.begin;
  bool there = false;
  if (may_be_there) there = co_await is_there(key, segment);
  if (!there) {
    std::string problem;
    Checksums sums(segment.begin);
    ByteCount bytes = 0;
    try {
      ByteRange all{0, size};
      auto source = co_await from_.blobs.open(key, all);
      bytes = co_await to_.blobs.put(key, *source, sums);
    } catch (const Error& error) {
      // Purged or joined since the fact was read; or damaged, which only a quiet source can tell.
      if (error.fault() != Fault::not_found && error.fault() != Fault::invalid) throw;
      problem = error.what();
    }
    if (problem.empty() && (bytes != size || sums.segment() != segment.sha256)) {
      problem = "its bytes are not those that were stored: their SHA-256 is another";
    }
    if (!problem.empty()) {
      report("blob " + key.text(), problem);
      co_await to_.blobs.erase(key);
      co_return false;
    }
  }
  ++counts_.blobs;
  counts_.bytes += size;
  co_return true;
}

/// Accounts after what belongs to them.
Task<void> Copying::erase_unseen(bool accounts) {
  std::vector<FactKey> unseen;
  for (const auto& [key, known] : known_) {
    if (known.seen_pass == pass_) continue;
    if ((key.kind == FactKey::Kind::account) == accounts) unseen.push_back(key);
  }
  for (const auto& key : unseen) {
    co_await to_.facts.erase_fact(key);
    known_.erase(key);
    ++counts_.erased;
  }
}

Task<void> Copying::finish() {
  std::vector<AccountId> accounts(accounts_.begin(), accounts_.end());
  if (!accounts.empty()) {
    auto step = [&]() -> Task<bool> {  // NOLINT: it outlives its tasks
      if (accounts.empty()) co_return false;
      auto account = accounts.back();
      accounts.pop_back();
      co_await to_.facts.recount(account);
      co_return true;
    };
    co_await in_parallel(options_.tasks, step);
  }
  auto open = mode_fact(CatalogMode::open);
  co_await to_.facts.put_fact(open, false);
}

// ---- comparing ---------------------------------------------------------------------------------

namespace {

using Digests = std::map<FactKey, Sha256Digest>;

Task<Digests> digests_of(CatalogTransfer& catalog) {
  Digests digests;
  std::unordered_set<AccountId> accounts;
  std::string at;
  do {
    auto page = co_await catalog.list_facts(at);
    for (const auto& fact : page.facts) {
      auto key = key_of(fact);
      if (key.kind == FactKey::Kind::account) accounts.insert(*key.account);
      bool is_left_behind = key.account && !accounts.contains(*key.account);
      if (!is_left_behind && !is_about_catalog(fact)) digests[key] = digest_of(fact);
    }
    at = page.next;
  } while (!at.empty());
  co_return digests;
}

}  // namespace

Task<std::vector<std::string>> compare_facts(CatalogTransfer& a, CatalogTransfer& b,
                                             std::size_t max) {
  auto of_a = co_await digests_of(a);
  auto of_b = co_await digests_of(b);
  std::vector<std::string> differences;
  auto add = [&](const FactKey& key, const char* how) {
    if (differences.size() < max) differences.push_back(text_of(key) + ": " + how);
  };
  for (const auto& [key, digest] : of_a) {
    auto found = of_b.find(key);
    if (found == of_b.end()) {
      add(key, "only the source has it");
    } else if (found->second != digest) {
      add(key, "the two differ");
    }
  }
  for (const auto& [key, digest] : of_b) {
    if (!of_a.contains(key)) add(key, "only the destination has it");
  }
  co_return differences;
}

}  // namespace tapedeck
