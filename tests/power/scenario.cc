#include "power/scenario.h"

#include <algorithm>
#include <array>
#include <random>

#include "power/requests.h"

namespace tapedeck::power {

namespace {

using namespace std::chrono_literals;

class Scenario {
 public:
  Scenario(Session& session, std::uint64_t seed, Commits commits)
      : session_(session), requests_(session), commits_(commits), random_(seed) {}

  void play() {
    begin();
    using Chapter = void (Scenario::*)();
    std::array<Chapter, 9> chapters = {
        &Scenario::creating,        &Scenario::trashing, &Scenario::uploading,
        &Scenario::falling_silent,  &Scenario::spilling, &Scenario::concatenating,
        &Scenario::filling_a_quota, &Scenario::leaving,  &Scenario::failing_syncs};
    std::shuffle(chapters.begin(), chapters.end(), random_);
    for (auto chapter : chapters) (this->*chapter)();
    session_.pass(1h);
    session_.sweep();
  }

 private:
  std::string make_bytes(std::size_t least, std::size_t most) {
    std::string bytes(least + random_() % (most - least + 1), '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

  // ---- chapters: each can follow any other ----

  void begin() {
    requests_.sign_up("ann");
    auto invitation = requests_.invite();
    requests_.sign_up("bob", invitation);
    requests_.add_token("ann");
    auto lost_phone = requests_.add_token("ann");
    requests_.remove_token("ann", lost_phone);
    requests_.sign_in("bob");
    requests_.sign_out_everywhere("bob");
    requests_.sign_in("bob");
  }

  void creating() {
    requests_.create({.owner = "ann", .title = "plain", .bytes = make_bytes(1, 2'500)});
    requests_.create(
        {.owner = "ann", .title = "keyed", .bytes = make_bytes(1, 2'500), .has_key = true});
    requests_.create({.owner = "bob",
                      .title = "hidden",
                      .bytes = make_bytes(3'001, 7'000),
                      .has_key = true,
                      .has_digest = true});
    requests_.create(
        {.owner = "ann", .title = "long", .bytes = make_bytes(6'001, 9'000), .has_key = true});
    requests_.create({.owner = "ann",
                      .title = "slow",
                      .bytes = make_bytes(600, 900),
                      .has_key = true,
                      .slow_chunk = 300});
    requests_.change("plain", "a note");
    session_.sweep();  // joins
  }

  void trashing() {
    for (const auto* title : {"out and back", "out for good", "forgotten"}) {
      requests_.create({.owner = "ann", .title = title, .bytes = make_bytes(1, 4'000)});
      requests_.trash(title);
    }
    requests_.restore("out and back");
    requests_.purge("out for good");
    session_.pass(trash_time);
    session_.sweep();
  }

  void uploading() {
    auto bytes = make_bytes(2'000, 7'000);
    auto sending = requests_.open({.owner = "ann", .title = "uploaded", .bytes = bytes});
    requests_.append(sending, bytes.size() / 3, false);
    requests_.append(sending, bytes.size() / 2, false);
    requests_.append(sending, bytes.size(), true);
    auto given_up = requests_.open({.owner = "ann", .title = "given up", .bytes = bytes});
    requests_.append(given_up, bytes.size() / 2, false);
    requests_.terminate(given_up);
    auto never_begun = requests_.open({.owner = "ann", .title = "never begun", .bytes = bytes});
    requests_.terminate(never_begun);
    requests_.open({.owner = "bob", .title = "left empty", .bytes = bytes});
    auto ended = requests_.open({.owner = "bob", .title = "ended live", .bytes = bytes});
    requests_.append(ended, bytes.size() / 2, false);
    requests_.trash("ended live");
    session_.pass(resumable_time);
    session_.sweep();
  }

  void falling_silent() {
    auto bytes = make_bytes(1'000, 4'000);
    auto sending = requests_.open(
        {.owner = "bob", .title = "silent", .bytes = bytes, .announces_length = false});
    requests_.append(sending, bytes.size() / 4, false);
    requests_.append(sending, bytes.size() / 2, false);
    session_.pass(finish_after);
    session_.sweep();
    session_.sweep();                                        // joins
    requests_.append(sending, 3 * bytes.size() / 4, false);  // it goes on
    session_.restart();
    requests_.append(sending, bytes.size(), true);
  }

  void spilling() {
    auto bytes = make_bytes(680, 900);
    auto sending = requests_.open(
        {.owner = "ann", .title = "spilt", .bytes = bytes, .announces_length = false});
    requests_.append(sending, bytes.size(), false, 20);  // more than a row holds
    requests_.append(sending, bytes.size(), true);
    session_.sweep();  // joins
  }

  void concatenating() {
    std::vector<Requests::Sending> parts;
    for (const auto* title : {"part one", "part two"}) {
      auto bytes = make_bytes(100, 3'500);
      parts.push_back(
          requests_.open({.owner = "ann", .title = title, .bytes = bytes, .partial = true}));
      requests_.append(parts.back(), bytes.size(), true);
    }
    requests_.concatenate("whole", parts);
    session_.pass(resumable_time);
    session_.sweep();  // removes the parts
  }

  void filling_a_quota() {
    requests_.sign_up("dan");
    requests_.set_quota("dan", 20'000);
    auto bytes = make_bytes(4'500, 8'000);
    auto sending = requests_.open(
        {.owner = "dan", .title = "reserved", .bytes = bytes, .announces_length = false});
    requests_.append(sending, bytes.size() / 2, false);
    requests_.create(
        {.owner = "dan", .title = "beside it", .bytes = make_bytes(1, 2'000), .has_key = true});
    requests_.append(sending, bytes.size(), true);
    requests_.trash("reserved");
    requests_.purge("reserved");
  }

  void leaving() {
    requests_.sign_up("eve");
    requests_.create({.owner = "eve", .title = "eve's", .bytes = make_bytes(1, 4'000)});
    requests_.create({.owner = "eve", .title = "eve's trash", .bytes = make_bytes(1, 500)});
    requests_.trash("eve's trash");
    requests_.open({.owner = "eve", .title = "eve's live", .bytes = make_bytes(10, 20)});
    requests_.close("eve");
    session_.sweep();
  }

  /// What the disk refuses is not acknowledged; the next one is another file.
  void failing_syncs() {
    session_.disk().fail_next_sync(data_folder + "/blobs/");
    requests_.create(
        {.owner = "ann", .title = "refused", .bytes = make_bytes(1, 2'500), .has_key = true});
    requests_.create(
        {.owner = "ann", .title = "taken", .bytes = make_bytes(1, 2'500), .has_key = true});
    if (commits_ == Commits::all_succeed) return;
    requests_.create_over_a_failed_commit(
        {.owner = "ann", .title = "repeated", .bytes = make_bytes(1, 2'500), .has_key = true});
    requests_.create({.owner = "ann", .title = "next", .bytes = make_bytes(1, 2'500)});
  }

  Session& session_;
  Requests requests_;
  const Commits commits_;
  std::mt19937_64 random_;
};

}  // namespace

void play_scenario(Session& session, std::uint64_t seed, Commits commits) {
  Scenario(session, seed, commits).play();
}

}  // namespace tapedeck::power
