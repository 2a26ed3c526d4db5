#include "conformance/cloud_catalogs.h"

#include <atomic>

#include "store/dynamo_table.h"

namespace tapedeck {

namespace {

std::string new_table(Env& env) {
  return "tapedeck-" + Ulid::make(env).text();
}

AwsClient::Options aws_options() {
  AwsClient::Options options;
  options.scope = {"us-east-1", "dynamodb"};
  options.code_of = dynamo_error_code;
  options.pause_first = Millis{2};
  return options;
}

/// One in seven calls goes wrong, in one way after the other: fewer than make a client give up.
class SometimesFaulty final : public FaultyOutbound {
 public:
  SometimesFaulty(http::Outbound& real, std::size_t first) : FaultyOutbound(real), first_(first) {}

 protected:
  NetworkFault fault_of(std::size_t call) override {
    if ((call + first_) % 7 != 0) return NetworkFault::none;
    switch ((call + first_) / 7 % 3) {
      case 0:
        return NetworkFault::lost_answer;
      case 1:
        return NetworkFault::late_call;
      default:
        return NetworkFault::lost_call;
    }
  }

 private:
  const std::size_t first_;
};

class DynamoHarness final : public CatalogHarness {
 public:
  DynamoHarness() {
    stack_.make_table();
    stack_.reopen();
  }
  Catalog& catalog() override { return stack_.catalog(); }
  void reopen() override { stack_.reopen(); }

 private:
  SystemEnv env_;
  std::unique_ptr<http::Outbound> outbound_ = connect_to_dynamo();
  DynamoStack stack_{*outbound_, env_, new_table(env_)};
};

class FaultyDynamoHarness final : public CatalogHarness {
 public:
  FaultyDynamoHarness() {
    stack_.make_table();
    stack_.reopen();
  }
  Catalog& catalog() override { return stack_.catalog(); }
  void reopen() override { stack_.reopen(); }

 private:
  static std::size_t next_first() {
    static std::atomic<std::size_t> next = 0;
    return next++;
  }

  SystemEnv env_;
  std::unique_ptr<http::Outbound> outbound_ = connect_to_dynamo();
  SometimesFaulty faulty_{*outbound_, next_first()};
  DynamoStack stack_{faulty_, env_, new_table(env_)};
};

}  // namespace

DynamoStack::DynamoStack(http::Outbound& outbound, Env& env, std::string table)
    : env_(env),
      keys_({"test", "secret", "", {}}),
      aws_(aws_options(), outbound, keys_, env),
      client_(aws_, env, std::move(table)) {}

void DynamoStack::make_table() {
  run_task(make_dynamo_table(client_, env_));
}

void DynamoStack::reopen() {
  run_task(check_dynamo_table(client_));
  open();
}

void DynamoStack::open() {
  DynamoCatalog::Options options;
  options.examined_max = 2;  // pages of filtered lists may be short: here they often are
  catalog_ = std::make_unique<DynamoCatalog>(client_, env_, options);
}

std::unique_ptr<CatalogHarness> make_dynamo_harness() {
  return std::make_unique<DynamoHarness>();
}

std::unique_ptr<CatalogHarness> make_faulty_dynamo_harness() {
  return std::make_unique<FaultyDynamoHarness>();
}

}  // namespace tapedeck
