// tapedeck_bare_s3: puts or gets objects of S3 over many connections, with nothing around it: what
// the same store does without a server in front. One thread, a closed loop, each call signed with
// the digest of its body, as ours are. `--follow` asks a server first, and gets where it leads.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <CLI/CLI.hpp>

#include "base/encoding.h"
#include "base/env.h"
#include "base/error.h"
#include "base/run_task.h"
#include "base/spawn.h"
#include "bench/load/histogram.h"
#include "http/client_pool.h"
#include "store/s3_bucket.h"
#include "store/s3_xml.h"

namespace {

using namespace tapedeck;
using Clock = std::chrono::steady_clock;

struct Plan {
  std::string endpoint;
  std::string bucket;
  std::string object;  // to get; empty: puts
  std::string server;  // to follow
  std::string path;
  std::string authorization;
  std::size_t body_bytes = 65'536;
  unsigned connections = 32;
  double seconds = 4;
};

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  if (value == nullptr) throw Error(Fault::invalid, std::string(name) + " is not set");
  return value;
}

http::Origin origin_of(const std::string& url) {
  auto origin = http::parse_origin(url);
  if (!origin) throw Error(Fault::invalid, url + " is no URL");
  return *origin;
}

AwsClient::Options client_options() {
  AwsClient::Options options;
  options.scope = {"us-east-1", "s3"};
  options.code_of = [](const AwsAnswer& answer) { return find_s3_error(answer.body); };
  return options;
}

class Run {
 public:
  explicit Run(const Plan& plan)
      : plan_(plan),
        bucket_({origin_of(plan.endpoint), plan.bucket}),
        store_(bucket_.origin(), {}),
        server_(origin_of(plan.server.empty() ? plan.endpoint : plan.server), {}),
        client_(client_options(), store_, keys_, env_),
        body_(plan.body_bytes, '\0') {
    env_.fill_random({reinterpret_cast<unsigned char*>(body_.data()), body_.size()});
  }

  void go() {
    asio::io_context context(1);
    std::exception_ptr failed;
    auto keep = [&failed](std::exception_ptr error) {
      if (error) failed = error;
    };
    begun_ = Clock::now();
    for (unsigned i = 0; i < plan_.connections; ++i) {
      spawn(context.get_executor(), repeat(), keep);
    }
    context.run();
    if (failed) std::rethrow_exception(failed);
    print();
  }

 private:
  double passed() const { return std::chrono::duration<double>(Clock::now() - begun_).count(); }

  Task<void> repeat() {
    while (passed() < plan_.seconds) {
      auto from = Clock::now();
      if (!plan_.path.empty()) {
        co_await follow();
      } else if (!plan_.object.empty()) {
        co_await fetch_object();
      } else {
        co_await put();
      }
      auto spent = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - from);
      latency_.add(static_cast<std::uint64_t>(spent.count()));
    }
  }

  Task<void> put() {
    BlobKey key{AccountId::make(env_), RecordingId::make(env_), Ulid::make(env_)};
    auto call = bucket_.put(key, body_, to_hex(view_of(sha256_of(body_))));
    auto answer = co_await client_.send(call);
    if (!answer.is_success()) throw Error(Fault::unavailable, "S3 refuses: " + answer.code);
  }

  Task<void> fetch_object() {
    AwsCall call{.target = "/" + plan_.bucket + "/" + plan_.object};
    auto answer = co_await client_.send(call);
    if (!answer.is_success()) throw Error(Fault::unavailable, "S3 refuses: " + answer.code);
  }

  Task<void> follow() {
    http::ClientRequest asked{.target = plan_.path};
    asked.fields.set("Authorization", plan_.authorization);
    auto redirect = co_await server_.send(asked);
    co_await read_all(*redirect.body, MiB);
    auto place = std::string(redirect.fields.find("Location").value_or(""));
    auto base = bucket_.base_url();
    if (!place.starts_with(base)) throw Error(Fault::invalid, "it leads not to the store");
    http::ClientRequest wanted{.target = place.substr(base.size())};
    auto response = co_await store_.send(wanted);
    co_await read_all(*response.body, GiB);
    if (response.status != 200) throw Error(Fault::unavailable, "the URL does not work");
  }

  void print() const {
    std::printf("{\"per_second\": %.2f, \"p50_us\": %llu, \"p99_us\": %llu}\n",
                static_cast<double>(latency_.total()) / passed(),
                static_cast<unsigned long long>(latency_.quantile(0.5)),
                static_cast<unsigned long long>(latency_.quantile(0.99)));
  }

  const Plan& plan_;
  SystemEnv env_;
  FixedCredentials keys_{
      {variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"), "", std::nullopt}};
  const S3Bucket bucket_;
  http::ClientPool store_;
  http::ClientPool server_;
  AwsClient client_;
  std::string body_;
  Clock::time_point begun_;
  load::Histogram latency_;
};

}  // namespace

int main(int count, char** words) {
  CLI::App app("Puts or gets objects of S3, and prints how fast as JSON.");
  Plan plan;
  app.add_option("--endpoint", plan.endpoint, "of S3")->required();
  app.add_option("--bucket", plan.bucket, "the bucket")->required();
  app.add_option("--object", plan.object, "get this one instead of putting");
  app.add_option("--server", plan.server, "ask this server where to get it");
  app.add_option("--path", plan.path, "its path there");
  app.add_option("--authorization", plan.authorization, "the field's value");
  app.add_option("--body-bytes", plan.body_bytes, "of each object that is put");
  app.add_option("--connections", plan.connections, "at once");
  app.add_option("--seconds", plan.seconds, "how long");
  CLI11_PARSE(app, count, words);
  try {
    Run(plan).go();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tapedeck_bare_s3: %s\n", error.what());
    return 1;
  }
  return 0;
}
