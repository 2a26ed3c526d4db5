#include "simulator/lives.h"

#include <fmt/format.h>

namespace tapedeck::simulator {

namespace {

constexpr std::uint64_t leftovers_every = 8;
/// The feed of changes asks for clocks that are set by a time service; nothing else does.
constexpr Millis good_skew = std::chrono::seconds(5);
constexpr Millis bad_skew = std::chrono::minutes(4);

bool are_clocks_bad(std::uint64_t seed) {
  return seed % 4 == 0;
}

Millis draw_time(std::mt19937_64& dice, Millis most) {
  return Millis{static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(most.count()))};
}

/// Faults come at a rate, and now and then one after the other.
class Weather {
 public:
  explicit Weather(std::uint64_t seed) : random_(seed) {
    constexpr std::uint64_t rates[] = {0, 60, 25, 10, 5};
    one_in_ = rates[random_() % std::size(rates)];
  }
  CallFault next() {
    if (left_ > 0) {
      --left_;
      return last_;
    }
    if (one_in_ == 0 || random_() % one_in_ != 0) return CallFault::none;
    last_ = static_cast<CallFault>(1 + random_() % (call_faults - 1));
    left_ = random_() % 10 == 0 ? random_() % 8 : 0;
    return last_;
  }

 private:
  std::mt19937_64 random_;
  std::uint64_t one_in_ = 0;
  CallFault last_ = CallFault::none;
  std::uint64_t left_ = 0;
};

class Lives {
 public:
  Lives(Run& run, std::uint64_t seed) : run_(run), seed_(seed) {}

  void begin() {
    auto& ann = run_.add_client("ann");
    run_.start(live(ann, "a"));
    switch (roll(8)) {
      case 0:
        run_.start(live(run_.add_another("ann"), "b"));
        break;
      case 1:
      case 2:
        begin_rivals(ann);
        break;
      case 3:
        begin_sharing_a_quota();
        break;
      case 4:
        begin_signing_up();
        break;
      case 5:
        run_.start(leave(run_.add_client("eve")));
        break;
      default:
        run_.start(live(run_.add_client("bob"), "b"));
        break;
    }
    if (roll(2) == 0) run_.start(sweep_now_and_then());
    bool has_good_clocks = !are_clocks_bad(seed_);
    if (has_good_clocks && roll(3) == 0) run_.start(follow(run_.add_reader("ann")));
  }

 private:
  std::uint64_t roll(std::uint64_t sides) { return run_.dice()() % sides; }
  std::string new_title(const std::string& mark) { return fmt::format("{}{}", mark, ++titles_); }
  Task<void> rest(Millis most) {
    co_await run_.world().stage.timeline().pass(nobody, draw_time(run_.dice(), most));
  }

  // ---- one client ----

  Task<void> live(Client& client, std::string mark) {
    auto count = 1 + roll(2);
    for (std::uint64_t i = 0; i < count; ++i) {
      co_await rest(std::chrono::seconds(1));
      auto title = new_title(mark);
      switch (roll(8)) {
        case 0:
          co_await come_and_go(client, mark);
          break;
        case 1:
          co_await concatenate(client, title);
          break;
        case 2:
          co_await give_up(client, title);
          break;
        case 3:
        case 4:
        case 5:
          co_await send(client, title);
          break;
        default:
          co_await create(client, title);
          break;
      }
    }
  }

  Task<void> create(Client& client, std::string title) {
    Client::Creating wanted{title, run_.make_bytes(1, 900)};
    auto way = roll(4);
    wanted.hidden = way == 0;
    if (way == 1) wanted.slow_chunk = 1 + wanted.bytes.size() / (1 + roll(4));
    auto heard = co_await client.create(wanted);
    if (heard == Heard::done) co_await live_on(client, title);
  }

  Task<void> send(Client& client, std::string title) {
    Client::Sending wanted{title, run_.make_bytes(1, 900)};
    wanted.pieces = 1 + roll(3);
    wanted.announces_length = roll(2) == 0;
    bool spills = seed_ % 64 == 5;
    if (spills) wanted.slow_chunk = 1 + wanted.bytes.size() / 40;
    auto heard = co_await client.send(wanted);
    if (heard == Heard::done) co_await live_on(client, title);
  }

  Task<void> give_up(Client& client, std::string title) {
    Client::Sending wanted{title, run_.make_bytes(10, 500)};
    wanted.pieces = 3;
    wanted.given_up_after = 1 + roll(2);
    wanted.partial = roll(3) == 0;
    auto heard = co_await client.send(wanted);
    if (heard == Heard::done && roll(2) == 0) co_await client.terminate(title);
  }

  Task<void> concatenate(Client& client, std::string title) {
    std::vector<std::string> parts{title + "/1", title + "/2"};
    for (const auto& part : parts) {
      Client::Sending wanted{part, run_.make_bytes(1, 300)};
      wanted.partial = true;
      auto heard = co_await client.send(wanted);
      if (heard != Heard::done) co_return;
    }
    co_await client.concatenate(title, parts);
  }

  Task<void> come_and_go(Client& client, std::string mark) {
    auto text = co_await client.add_token();
    co_await client.list();
    if (!text.empty() && roll(4) != 0) co_await client.remove_token(text);
    co_await create(client, new_title(mark));
  }

  /// What becomes of a complete recording.
  Task<void> live_on(Client& client, std::string title) {
    if (roll(3) == 0) co_await client.play(title);
    if (roll(3) == 0) co_await client.list();
    if (roll(3) == 0) co_await client.change(title, "a note");
    if (roll(2) == 0) co_return;
    auto trashed = co_await client.trash(title);
    auto fate = roll(3);
    if (trashed == Heard::done && fate == 0) co_await client.restore(title);
    if (trashed == Heard::done && fate == 1) co_await client.purge(title);
  }

  // ---- several ----

  /// The same app on two phones sends the same at the same time.
  void begin_rivals(Client& ann) {
    auto& other = run_.add_another("ann");
    auto bytes = run_.make_bytes(1, 900);
    if (roll(2) == 0) {
      Client::Creating wanted{"rival", bytes};
      if (roll(2) == 0) wanted.slow_chunk = 1 + bytes.size() / 3;
      run_.start(create_as_rival(ann, wanted));
      run_.start(create_as_rival(other, wanted));
    } else {
      Client::Sending wanted{"rival", bytes};
      wanted.pieces = 1 + roll(3);
      run_.start(send_as_rival(ann, wanted));
      wanted.pieces = 1 + roll(3);
      run_.start(send_as_rival(other, wanted));
    }
  }
  Task<void> create_as_rival(Client& client, Client::Creating wanted) {
    co_await rest(std::chrono::milliseconds(200));
    co_await client.create(wanted);
  }
  Task<void> send_as_rival(Client& client, Client::Sending wanted) {
    co_await rest(std::chrono::milliseconds(200));
    co_await client.send(wanted);
  }

  void begin_sharing_a_quota() {
    auto& bob = run_.add_client("bob");
    run_.world().stage.timeline().run(bob.set_quota(1'000));
    run_.start(live(bob, "b"));
    run_.start(live(run_.add_another("bob"), "c"));
  }

  void begin_signing_up() {
    run_.start(sign_up(run_.add_another("eve"), "e"));
    run_.start(sign_up(run_.add_another("eve"), "f"));
  }
  Task<void> sign_up(Client& client, std::string mark) {
    auto heard = co_await client.sign_up();
    if (heard == Heard::done) co_await create(client, new_title(mark));
  }

  Task<void> leave(Client& client) {
    co_await live(client, "e");
    co_await client.close();
  }

  Task<void> follow(FeedReader& reader) {
    auto times = 2 + roll(3);
    for (std::uint64_t i = 0; i < times; ++i) {
      co_await rest(std::chrono::seconds(30));
      co_await reader.read();
    }
  }

  Task<void> sweep_now_and_then() {
    auto times = 1 + roll(2);
    for (std::uint64_t i = 0; i < times; ++i) {
      co_await rest(std::chrono::seconds(4));
      co_await run_.sweep_somewhere();
    }
  }

  Run& run_;
  const std::uint64_t seed_;
  int titles_ = 0;
};

StageOptions draw_stage(std::uint64_t seed, const Bug& bug) {
  std::mt19937_64 dice(seed ^ 0x5eed);
  StageOptions options;
  options.seed = seed;
  options.servers = 1 + dice() % 3;
  options.server_skew_max = are_clocks_bad(seed) ? bad_skew : good_skew;
  constexpr Millis skews[] = {Millis{0}, Millis{0}, std::chrono::minutes(20),
                              -std::chrono::minutes(20)};
  options.service_skew = skews[dice() % std::size(skews)];
  options.bug = &bug;
  return options;
}

}  // namespace

RunReport live_through(std::uint64_t seed, const Bug& bug, std::ostream* story) {
  Run run(draw_stage(seed, bug), seed);
  if (story != nullptr) run.tell(*story);
  Lives lives(run, seed);
  lives.begin();
  Weather weather(seed + 1);
  run.set_faults([&](const CallInfo&) { return weather.next(); });
  auto depth = seed % leftovers_every == 0 ? Run::Depth::leftovers : Run::Depth::garbage;
  return run.finish(depth);
}

}  // namespace tapedeck::simulator
