// DynamoStore: recordings and the bytes that their accounts count for them, which are two items;
// and their segments beyond the tail. docs/data.md, "Holds", has the protocol.
#pragma once

#include "store/dynamo_agenda.h"
#include "store/dynamo_client.h"
#include "store/dynamo_rows.h"

namespace tapedeck {

/// Another try of something that others' writes came in the way of.
class DynamoAttempts {
 public:
  explicit DynamoAttempts(Env& env) : env_(env) {}
  /// Pauses, but not before the first try. Throws unavailable after many, and after 20 s: a call of
  /// the last try may take ten more, and the feed of changes relies on writes giving up after 30 s.
  Task<void> next();

 private:
  Env& env_;
  int made_ = 0;
  Time ends_by_{};
};

/// What is to be counted for a recording before it is written.
struct HoldWish {
  const DynamoRecording& row;  // as it was read, or as it is to be added
  bool exists = true;          // row was read; else there is none, or a tombstone
  ByteCount bytes = 0;         // at least these
  bool live = false;           // it will be live
  bool within_quota = false;   // else it may exceed the quota, and the account may be closing
  LiveLimits limits{no_live_limit, {}};  // looked at within the quota, when it becomes live
};
enum class [[nodiscard]] TakeHold { taken, moved, no_account, over_quota, too_many_live };
struct [[nodiscard]] TakeHoldResult {
  TakeHold outcome = TakeHold::taken;  // moved: the recording may have changed, read it again
  DynamoHold hold{};                   // taken
  ByteCount bytes_left = 0;            // over_quota
};

/// Safe for concurrent use.
class DynamoStore {
 public:
  DynamoStore(DynamoClient& client, DynamoAgenda& agenda, Env& env)
      : client_(client), agenda_(agenda), env_(env) {}

  Task<std::optional<DynamoAccount>> find_account(AccountId id);
  /// Tombstones included.
  Task<std::optional<DynamoRecording>> find_row(AccountId account, RecordingId id);
  /// No tombstone.
  Task<std::optional<DynamoRecording>> find_recording(AccountId account, RecordingId id);

  /// Writes the row with a new `rev` on the condition that the item's is still `row.rev`, or that
  /// there is none when that is empty. False: it was not. Throws unavailable when that cannot be
  /// told any more.
  Task<bool> store(DynamoRecording& row);

  // -- holds --

  Task<TakeHoldResult> take_hold(const HoldWish& wish);
  /// After `after` was written under the hold, and is not open: the hold goes. Failing is no
  /// error: what is left is resolved by whoever meets it.
  Task<void> settle(AccountId account, const DynamoHold& hold, const DynamoRecording& after);
  /// As settle, of a tombstone, whose chunks go before the hold.
  Task<void> settle_gone(const DynamoRecording& tombstone, const DynamoHold& hold);
  /// Ends the hold of a recording that is not open, whatever has become of it.
  Task<void> resolve(AccountId account, RecordingId id);
  /// All holds of the account that were last touched before `before`. True: one of them is gone.
  Task<bool> resolve_all(const DynamoAccount& account, Time before);
  /// What open recordings count ahead of their bytes is given back. True: one of them had some.
  Task<bool> trim_all(const DynamoAccount& account);

  // -- segments --

  /// Adds the segments to the row's tail, after making durable what no longer fits there.
  Task<void> add_to_tail(DynamoRecording& row, const std::vector<Segment>& added);
  /// Segments that end after `from`, at most `max`.
  Task<std::vector<Segment>> list_segments(AccountId account, RecordingId id, ByteCount from,
                                           std::size_t max);
  /// Chunks that the row's item will name; they come before its tail.
  Task<void> put_chunks(const DynamoRecording& row,
                        const std::vector<std::vector<Segment>>& chunks);
  /// Those of the generation and all before it; of those before it alone.
  Task<void> erase_chunks_through(const DynamoRecording& row);
  Task<void> erase_chunks_before(const DynamoRecording& row);

  /// Random, and later than `before`.
  std::string make_generation(const std::string& before);
  std::string make_nonce();

 private:
  Task<TakeHoldResult> try_hold(const HoldWish& wish, const DynamoAccount& account);
  DynamoHold wanted_hold(const HoldWish& wish, const DynamoHold* existing);
  Task<bool> write_hold(const HoldWish& wish, const DynamoAccount& account,
                        const DynamoHold* existing, const DynamoHold& hold);
  Task<bool> fence(std::optional<DynamoRecording>& row, AccountId account, RecordingId id);
  Task<bool> trim(const DynamoAccount& account, DynamoRecording row, const DynamoHold& hold);
  Task<Written> remove_hold(AccountId account, const DynamoHold& hold, ByteCount remaining);

  Task<void> put_chunk(const DynamoRecording& row, const std::string& prefix,
                       const std::vector<Segment>& segments);
  Task<void> publish_batch(const DynamoRecording& row);
  Task<void> erase_chunks(const DynamoRecording& row, std::string to);
  Task<void> read_chunks(const DynamoRecording& row, std::size_t max, std::vector<Segment>& found,
                         ByteCount& at);

  DynamoClient& client_;
  DynamoAgenda& agenda_;
  Env& env_;
};

}  // namespace tapedeck
