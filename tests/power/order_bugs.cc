// Seeded bugs: facts and bytes in the wrong order.
#include <optional>

#include "base/error.h"
#include "core/purge.h"
#include "power/bug.h"
#include "power/forwarding_catalog.h"
#include "store/sqlite_database.h"

namespace tapedeck::power {

namespace {

/// put() is done when the bytes are in memory; they are stored after the next fact.
class LateBlobs final : public Blobs {
 public:
  explicit LateBlobs(Blobs& inner) : inner_(inner) {}

  Task<ByteCount> put(const BlobKey& key, ByteSource& source, Checksums& sums) override {
    std::string bytes;
    for (;;) {
      auto chunk = co_await source.read();
      if (chunk.empty()) break;
      sums.update(chunk);
      bytes.append(chunk);
    }
    late_.emplace_back(key, bytes);
    co_return bytes.size();
  }
  Task<std::unique_ptr<ByteSource>> open(const BlobKey& key, ByteRange range) override {
    return inner_.open(key, range);
  }
  Task<void> erase(const BlobKey& key) override { return inner_.erase(key); }
  Task<BlobPage> list(std::optional<BlobKey> after, std::size_t count_max) override {
    return inner_.list(after, count_max);
  }

  Task<void> store() {
    auto late = std::exchange(late_, {});
    for (const auto& [key, bytes] : late) {
      for (bool is_stored = bytes.empty(); !is_stored;) {
        is_stored = co_await try_to_put(key, bytes);
      }
    }
  }

 private:
  /// The disk refuses a sync now and then, and nobody waits who could be told.
  Task<bool> try_to_put(const BlobKey& key, const std::string& bytes) {
    try {
      MemorySource source(bytes);
      Checksums sums;
      co_await inner_.put(key, source, sums);
      co_return true;
    } catch (const Error&) {
      co_return false;
    }
  }

  Blobs& inner_;
  std::vector<std::pair<BlobKey, std::string>> late_;
};

class RowBeforeBlob final : public ForwardingCatalog {
 public:
  RowBeforeBlob(Catalog& inner, LateBlobs& blobs) : ForwardingCatalog(inner), blobs_(blobs) {}

 private:
  Task<void> after_change() override { return blobs_.store(); }

  LateBlobs& blobs_;
};

/// A complete recording is acknowledged while its row still waits for the next call.
class AckBeforeCommit final : public ForwardingCatalog {
 public:
  using ForwardingCatalog::ForwardingCatalog;

  Task<AddRecordingResult> add_recording(const Recording& recording, std::optional<Due> due,
                                         LiveLimits limits) override {
    if (recording.state == RecordingState::recording) {
      co_return co_await ForwardingCatalog::add_recording(recording, due, limits);
    }
    co_await before_change();
    late_ = Late{recording, due};
    co_return AddRecordingResult{};
  }
  Task<AccountPage> list_accounts(std::optional<AccountId> after, std::size_t max) override {
    co_await before_change();
    co_return co_await inner_.list_accounts(after, max);
  }

 private:
  struct Late {
    Recording recording;
    std::optional<Due> due;
  };

  Task<void> before_change() override {
    if (!late_) co_return;
    auto late = *std::exchange(late_, std::nullopt);
    LiveLimits limits{no_live_limit, {}};
    co_await inner_.add_recording(late.recording, late.due, limits);
  }

  std::optional<Late> late_;
};

/// The blobs go before the row that names them.
class EraseBeforePurge final : public ForwardingCatalog {
 public:
  EraseBeforePurge(Catalog& inner, Blobs& blobs) : ForwardingCatalog(inner), blobs_(blobs) {}

  Task<bool> purge_recording(AccountId account, RecordingId id, Time now) override {
    auto recording = co_await inner_.find_recording(account, id);
    if (recording && recording->trashed_at) {
      auto keys = co_await list_blob_keys(inner_, *recording);
      co_await erase_blobs(blobs_, keys);
    }
    co_return co_await inner_.purge_recording(account, id, now);
  }

 private:
  Blobs& blobs_;
};

/// The old segments go before the joined ones are named.
class EraseBeforeJoin final : public ForwardingCatalog {
 public:
  EraseBeforeJoin(Catalog& inner, Blobs& blobs) : ForwardingCatalog(inner), blobs_(blobs) {}

  Task<bool> join_segments(AccountId account, RecordingId id, ByteCount size,
                           const std::vector<Segment>& joined) override {
    auto recording = co_await inner_.find_recording(account, id);
    if (recording) {
      auto keys = co_await list_blob_keys(inner_, *recording);
      co_await erase_blobs(blobs_, keys);
    }
    co_return co_await inner_.join_segments(account, id, size, joined);
  }

 private:
  Blobs& blobs_;
};

/// What the key stands for is remembered when the recording is there.
class ClaimAfterRow final : public ForwardingCatalog {
 public:
  using ForwardingCatalog::ForwardingCatalog;

  Task<RecordingId> claim(AccountId account, const Sha256Digest& key,
                          RecordingId proposed) override {
    auto known = co_await inner_.find_claim(account, key);
    if (known) co_return *known;
    late_ = Claim{account, key, proposed};
    co_return proposed;
  }

 private:
  struct Claim {
    AccountId account;
    Sha256Digest key;
    RecordingId recording;
  };

  Task<void> after_change() override {
    if (!late_) co_return;
    auto claim = *std::exchange(late_, std::nullopt);
    co_await inner_.claim(claim.account, claim.key, claim.recording);
  }

  std::optional<Claim> late_;
};

/// What is to be done later is written down after the fact that makes it due.
class DueAfterRow final : public ForwardingCatalog {
 public:
  using ForwardingCatalog::ForwardingCatalog;

  Task<AddRecordingResult> add_recording(const Recording& recording, std::optional<Due> due,
                                         LiveLimits limits) override {
    auto result = co_await inner_.add_recording(recording, std::nullopt, limits);
    bool is_due = due && result.outcome == AddRecording::added;
    if (is_due) co_await inner_.add_due(*due);
    co_return result;
  }
};

/// Bugs inside a transaction of SqliteCatalog, by one more connection that writes.
class BesideTheCatalog : public ForwardingCatalog {
 public:
  explicit BesideTheCatalog(const Ports& ports)
      : ForwardingCatalog(*ports.catalog),
        database_({ports.database, SqliteDatabase::Access::read_write, ports.vfs}) {}

 protected:
  SqliteDatabase database_;
};

/// The bytes of a new recording are counted before its row is added.
class QuotaApart final : public BesideTheCatalog {
 public:
  using BesideTheCatalog::BesideTheCatalog;

  Task<AddRecordingResult> add_recording(const Recording& recording, std::optional<Due> due,
                                         LiveLimits limits) override {
    add(recording.account, static_cast<std::int64_t>(recording.size));
    auto result = co_await inner_.add_recording(recording, due, limits);
    // The catalog has counted them too.
    add(recording.account, -static_cast<std::int64_t>(recording.size));
    co_return result;
  }

 private:
  void add(AccountId account, std::int64_t bytes) {
    auto row = database_.query("UPDATE accounts SET used_bytes = used_bytes + ? WHERE id = ?");
    row.bind(bytes, account).run();
  }
};

/// The segments that leave the tail are written to their chunk after the tail has lost them.
class SpillApart final : public BesideTheCatalog {
 public:
  using BesideTheCatalog::BesideTheCatalog;

  Task<AdvanceResult> advance(const Append& append) override {
    auto result = co_await inner_.advance(append);
    auto chunks = take_chunks(append);
    for (const auto& [begin, segments] : chunks) {
      auto row = database_.query(
          "INSERT INTO chunks (account, recording, begin, segments) VALUES (?, ?, ?, ?)");
      row.bind(append.account, append.recording, begin).bind_bytes(segments).run();
    }
    co_return result;
  }

 private:
  std::vector<std::pair<std::int64_t, std::string>> take_chunks(const Append& append) {
    std::vector<std::pair<std::int64_t, std::string>> chunks;
    auto rows =
        database_.query("SELECT begin, segments FROM chunks WHERE account = ? AND recording = ?");
    rows.bind(append.account, append.recording);
    while (rows.step()) chunks.emplace_back(rows.integer(0), rows.text(1));
    auto removal = database_.query("DELETE FROM chunks WHERE account = ? AND recording = ?");
    if (!chunks.empty()) removal.bind(append.account, append.recording).run();
    return chunks;
  }
};

template <class Part>
void put_before_catalog(Ports& ports) {
  ports.catalog = &ports.own<Part>(*ports.catalog);
}

template <class Part>
void put_before_both(Ports& ports) {
  ports.catalog = &ports.own<Part>(*ports.catalog, *ports.blobs);
}

template <class Part>
void put_beside(Ports& ports) {
  ports.catalog = &ports.own<Part>(ports);
}

void store_blobs_late(Ports& ports) {
  auto& late = ports.own<LateBlobs>(*ports.blobs);
  ports.catalog = &ports.own<RowBeforeBlob>(*ports.catalog, late);
  ports.blobs = &late;
}

}  // namespace

std::vector<Bug> list_order_bugs() {
  return {
      {.name = "the row is added before the blob is there", .ports = store_blobs_late},
      {.name = "a recording is acknowledged before its row is committed",
       .ports = put_before_catalog<AckBeforeCommit>},
      {.name = "a purge erases before the row is gone", .ports = put_before_both<EraseBeforePurge>},
      {.name = "a join erases before the swap", .ports = put_before_both<EraseBeforeJoin>},
      {.name = "a key is claimed after the row", .ports = put_before_catalog<ClaimAfterRow>},
      {.name = "what is due is written after the row", .ports = put_before_catalog<DueAfterRow>},
      {.name = "the quota is counted in a transaction of its own", .ports = put_beside<QuotaApart>},
      {.name = "the spill is a transaction of its own", .ports = put_beside<SpillApart>},
  };
}

}  // namespace tapedeck::power
