// Beginning a direct upload, and where its parts go. Completing it is in direct_complete.cc.
#include "core/direct_uploads.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/check.h"
#include "base/error.h"

namespace tapedeck {

namespace {

constexpr int begin_attempts_max = 5;  // others begin it, or end it, at the same time

Error cannot() {
  return {Fault::invalid,
          "This server's store takes no uploads directly: send the bytes here, by tus "
          "(\"Tus-Resumable: 1.0.0\") or in one POST /api/v1/recordings."};
}

/// What the store has, by number.
std::map<int, DirectPart> index(const std::vector<DirectPart>& parts) {
  std::map<int, DirectPart> by_number;
  for (const auto& part : parts) by_number[part.number] = part;
  return by_number;
}

}  // namespace

DirectUploads::DirectUploads(Catalog& catalog, Blobs& blobs, Env& env, Live& live, Uploads& uploads,
                             Options options)
    : catalog_(catalog),
      blobs_(blobs),
      env_(env),
      live_(live),
      uploads_(uploads),
      options_(options) {}

// ---- beginning ---------------------------------------------------------------------------------

Task<OpenDirectUpload> DirectUploads::open(const Caller& caller, NewDirectUpload wanted) {
  require(caller, Scope::capture);
  auto limits = blobs_.direct_limits();
  if (!limits) throw cannot();
  if (wanted.length == 0) throw Error(Fault::invalid, "A direct upload has at least one byte.");
  if (wanted.length > limits->bytes_max) throw too_large(limits->bytes_max);
  NewUpload made;
  made.description = std::move(wanted.description);
  made.length = wanted.length;
  made.whole_reserved = true;
  made.idempotency_key = std::move(wanted.idempotency_key);
  bool keyed = !made.idempotency_key.empty() || !made.description.client_id.empty();
  auto open = co_await uploads_.open(caller, std::move(made));
  co_await begin(caller, open.recording, wanted.length, keyed);
  co_return co_await show(std::move(open), 1);
}

/// As large as the options say, and in so many parts at most as the store takes.
ByteCount DirectUploads::choose_part_bytes(ByteCount length) const {
  auto limits = *blobs_.direct_limits();
  auto parts_max = static_cast<ByteCount>(limits.parts_max);
  auto needed = (length + parts_max - 1) / parts_max;
  auto bytes = std::max({options_.part_bytes, limits.part_bytes_min, needed});
  return std::min(bytes, limits.part_bytes_max);
}

/// The recording says afterwards where its bytes go, unless it is complete already. The store
/// first: what a crash leaves there, the Sweeper finds.
Task<void> DirectUploads::begin(const Caller& caller, Recording& recording, ByteCount length,
                                bool keyed) {
  for (int attempt = 0; attempt < begin_attempts_max; ++attempt) {
    if (!recording.direct.empty() || !may_grow(recording)) co_return;
    if (recording.size > 0) {
      throw Error(Fault::conflict,
                  "Bytes of this recording came here already: go on with them by tus.");
    }
    if (caller.has_quota && recording.reserved_bytes < length) {
      auto reserved = co_await catalog_.reserve(recording.account, recording.id, length);
      if (!reserved) throw over_quota(recording.reserved_bytes);
    }
    DirectState state;
    state.piece = Ulid::make(env_);
    state.part_bytes = choose_part_bytes(length);
    state.keyed = keyed;
    BlobKey key{recording.account, recording.id, state.piece};
    auto blob = co_await blobs_.begin_direct(key);
    state.upload = blob.upload;
    auto append = move_direct(recording, print_direct(state), env_.now());
    append.length = length;
    auto result = co_await catalog_.advance(append);
    if (result.outcome != Advance::done) co_await erase_direct(blobs_, blob);
    auto found = co_await catalog_.find_recording(recording.account, recording.id);
    if (!found) throw Error(Fault::not_found, "This recording was deleted meanwhile.");
    recording = std::move(*found);
  }
  throw Error(Fault::conflict, "This recording is changing right now: begin again.");
}

// ---- parts -------------------------------------------------------------------------------------

Task<OpenUpload> DirectUploads::find(std::string_view secret,
                                     std::optional<std::string_view> bearer) {
  auto open = co_await uploads_.find(secret, bearer);
  if (expires_at(open) <= env_.now()) {
    throw Error(Fault::not_found, "This upload took longer than it may: begin a new one.");
  }
  bool is_over = open.recording.direct.empty() && !may_grow(open.recording);
  if (is_over) co_return open;
  if (open.recording.direct.empty()) {
    throw Error(Fault::conflict, "The bytes of this upload do not go directly to the store.");
  }
  if (!is_possible()) throw cannot();
  co_return open;
}

/// A recording may take so long from its beginning on; reading back is not counted.
Time DirectUploads::expires_at(const OpenUpload& open) const {
  const auto& recording = open.recording;
  if (recording.direct.empty() || parse_direct(recording.direct).read) return open.expires_at;
  auto own_max = live_.options().recording_time_max;
  auto time_max = std::min(open.limits.recording_time_max.value_or(own_max), own_max);
  return std::min(open.expires_at, recording.created_at + time_max);
}

Task<OpenDirectUpload> DirectUploads::list_parts(std::string_view secret,
                                                 std::optional<std::string_view> bearer, int from) {
  auto open = co_await find(secret, bearer);
  co_return co_await show(std::move(open), from);
}

Task<OpenDirectUpload> DirectUploads::show(OpenUpload open, int from) {
  OpenDirectUpload direct;
  direct.expires_at = direct.urls_expire_at = expires_at(open);
  direct.open = std::move(open);
  const auto& recording = direct.open.recording;
  direct.is_assembled = recording.direct.empty();
  if (direct.is_assembled) co_return direct;
  auto state = parse_direct(recording.direct);
  MUST(recording.length);
  direct.part_bytes = state.part_bytes;
  direct.part_count = count_parts(state, *recording.length);
  if (from < 1 || from > direct.part_count) {
    throw Error(Fault::invalid,
                fmt::format("The upload's parts have the numbers 1 to {}.", direct.part_count));
  }
  direct.is_assembled = state.read.has_value();
  if (!direct.is_assembled) co_await sign(direct, state, from);
  co_return direct;
}

/// When the store knows no parts, they are one blob already, or lost: completing it tells.
Task<void> DirectUploads::sign(OpenDirectUpload& direct, const DirectState& state, int from) {
  const auto& recording = direct.open.recording;
  auto blob = direct_blob(recording, state);
  auto page = static_cast<std::size_t>(options_.page_parts);
  auto listed = co_await blobs_.list_direct_parts(blob, from - 1, page);
  direct.is_assembled = !listed;
  if (!listed) co_return;
  auto stored = index(*listed);
  auto now = env_.now();
  auto left = std::chrono::ceil<std::chrono::seconds>(direct.expires_at - now);
  auto lifetime = std::min(options_.url_lifetime, left);
  direct.urls_expire_at = now + lifetime;
  auto end = std::min(from + options_.page_parts, direct.part_count + 1);
  for (int number = from; number < end; ++number) {
    DirectPartTarget part;
    part.number = number;
    part.range = range_of_part(state, *recording.length, number);
    part.url = co_await blobs_.direct_part_url(blob, number, part.range.size(), lifetime);
    auto has = stored.find(number);
    if (has != stored.end() && has->second.bytes == part.range.size()) part.etag = has->second.etag;
    direct.parts.push_back(std::move(part));
  }
  if (end <= direct.part_count) direct.next = end;
}

}  // namespace tapedeck
