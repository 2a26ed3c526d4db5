// What a store that takes bytes from clients itself says and asks: the values of Blobs' methods for
// direct uploads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "core/id.h"

namespace tapedeck {

/// What the store asks of a blob that comes in parts.
struct DirectLimits {
  ByteCount part_bytes_min = 0;  // of each part but the last
  ByteCount part_bytes_max = 0;
  int parts_max = 0;
  ByteCount bytes_max = 0;
};

/// A blob whose parts are not one object yet.
struct DirectBlob {
  BlobKey key;
  std::string upload;  // the store's own name of it; opaque
};

struct DirectBlobPage {
  std::vector<DirectBlob> blobs;
  std::optional<DirectBlob> next;  // pass it on as `after`; nothing at the end
};

/// One part that the store has, or that the client says it has.
struct DirectPart {
  int number = 1;       // from 1
  std::string etag;     // as the store gave it, without quotes
  ByteCount bytes = 0;  // list_direct_parts() alone sets it
};

enum class [[nodiscard]] FinishDirect {
  done,         // the blob is durable, and has that many bytes
  wrong_parts,  // the store has others: they can be put again
  wrong_size,   // the blob is durable, with another number of bytes
  gone,         // the store knows neither the parts nor the blob
};

/// Whether it can be one; else it must not reach a store.
bool is_well_formed_etag(std::string_view text);

}  // namespace tapedeck
