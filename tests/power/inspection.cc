#include "power/inspection.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/token_text.h"
#include "core/verify.h"

namespace tapedeck::power {

namespace {

constexpr std::size_t segments_max = 10'000;
constexpr std::size_t changes_max = 10'000;

class Inspection {
 public:
  Inspection(Product& product, const Stages& stages) : product_(product), stages_(stages) {}

  std::vector<std::string> run() {
    check_accounts();
    check_secrets();
    check_titles();
    check_erased();
    return std::move(findings_);
  }

 private:
  void find(std::string what) { findings_.push_back(std::move(what)); }

  // ---- accounts ----

  void check_accounts() {
    std::map<std::string, Account> seen;
    for (auto& account : product_.list_accounts()) {
      if (!seen.try_emplace(account.username, account).second) find("two of " + account.username);
    }
    for (const auto& name : keys_of(seen, &Model::accounts)) {
      auto found = seen.find(name);
      const auto* account = found == seen.end() ? nullptr : &found->second;
      auto is = account == nullptr                        ? Standing::gone
                : account->state == AccountState::closing ? Standing::closing
                                                          : Standing::open;
      auto fits = [&](const Model& model) { return model.standing(name) == is; };
      if (!is_in_some(fits)) find(fmt::format("the account {} is {}", name, name_of(is)));
      if (account != nullptr) see_recordings(*account);
    }
  }

  /// Of what is seen, and of that member of each model.
  template <class Seen, class Map>
  std::set<std::string> keys_of(const Seen& seen, Map Model::* member) const {
    std::set<std::string> keys;
    for (const auto& [key, value] : seen) keys.insert(key);
    for (const auto& model : stages_) {
      for (const auto& [key, value] : (*model).*member) keys.insert(key);
    }
    return keys;
  }

  template <class Fits>
  bool is_in_some(Fits fits) const {
    return std::any_of(stages_.begin(), stages_.end(),
                       [&](const auto& model) { return fits(*model); });
  }

  void check_secrets() {
    const std::map<std::string, bool> none;
    for (const auto& text : keys_of(none, &Model::tokens)) {
      auto credential = run_task(product_.catalog.find_credential(secret_hash_of(text)));
      bool works = credential && product_.accounts.works(*credential, Millis(0));
      auto fits = [&](const Model& model) { return model.works(text) == works; };
      if (!is_in_some(fits)) find(works ? "a revoked token works" : "a token does not work");
    }
    for (const auto& text : keys_of(none, &Model::invitations)) {
      auto invitation = run_task(product_.catalog.find_invitation(secret_hash_of(text)));
      bool is_there = invitation.has_value();
      auto fits = [&](const Model& model) { return model.can_be_used(text) == is_there; };
      if (!is_in_some(fits)) {
        find(is_there ? "an invitation can be used twice" : "an invitation is lost");
      }
    }
  }

  // ---- recordings ----

  void see_recordings(const Account& account) {
    for (auto& recording : product_.list_recordings(account.id)) {
      auto title = recording.description.title;
      bool is_first = seen_.try_emplace(title, recording).second;
      if (!is_first) find(fmt::format("there are two of \"{}\"", title));
    }
    check_feed(account);
  }

  /// Everything in view has its place in the feed, and no more than that.
  void check_feed(const Account& account) {
    auto page = run_task(product_.catalog.list_changes(account.id, {}, changes_max));
    std::map<RecordingId, bool> listed;  // is it still there?
    for (const auto& change : page.changes) listed[change.id] = change.recording.has_value();
    for (const auto& [title, recording] : seen_) {
      if (recording.account != account.id || recording.partial) continue;
      if (!listed[recording.id]) find(fmt::format("\"{}\" is not in the feed", title));
    }
    for (const auto& [title, held] : stages_.back()->recordings) {
      bool is_gone = held.form == Form::purged && held.id && seen_.count(title) == 0;
      bool was_there = stages_.front()->find(title) != nullptr;
      if (!is_gone || !was_there || held.partial || held.owner != account.username) continue;
      if (listed.count(*held.id) == 0) find(fmt::format("\"{}\" has no tombstone", title));
    }
  }

  void check_titles() {
    for (const auto& title : keys_of(seen_, &Model::recordings)) {
      auto found = seen_.find(title);
      const auto* seen = found == seen_.end() ? nullptr : &found->second;
      auto wrong = misfit(stages_, title, seen);
      if (!wrong.empty()) find(fmt::format("\"{}\": {}", title, wrong));
    }
  }

  /// What was deleted for good is not on the disk any more.
  void check_erased() {
    std::set<RecordingId> on_disk;
    for (const auto& key : product_.list_blobs()) on_disk.insert(key.recording);
    for (const auto& [title, held] : stages_.front()->recordings) {
      auto is_kept = [&name = title](const Model& model) {
        return model.find(name)->form != Form::purged;
      };
      if (is_in_some(is_kept) || !held.id || on_disk.count(*held.id) == 0) continue;
      find(fmt::format("\"{}\" was deleted for good, and its bytes are on the disk", title));
    }
  }

  Product& product_;
  const Stages& stages_;
  std::map<std::string, Recording> seen_;  // by title
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> inspect(Product& product, const Stages& stages) {
  return Inspection(product, stages).run();
}

std::vector<std::string> inspect_bytes(Product& product) {
  std::vector<std::string> findings;
  for (const auto& damage : product.check_integrity()) findings.push_back("SQLite: " + damage);
  Verification verification(product.catalog, product.blobs, product.env, std::nullopt);
  while (auto finding = run_task(verification.next())) {
    findings.push_back(fmt::format("verify: {}: {}", name_of(finding->kind), finding->detail));
  }
  return findings;
}

std::vector<std::string> find_garbage(Product& product) {
  std::set<BlobKey> named;
  for (const auto& account : product.list_accounts()) {
    for (const auto& recording : product.list_recordings(account.id)) {
      auto segments =
          run_task(product.catalog.list_segments(account.id, recording.id, 0, segments_max));
      for (const auto& segment : segments) named.insert(blob_key(recording, segment));
    }
  }
  std::vector<std::string> findings;
  for (const auto& key : product.list_blobs()) {
    if (named.count(key) == 0) findings.push_back("nothing names the blob " + key.text());
  }
  return findings;
}

}  // namespace tapedeck::power
