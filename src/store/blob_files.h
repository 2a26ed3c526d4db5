// Where a blob lies in a data folder: docs/data.md, "A data folder".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/id.h"
#include "store/disk.h"

namespace tapedeck {

/// Folders under blobs/: a digit of Crockford's base 32. Few, because making them is most of a
/// first start; file systems with indexed folders keep millions of files in each.
inline constexpr std::size_t blob_folders = 32;

/// "0" to "Z", ascending.
std::string blob_folder_name(std::size_t index);
/// The last character of the piece.
std::string blob_folder_name(const BlobKey& key);
/// The number of blob_folder_name(key).
std::size_t blob_folder_index(const BlobKey& key);

/// "ACCOUNT.RECORDING.PIECE"
std::string blob_file_name(const BlobKey& key);
/// Nothing for the names of other files.
std::optional<BlobKey> parse_blob_file_name(std::string_view name);

/// "X/ACCOUNT.RECORDING.PIECE"
std::string blob_path(const BlobKey& key);

/// Where volumes are; its name is that of no folder of files.
std::string volumes_folder(const std::string& root);

/// Makes all folders under `root`, and syncs them, so that no put has to.
void make_blob_folders(Disk& disk, const std::string& root);

}  // namespace tapedeck
