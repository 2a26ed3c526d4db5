// A whole product in memory, with a clock and random numbers that the test owns.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/run_task.h"
#include "core/accounts.h"
#include "core/direct_memory_blobs.h"
#include "core/direct_uploads.h"
#include "core/recordings.h"
#include "core/sweeper.h"
#include "core/test_env.h"
#include "core/uploads.h"
#include "core/verify.h"
#include "core/world_faults.h"
#include "store/memory_blobs.h"
#include "store/memory_catalog.h"

namespace tapedeck {

/// MemoryBlobs on a disk with so much room.
class RoomyBlobs final : public FaultyBlobs {
 public:
  using FaultyBlobs::FaultyBlobs;
  Task<std::optional<ByteCount>> free_bytes() override {
    ++asked;
    co_return free;
  }
  std::optional<ByteCount> free;
  int asked = 0;
};

struct World {
  static Accounts::Options cheap(Accounts::Options options = {}) {
    options.password_cost = {.memory_bytes = 8 * 1024, .passes = 1};
    return options;
  }
  static Live::Options small() {
    Live::Options options;
    options.recording_bytes_max = 1000;
    options.segment_bytes_max = 100;
    return options;
  }
  static DirectUploads::Options small_parts() {
    DirectUploads::Options options;
    options.part_bytes = 100;
    options.page_parts = 4;
    return options;
  }
  static Sweeper::Options at_once() {
    Sweeper::Options options;
    options.grace = Millis(0);
    return options;
  }

  explicit World(Accounts::Options accounts_options = cheap(), Live::Options live_options = small())
      : accounts(catalog, pool, env, accounts_options),
        live(catalog, blobs, env, live_options),
        recordings(catalog, blobs, env, live, {}),
        uploads(catalog, blobs, env, live, accounts, recordings, {}),
        direct(catalog, blobs, env, live, uploads, small_parts()),
        sweeper(catalog, blobs, env, log, at_once()) {}

  TestEnv env;
  Faults faults;
  MemoryCatalog memory_catalog;
  MemoryBlobs memory_blobs;
  FaultyCatalog catalog{memory_catalog, faults};
  DirectMemoryBlobs direct_blobs{memory_blobs};
  RoomyBlobs blobs{direct_blobs, faults};
  Pool pool{{.name = "password", .threads = 2}};
  Log log{{.format = LogFormat::human, .level = LogLevel::error}};
  Accounts accounts;
  Live live;
  Recordings recordings;
  Uploads uploads;
  DirectUploads direct;
  Sweeper sweeper;

  /// Signs up and gives the caller that the session is. Tests give quotas afterwards, so it is one
  /// whose quota is asked.
  Caller somebody(const std::string& name = "ann") {
    auto [account, issued] = run_task(accounts.sign_up(name, "correct horse", ""));
    auto caller = run_task(accounts.identify(issued.text));
    caller.has_quota = true;
    return caller;
  }

  std::size_t segment_count(const Recording& recording) {
    return run_task(catalog.list_segments(recording.account, recording.id, 0, 10'000)).size();
  }

  Created create(const Caller& caller, const std::string& bytes, const std::string& key = "",
                 Description description = {}, std::size_t chunk_bytes = 64) {
    MemorySource body(bytes, chunk_bytes);
    Incoming incoming;
    incoming.body = &body;
    incoming.bytes = bytes.size();
    incoming.idempotency_key = key;
    return *run_task(recordings.create(caller, description, incoming));
  }

  std::string play(AccountId account, RecordingId id, std::optional<ByteRange> range = {}) {
    auto recording = run_task(recordings.find(account, id));
    auto part = range.value_or(ByteRange{0, recording.size});
    auto source = run_task(recordings.open(recording, part));
    return run_task(read_all(*source, 1 * MiB));
  }

  void set_quota(AccountId account, std::optional<ByteCount> quota_bytes) {
    AccountPatch patch;
    patch.quota_bytes = quota_bytes;
    run_task(catalog.change_account(account, patch));
  }

  std::size_t blob_count() {
    auto page = run_task(memory_blobs.list(std::nullopt, 100'000));
    return page.keys.size();
  }
  std::size_t unfinished_count() {
    return run_task(direct_blobs.list_unfinished(std::nullopt, 100'000)).blobs.size();
  }

  std::vector<Finding> verify() {
    Verification verification(catalog, blobs, env, std::nullopt);
    std::vector<Finding> findings;
    while (auto finding = run_task(verification.next())) findings.push_back(std::move(*finding));
    return findings;
  }
};

/// The fault that the task ends with, or nothing.
template <class Callable>
std::optional<Fault> fault_of(Callable callable) {
  try {
    callable();
  } catch (const Error& error) {
    return error.fault();
  }
  return std::nullopt;
}

inline std::string some_bytes(std::size_t count, char first = 'a') {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(first + i % 23);
  return bytes;
}

}  // namespace tapedeck
