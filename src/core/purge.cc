#include "core/purge.h"

#include "base/error.h"
#include "core/direct_state.h"

namespace tapedeck {

namespace {

constexpr std::size_t page_segments = 512;
constexpr std::size_t keys_max = 1'000'000;  // of one recording; more are left to the Sweeper
constexpr int complete_attempts_max = 10;

/// Of one without a byte, which alone can have some on their way; what is listed does not say.
Task<std::optional<DirectBlob>> find_direct_blob(Catalog& catalog, const Recording& recording) {
  if (recording.size > 0) co_return std::nullopt;
  auto found = co_await catalog.find_recording(recording.account, recording.id);
  if (!found || found->direct.empty()) co_return std::nullopt;
  co_return direct_blob(*found, parse_direct(found->direct));
}

}  // namespace

Task<std::vector<BlobKey>> list_blob_keys(Catalog& catalog, const Recording& recording) {
  std::vector<BlobKey> keys;
  ByteCount from = 0;
  while (keys.size() < keys_max) {
    auto page =
        co_await catalog.list_segments(recording.account, recording.id, from, page_segments);
    if (page.empty()) break;
    for (const auto& segment : page) keys.push_back(blob_key(recording, segment));
    from = page.back().end;
  }
  co_return keys;
}

Task<void> erase_blobs(Blobs& blobs, const std::vector<BlobKey>& keys) {
  for (const auto& key : keys) {
    try {
      co_await blobs.erase(key);
    } catch (const Error&) {
      co_return;  // a store that does not answer would not answer for the next one: garbage now
    }
  }
}

Task<bool> purge_trashed(Catalog& catalog, Blobs& blobs, const Recording& recording, Time now) {
  auto keys = co_await list_blob_keys(catalog, recording);
  auto direct = co_await find_direct_blob(catalog, recording);
  auto purged = co_await catalog.purge_recording(recording.account, recording.id, now);
  if (!purged) co_return false;
  co_await erase_blobs(blobs, keys);
  if (direct) co_await erase_direct(blobs, *direct);
  co_return true;
}

Task<void> remove_recording(Catalog& catalog, Blobs& blobs, const Recording& recording, Time now) {
  auto trashed = co_await catalog.trash_recording(recording.account, recording.id, now, now);
  if (!trashed || trashed->size != recording.size) co_return;
  co_await purge_trashed(catalog, blobs, *trashed, now);
}

Task<std::optional<Recording>> complete_live(Catalog& catalog, AccountId account, RecordingId id,
                                             Time silent_since, Time now) {
  for (int attempt = 0; attempt < complete_attempts_max; ++attempt) {
    auto recording = co_await catalog.find_recording(account, id);
    if (!recording || recording->state != RecordingState::recording) co_return recording;
    if (recording->last_append_at > silent_since) co_return recording;
    auto digest = Sha256::restore(recording->hash_state);
    if (!digest) throw Error(Fault::internal, "recording " + id.text() + ": bad hash_state");
    Append append;
    append.account = account;
    append.recording = id;
    append.from = recording->size;
    append.hash_state = recording->hash_state;
    append.now = now;
    append.direct = append.next_direct = recording->direct;
    append.ending = Append::Ending{digest->finish(), RecordingState::ready, true};
    auto result = co_await catalog.advance(append);
    static_cast<void>(result);  // a conflict, too: it grew meanwhile, and is looked at again
  }
  throw Error(Fault::conflict, "This recording is growing right now: stop it first.");
}

}  // namespace tapedeck
