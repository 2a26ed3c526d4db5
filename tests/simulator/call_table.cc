#include "simulator/call_table.h"

#include <algorithm>

#include <fmt/format.h>

namespace tapedeck::simulator {

namespace {

// us-east-1, dollars for a million, as AWS lists them since November 2024.
constexpr double read_unit_price = 0.125;
constexpr double write_unit_price = 0.625;
constexpr double writing_price = 5.0;  // PUT, POST, LIST
constexpr double reading_price = 0.4;  // GET, HEAD; DELETE is free

constexpr std::size_t segment_bytes = 64 * KiB;
constexpr int listed = 200;

double price_of(const std::string& operation) {
  static const std::map<std::string, double> prices{
      {"PutObject", writing_price},
      {"ListObjectsV2", writing_price},
      {"ListMultipartUploads", writing_price},
      {"GetObject", reading_price},
      {"HeadObject", reading_price},
      {"DeleteObject", 0.0},
  };
  auto found = prices.find(operation);
  return found == prices.end() ? 0.0 : found->second;
}

/// One client, one server, and what it calls.
class Counting {
 public:
  Counting() : stage_(options()) {
    stage_.rules().latency_max = Millis(0);
    stage_.rules().on_done = [this](const CallInfo& call, const ServiceAnswer& answer) {
      row_.calls.push_back(call.operation);
      row_.read_units += answer.read_units;
      row_.write_units += answer.write_units;
    };
  }

  std::vector<CallRow> count() {
    stage_.timeline().run(play());
    return std::move(rows_);
  }

 private:
  static StageOptions options() {
    StageOptions options;
    options.limits = Limits::usual;
    return options;
  }
  void begin() { row_ = CallRow(); }
  void end(const char* name) {
    row_.name = name;
    rows_.push_back(std::exchange(row_, CallRow()));
  }
  Server& server() { return stage_.server(0); }

  Task<Caller> identify() {
    auto caller = co_await server().accounts.identify(token_);
    co_return caller;
  }

  Task<void> play() {
    co_await play_accounts();
    co_await play_recordings();
    co_await play_uploads();
    co_await play_sweeps();
    co_await play_the_end();
  }

  Task<void> play_accounts() {
    co_await add_account("warm");  // notes the hours of the agendas
    begin();
    co_await add_account("ann");
    end("sign up");
    begin();
    auto signed_in = co_await server().accounts.sign_in("ann", "correct horse");
    token_ = signed_in.second.text;
    end("sign in");
    begin();
    co_await identify();
    end("a token, with every request below");
  }
  Task<void> add_account(std::string name) {
    auto made = co_await server().accounts.sign_up(name, "correct horse", "");
    token_ = made.second.text;
  }

  Task<Recording> create(std::string key) {
    auto caller = co_await identify();
    MemorySource body(std::string(segment_bytes, 'x'), 16 * KiB);
    Incoming incoming;
    incoming.body = &body;
    incoming.bytes = segment_bytes;
    incoming.idempotency_key = key;
    Description description;
    auto created = co_await server().recordings.create(caller, description, incoming);
    co_return created->recording;
  }

  Task<void> play_recordings() {
    for (int i = 0; i < listed; ++i) co_await create(fmt::format("key {}", i));
    begin();
    recording_ = co_await create("");
    end("create, 64 KiB at once, without a key");
    begin();
    recording_ = co_await create("a key");
    end("create, 64 KiB at once, with a key");
    begin();
    co_await create("a key");
    end("the same again (a repeat)");
    co_await play_reading();
    co_await play_changing();
  }

  Task<void> play_reading() {
    begin();
    auto caller = co_await identify();
    ListFilter all;
    auto page = co_await server().recordings.list(caller.account, all, std::nullopt, 50);
    end("a page of the list, 50 of 202");
    begin();
    caller = co_await identify();
    co_await server().recordings.list_changes(caller.account, std::nullopt, 50);
    end("a page of the feed, 50 of 202");
    begin();
    caller = co_await identify();
    auto found = co_await server().recordings.find(caller.account, recording_.id);
    ByteRange range{0, found.size};
    auto source = co_await server().recordings.open(found, range);
    co_await read_all(*source, MiB);
    end("play 64 KiB, of one segment");
  }

  Task<void> play_changing() {
    begin();
    auto caller = co_await identify();
    RecordingPatch patch;
    patch.title = "a title";
    co_await server().recordings.change(caller.account, recording_.id, patch, std::nullopt);
    end("change the title");
    begin();
    caller = co_await identify();
    co_await server().recordings.trash(caller.account, recording_.id);
    end("delete, into the trash");
    begin();
    caller = co_await identify();
    co_await server().recordings.restore(caller.account, recording_.id);
    end("restore");
    co_await server().recordings.trash(caller.account, recording_.id);
    begin();
    caller = co_await identify();
    co_await server().recordings.purge(caller.account, recording_.id);
    end("delete for good");
  }

  Task<OpenUpload> open_upload(bool announces) {
    auto caller = co_await identify();
    NewUpload wanted;
    if (announces) wanted.length = 3 * segment_bytes;
    auto open = co_await server().uploads.open(caller, wanted);
    co_return open;
  }

  Task<void> append(ByteCount from, bool completes) {
    MemorySource body(std::string(segment_bytes, 'y'), 16 * KiB);
    NewAppend append;
    append.from = from;
    append.body = &body;
    append.bytes = segment_bytes;
    append.completes = completes;
    co_await server().uploads.append(secret_, token_, append);
  }

  Task<void> play_uploads() {
    co_await open_upload(true);
    begin();
    auto open = co_await open_upload(true);
    secret_ = open.secret;
    end("begin an upload");
    co_await append(0, false);
    begin();
    co_await append(segment_bytes, false);
    end("append 64 KiB in one request");
    begin();
    co_await server().uploads.find(secret_, token_);
    end("ask for the offset");
    begin();
    co_await append(2 * segment_bytes, true);
    end("append the last 64 KiB");
  }

  /// The first one looks into all hours before, and joins.
  Task<void> play_sweeps() {
    co_await server().sweeper.sweep();
    begin();
    co_await server().sweeper.sweep_due();
    end("a sweep, each minute, with nothing to do");
    begin();
    co_await server().sweeper.sweep();
    end("the same with a look for garbage among 202 recordings, every 6 hours");
  }

  Task<void> play_the_end() {
    auto caller = co_await identify();
    begin();
    co_await server().accounts.close(caller.account);
    end("close the account");
  }

  Stage stage_;
  CallRow row_;
  std::vector<CallRow> rows_;
  std::string token_;
  std::string secret_;
  Recording recording_;
};

bool is_read(const std::string& operation) {
  return operation == "GetItem" || operation == "Query" || operation == "BatchGetItem";
}
bool is_write(const std::string& operation) {
  return operation == "PutItem" || operation == "UpdateItem" || operation == "DeleteItem";
}
bool is_of_s3(const std::string& operation) {
  return !is_read(operation) && !is_write(operation);
}

/// "3 GetItem, Query"
template <class IsOne>
std::string summary(const std::vector<std::string>& calls, IsOne is_one) {
  std::map<std::string, std::size_t> counts;
  for (const auto& call : calls) {
    if (is_one(call)) ++counts[call];
  }
  std::string text;
  for (const auto& [operation, count] : counts) {
    if (!text.empty()) text += ", ";
    if (count > 1) text += std::to_string(count) + " ";
    text += operation;
  }
  return text;
}

}  // namespace

std::size_t CallRow::count(const std::string& operation) const {
  return static_cast<std::size_t>(std::count(calls.begin(), calls.end(), operation));
}

double CallRow::per_million() const {
  auto price = static_cast<double>(read_units) * read_unit_price +
               static_cast<double>(write_units) * write_unit_price;
  for (const auto& call : calls) price += price_of(call);
  return price;
}

std::string CallRow::text() const {
  return fmt::format("| {} | {} | {} | {} | {} | {} | {:.2f} |", name, summary(calls, is_read),
                     read_units, summary(calls, is_write), write_units, summary(calls, is_of_s3),
                     per_million());
}

std::vector<CallRow> count_calls() {
  return Counting().count();
}

}  // namespace tapedeck::simulator
