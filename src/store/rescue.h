// What volume files hold, with no catalog: docs/data.md, "With nothing else left".
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "core/id.h"

namespace tapedeck {

/// One recording, as far as it was found.
struct RescuedRecording {
  AccountId account;
  RecordingId id;                  // its time is when the recording was begun
  std::string path;                // of the audio
  std::string sniffed_type;        // empty: unknown
  ByteCount size = 0;              // of what was found
  std::string sha256;              // of it, in hexadecimal
  std::vector<ByteRange> missing;  // between what was found; what would follow it is unknown
};

struct RescueReport {
  std::uint64_t volumes = 0;
  std::uint64_t recordings = 0;
  std::uint64_t blobs = 0;
  std::uint64_t damaged = 0;     // other bytes than their checksum says: or never acknowledged
  std::uint64_t incomplete = 0;  // recordings with something missing
};

/// Reads the volumes, which nobody may write meanwhile, and writes into the new or empty folder
/// `to` for each recording ACCOUNT/RECORDING.EXT and, beside it, RECORDING.json. What was erased
/// stays so, where the volume says it. Throws Error{invalid} for a file that is no volume, conflict
/// for a folder with something in it, unavailable, storage_full.
RescueReport rescue(const std::vector<std::string>& volumes, const std::string& to,
                    const std::function<void(const RescuedRecording&)>& on_recording);

}  // namespace tapedeck
