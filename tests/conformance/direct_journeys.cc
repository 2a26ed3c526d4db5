// Direct uploads on a real S3, with the facts in SQLite and on a real DynamoDB protocol: whole, in
// many steps, by two servers at once, and over a network that loses calls.
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "base/log.h"
#include "base/pool.h"
#include "conformance/cloud_catalogs.h"
#include "conformance/faulty_outbound.h"
#include "conformance/s3_harness.h"
#include "core/accounts.h"
#include "core/direct_uploads.h"
#include "core/sweeper.h"
#include "core/verify.h"
#include "store/sqlite_catalog.h"
#include "store/temporary_folder.h"

namespace tapedeck {
namespace {

class SqliteHarness final : public CatalogHarness {
 public:
  Catalog& catalog() override { return catalog_; }
  void reopen() override {}

 private:
  TemporaryFolder folder_;
  Log log_{{}};
  SqliteCatalog catalog_{{.path = folder_.path() + "/tapedeck.db"}, log_};
};

/// One call suffers; the calls after it don't.
class OneFault final : public FaultyOutbound {
 public:
  using FaultyOutbound::FaultyOutbound;
  void arm(NetworkFault fault, std::size_t call) {
    fault_ = fault;
    at_ = seen_ + call;
  }
  bool was_hit() const { return seen_ > at_; }

 protected:
  NetworkFault fault_of(std::size_t) override {
    return seen_++ == at_ ? fault_ : NetworkFault::none;
  }

 private:
  NetworkFault fault_ = NetworkFault::none;
  std::atomic<std::size_t> at_ = ~std::size_t{0};
  std::atomic<std::size_t> seen_ = 0;
};

/// One of several on the same stores.
struct Server {
  Server(Catalog& catalog, Blobs& blobs, Env& env, Millis check_time_max)
      : accounts(catalog, passwords, env, cheap()),
        live(catalog, blobs, env, {}),
        recordings(catalog, blobs, env, live, {}),
        uploads(catalog, blobs, env, live, accounts, recordings, {}),
        direct(catalog, blobs, env, live, uploads, options(check_time_max)) {}

  static Accounts::Options cheap() {
    Accounts::Options options;
    options.password_cost = {.memory_bytes = 8 * 1024, .passes = 1};
    return options;
  }
  static DirectUploads::Options options(Millis check_time_max) {
    DirectUploads::Options options;
    options.part_bytes = 5 * MiB;
    options.check_time_max = check_time_max;
    return options;
  }

  Pool passwords{{.name = "password", .threads = 1}};
  Accounts accounts;
  Live live;
  Recordings recordings;
  Uploads uploads;
  DirectUploads direct;
};

struct Case {
  std::string name;
  std::unique_ptr<CatalogHarness> (*make)();
};

class DirectJourneys : public testing::TestWithParam<Case> {
 protected:
  static S3Blobs::Options options_of(const S3Harness& s3) {
    S3Blobs::Options options;
    options.bucket = s3.bucket();
    return options;
  }

  Caller sign_up() {
    auto [account, issued] = run_task(one_.accounts.sign_up("ann", "correct horse", ""));
    auto caller = run_task(one_.accounts.identify(issued.text));
    AccountPatch patch;
    patch.quota_bytes = 100 * MiB;
    run_task(catalog().change_account(account.id, patch));
    caller.has_quota = true;
    return caller;
  }
  Catalog& catalog() { return facts_->catalog(); }

  static std::string make_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    std::uint32_t state = 7;
    for (auto& byte : bytes) {
      state = state * 1'664'525 + 1'013'904'223;
      byte = static_cast<char>(state >> 24);
    }
    return bytes;
  }
  OpenDirectUpload open(Server& server, const Caller& caller, ByteCount length,
                        const std::string& client_id = "") {
    NewDirectUpload wanted;
    wanted.length = length;
    wanted.description.client_id = client_id;
    return run_task(server.direct.open(caller, wanted));
  }
  /// As a client does: what the store lacks.
  std::vector<DirectPart> put(const OpenDirectUpload& open, const std::string& bytes) {
    std::vector<DirectPart> parts;
    for (const auto& part : open.parts) {
      auto slice = bytes.substr(part.range.begin, part.range.size());
      auto etag = part.etag;
      if (!etag) etag = run_task(put_one(part.url, slice));
      parts.push_back({part.number, *etag});
    }
    return parts;
  }
  Task<std::string> put_one(std::string url, std::string bytes) {
    auto base = S3Bucket(s3_.bucket()).base_url();
    http::ClientRequest request{.method = "PUT", .target = url.substr(base.size())};
    MemorySource body(bytes);
    request.body = &body;
    request.body_bytes = bytes.size();
    auto response = co_await s3_.outbound().send(request);
    auto text = co_await read_all(*response.body, 64 * KiB);
    EXPECT_EQ(response.status, 200) << text;
    co_return unquote(response.fields.find("ETag").value_or(""));
  }
  static DirectProgress complete(Server& server, const std::string& secret,
                                 const std::vector<DirectPart>& parts,
                                 std::optional<Sha256Digest> sha256) {
    Completion completion{parts, sha256};
    return run_task(server.direct.complete(secret, std::nullopt, completion));
  }
  Sha256Digest digest_of(const Recording& recording) {
    auto read = [&]() -> Task<Sha256Digest> {
      ByteRange range{0, recording.size};
      auto source = co_await one_.recordings.open(recording, range);
      Sha256 hash;
      for (;;) {
        auto chunk = co_await source->read();
        if (chunk.empty()) break;
        hash.update(chunk);
      }
      co_return hash.finish();
    };
    return run_task(read());
  }
  SweepReport sweep() {
    Sweeper::Options options;
    options.grace = Millis(0);
    Sweeper sweeper(catalog(), blobs_, env_, log_, options);
    return run_task(sweeper.sweep());
  }
  std::size_t blob_count() { return run_task(blobs_.list(std::nullopt, 1'000)).keys.size(); }
  std::size_t unfinished_count() {
    return run_task(blobs_.list_unfinished(std::nullopt, 1'000)).blobs.size();
  }
  ByteCount taken(const Caller& caller) {
    auto account = run_task(catalog().find_account(caller.account));
    return account->used_bytes + account->reserved_bytes;
  }

  SystemEnv env_;
  Log log_{{.format = LogFormat::human, .level = LogLevel::error}};
  std::unique_ptr<CatalogHarness> facts_ = GetParam().make();
  S3Harness s3_{8 * MiB};
  OneFault network_{s3_.outbound()};
  S3Blobs blobs_{options_of(s3_), network_, s3_.keys(), env_};
  Server one_{catalog(), blobs_, env_, Millis{8'000}};
  Server two_{catalog(), blobs_, env_, Millis{0}};  // reads back one chunk a call
};

TEST_P(DirectJourneys, PartsOfALongRecordingAreOneRecording) {
  auto caller = sign_up();
  auto bytes = make_bytes(12 * MiB + 5);
  auto opened = open(one_, caller, bytes.size());
  EXPECT_EQ(opened.part_count, 3);
  EXPECT_EQ(taken(caller), bytes.size());
  auto parts = put(opened, bytes);
  auto done = complete(one_, opened.open.secret, parts, sha256_of(bytes));
  ASSERT_TRUE(done.is_complete);
  EXPECT_EQ(done.recording.sha256, sha256_of(bytes));
  EXPECT_EQ(digest_of(done.recording), sha256_of(bytes));
  EXPECT_EQ(taken(caller), bytes.size());
  sweep();
  EXPECT_EQ(blob_count(), 1u);
  EXPECT_EQ(unfinished_count(), 0u);
  EXPECT_EQ(digest_of(done.recording), sha256_of(bytes));
}

TEST_P(DirectJourneys, OneServerGoesOnWithTheCheckOfAnother) {
  auto caller = sign_up();
  auto bytes = make_bytes(1 * MiB);
  auto opened = open(one_, caller, bytes.size());
  auto parts = put(opened, bytes);
  auto first = complete(two_, opened.open.secret, parts, sha256_of(bytes));
  EXPECT_FALSE(first.is_complete);
  EXPECT_GT(first.checked, 0u);
  auto second = complete(two_, opened.open.secret, {}, sha256_of(bytes));
  EXPECT_GT(second.checked, first.checked);
  EXPECT_TRUE(complete(one_, opened.open.secret, {}, sha256_of(bytes)).is_complete);
  EXPECT_TRUE(complete(two_, opened.open.secret, parts, sha256_of(bytes)).is_complete);
}

TEST_P(DirectJourneys, OfTwoServersThatCompleteItBothHearTheTruth) {
  auto caller = sign_up();
  for (int round = 0; round < 10; ++round) {
    auto bytes = make_bytes(300 * KiB + static_cast<std::size_t>(round));
    auto opened = open(one_, caller, bytes.size());
    auto parts = put(opened, bytes);
    std::vector<std::thread> threads;
    for (auto* server : {&one_, &two_}) {
      threads.emplace_back([&, server] {
        for (;;) {
          auto done = complete(*server, opened.open.secret, parts, sha256_of(bytes));
          if (!done.is_complete) continue;
          EXPECT_EQ(done.recording.sha256, sha256_of(bytes));
          return;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    auto recording = run_task(catalog().find_recording(caller.account, opened.open.recording.id));
    EXPECT_EQ(digest_of(*recording), sha256_of(bytes));
  }
  sweep();
  EXPECT_EQ(blob_count(), 10u);
}

/// Whoever comes first decides, and what was acknowledged is there.
TEST_P(DirectJourneys, AWrongDigestDoesNotEraseWhatARightOneHasCompleted) {
  auto caller = sign_up();
  auto bytes = make_bytes(1'000);
  for (int round = 0; round < 20; ++round) {
    auto opened = open(one_, caller, bytes.size());
    auto parts = put(opened, bytes);
    bool is_complete = false;
    std::thread right([&] {
      try {
        is_complete = complete(one_, opened.open.secret, parts, sha256_of(bytes)).is_complete;
      } catch (const Error&) {
        // it was ended by the other one
      }
    });
    std::thread wrong(
        [&] { EXPECT_THROW(complete(two_, opened.open.secret, parts, sha256_of("else")), Error); });
    right.join();
    wrong.join();
    auto recording = run_task(catalog().find_recording(caller.account, opened.open.recording.id));
    if (is_complete) {
      ASSERT_TRUE(recording);
      EXPECT_FALSE(recording->trashed_at);
      EXPECT_EQ(digest_of(*recording), sha256_of(bytes));
    } else {
      EXPECT_FALSE(recording);
    }
  }
  sweep();
  Verification verification(catalog(), blobs_, env_, std::nullopt);
  EXPECT_FALSE(run_task(verification.next()));
}

/// Each call to S3 is lost once, on its way or on its way back, or comes late.
TEST_P(DirectJourneys, CallsThatAreLostChangeNothing) {
  auto caller = sign_up();
  auto bytes = make_bytes(1'000);
  std::size_t recordings = 0;
  for (auto fault : {NetworkFault::lost_call, NetworkFault::lost_answer, NetworkFault::late_call}) {
    for (std::size_t call = 0;; ++call) {
      SCOPED_TRACE(testing::Message() << static_cast<int>(fault) << " at call " << call);
      auto client_id = std::to_string(recordings++);
      network_.arm(fault, call);
      std::optional<DirectProgress> done;
      for (int attempt = 0; attempt < 3 && !done; ++attempt) {
        try {
          auto opened = open(one_, caller, bytes.size(), client_id);
          auto parts = put(opened, bytes);
          done = complete(one_, opened.open.secret, parts, sha256_of(bytes));
        } catch (const Error& error) {
          EXPECT_EQ(error.fault(), Fault::unavailable) << error.what();
        }
      }
      bool was_hit = network_.was_hit();
      ASSERT_TRUE(done && done->is_complete);
      EXPECT_EQ(digest_of(done->recording), sha256_of(bytes));
      if (!was_hit) break;
    }
  }
  EXPECT_GT(recordings, 15u);
  network_.arm(NetworkFault::none, 0);
  EXPECT_EQ(blob_count(), recordings) << "before the sweep";
  sweep();
  EXPECT_EQ(blob_count(), recordings);
  EXPECT_EQ(unfinished_count(), 0u);
  EXPECT_EQ(taken(caller), recordings * bytes.size());
  Verification verification(catalog(), blobs_, env_, std::nullopt);
  auto finding = run_task(verification.next());
  EXPECT_FALSE(finding) << finding->detail;
}

TEST_P(DirectJourneys, WhatACrashLeavesInS3IsSwept) {
  auto caller = sign_up();
  auto opened = open(one_, caller, 1'000);
  auto unnamed = [&] { return BlobKey{caller.account, RecordingId::make(env_), Ulid::make(env_)}; };
  run_task(blobs_.begin_direct(unnamed()));
  run_task(blobs_.begin_direct(unnamed()));
  EXPECT_EQ(unfinished_count(), 3u);
  EXPECT_EQ(sweep().aborted, 2u);
  EXPECT_EQ(unfinished_count(), 1u);
  run_task(one_.uploads.terminate(opened.open.secret, std::nullopt));
  EXPECT_EQ(unfinished_count(), 0u);
  EXPECT_EQ(taken(caller), 0u);
}

INSTANTIATE_TEST_SUITE_P(S3, DirectJourneys,
                         testing::Values(Case{"Sqlite",
                                              []() -> std::unique_ptr<CatalogHarness> {
                                                return std::make_unique<SqliteHarness>();
                                              }},
                                         Case{"Dynamo", make_dynamo_harness}),
                         [](const auto& given) { return given.param.name; });

}  // namespace
}  // namespace tapedeck
