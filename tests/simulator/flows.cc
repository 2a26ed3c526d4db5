#include "simulator/flows.h"

#include <cstdlib>

namespace tapedeck::simulator {

namespace {

using namespace std::chrono_literals;

/// That takes as long as all the rest: one case in so many, but all of them in `./test long`.
constexpr std::uint64_t leftovers_every = 4;

bool looks_for_leftovers(SingleFault single) {
  if (std::getenv("TEST_LONG") != nullptr) return true;
  return (single.call + static_cast<std::uint64_t>(single.fault)) % leftovers_every == 0;
}

/// One client, and the Sweeper.
class Steps {
 public:
  Steps(Run& run, Client& client) : run_(run), client_(client) {}

  Task<void> create() {
    co_await make("one", 200);
    co_await make("long", 900);
    Client::Creating hidden{"hidden", run_.make_bytes(500, 500), true};
    co_await make(hidden);
    co_await must(client_.play("long"));
    co_await must(client_.list());
  }

  /// An idempotent repeat.
  Task<void> repeat() {
    Client::Creating wanted{"again", run_.make_bytes(500, 500)};
    co_await make(wanted);
    co_await make(wanted);
    wanted.title = "slow";
    wanted.slow_chunk = 200;
    co_await make(wanted);
    co_await make(wanted);
  }

  Task<void> send() {
    Client::Sending wanted{"sent", run_.make_bytes(600, 600), 3};
    co_await must(client_.send(wanted));
    co_await must(client_.play("sent"));
    wanted = {"streamed", run_.make_bytes(300, 300), 1, false};
    wanted.slow_chunk = 60;
    co_await must(client_.send(wanted));
    co_await run_.sweep_somewhere();  // joins
    co_await must(client_.play("streamed"));
  }

  /// The 33rd segment moves those before it out of the recording's item.
  Task<void> spill() {
    Client::Sending wanted{"spilt", run_.make_bytes(280, 280), 2, false};
    wanted.given_up_after = 1;
    wanted.slow_chunk = 5;  // 28 segments
    co_await must(client_.send(wanted));
    wanted.given_up_after = 0;
    wanted.slow_chunk = 18;  // 8
    run_.let_faults_begin();
    co_await must(client_.send_on(wanted, 2));
    co_await must(client_.play("spilt"));
    co_await run_.sweep_somewhere();
  }

  Task<void> fall_silent() {
    Client::Sending wanted{"silent", run_.make_bytes(600, 600), 3};
    wanted.given_up_after = 2;
    co_await must(client_.send(wanted));
    co_await run_.world().stage.timeline().pass(nobody, 15min);
    run_.world().model.recordings.at("silent").may_become(Form::complete);
    co_await run_.sweep_somewhere();
    co_await run_.sweep_somewhere();  // joins
    wanted.given_up_after = 0;
    co_await must(client_.send_on(wanted, 3));
  }

  Task<void> terminate() {
    Client::Sending wanted{"given up", run_.make_bytes(300, 300), 2};
    wanted.given_up_after = 1;
    co_await must(client_.send(wanted));
    co_await must(client_.terminate("given up"));
    wanted.title = "a part";
    wanted.partial = true;
    co_await must(client_.send(wanted));
    co_await must(client_.terminate("a part"));
  }

  Task<void> concatenate() {
    for (const auto* part : {"first", "second"}) {
      Client::Sending wanted{part, run_.make_bytes(300, 300)};
      wanted.partial = true;
      co_await must(client_.send(wanted));
    }
    std::vector<std::string> parts{"first", "second"};
    co_await must(client_.concatenate("whole", parts));
  }

  Task<void> change_and_trash() {
    co_await make("kept", 500);
    co_await must(client_.change("kept", "a note"));
    co_await must(client_.trash("kept"));
    co_await must(client_.restore("kept"));
    co_await must(client_.trash("kept"));
  }

  Task<void> purge() {
    co_await make("gone", 900);
    co_await must(client_.trash("gone"));
    co_await must(client_.purge("gone"));
    co_await make("after it", 100);
  }

  Task<void> tokens() {
    auto lost = co_await client_.add_token();
    auto kept = co_await client_.add_token();
    if (lost.empty() || kept.empty()) run_.world().model.find("no token was given");
    if (!lost.empty()) co_await must(client_.remove_token(lost));
    co_await must(client_.sign_in());
  }

  Task<void> fill_a_quota() {
    co_await must(client_.set_quota(1'000));
    Client::Sending wanted{"reserved", run_.make_bytes(600, 600), 2};
    co_await must(client_.send(wanted));
    co_await make("the rest", 400);
    co_await must(client_.trash("reserved"));
    co_await must(client_.purge("reserved"));
    co_await make("in its place", 600);
  }

  Task<void> leave() {
    co_await make("left", 500);
    co_await must(client_.trash("left"));
    Client::Sending wanted{"left live", run_.make_bytes(300, 300), 2};
    wanted.given_up_after = 1;
    co_await must(client_.send(wanted));
    co_await must(client_.close());
    co_await run_.sweep_somewhere();
    co_await run_.sweep_somewhere();
  }

  Task<void> sign_up_and_create() {
    co_await must(client_.sign_up());
    co_await make("the first", 100);
  }

 private:
  Task<void> make(Client::Creating wanted) { return must(client_.create(std::move(wanted))); }
  Task<void> make(std::string title, std::size_t bytes) {
    return make(Client::Creating{std::move(title), run_.make_bytes(bytes, bytes)});
  }
  Task<void> must(Task<Heard> request) {
    auto heard = co_await std::move(request);
    if (heard != Heard::done) run_.world().model.find("what is asked again does not succeed");
  }

  Run& run_;
  Client& client_;
};

/// Steps that outlive the task.
template <class Step>
Task<void> take_steps(Run& run, Client& client, Step step) {
  Steps steps(run, client);
  co_await (steps.*step)();
}

template <class Step>
Flow flow(const char* name, Step step, bool holds_back = false) {
  auto begin = [step](Run& run) { run.start(take_steps(run, run.add_client("ann"), step)); };
  return {name, begin, holds_back};
}

}  // namespace

const std::vector<Flow>& list_flows() {
  static const std::vector<Flow> flows{
      flow("create", &Steps::create),
      flow("repeat", &Steps::repeat),
      flow("send", &Steps::send),
      flow("spill", &Steps::spill, true),
      flow("fall silent", &Steps::fall_silent),
      flow("terminate", &Steps::terminate),
      flow("concatenate", &Steps::concatenate),
      flow("change and trash", &Steps::change_and_trash),
      flow("purge", &Steps::purge),
      flow("tokens", &Steps::tokens),
      flow("fill a quota", &Steps::fill_a_quota),
      flow("leave", &Steps::leave),
      {"sign up",
       [](Run& run) {
         run.start(take_steps(run, run.add_another("ann"), &Steps::sign_up_and_create));
       }},
  };
  return flows;
}

RunReport play(const Flow& flow, SingleFault single, const Bug& bug,
               std::vector<std::string>* operations, std::ostream* story) {
  StageOptions options;
  options.seed = 11;
  options.servers = 2;
  options.bug = &bug;
  Run run(options, 12);
  if (story != nullptr) run.tell(*story);
  flow.begin(run);
  if (flow.holds_back) run.hold_faults_back();
  run.set_faults([&](const CallInfo& call) {
    if (operations != nullptr) operations->push_back(call.operation);
    return call.number == single.call ? single.fault : CallFault::none;
  });
  return run.finish(looks_for_leftovers(single) ? Run::Depth::leftovers : Run::Depth::garbage);
}

}  // namespace tapedeck::simulator
