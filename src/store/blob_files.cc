#include "store/blob_files.h"

#include <algorithm>

#include "base/check.h"

namespace tapedeck {

namespace {

constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t file_name_chars = 3 * 26 + 2;

}  // namespace

std::string blob_folder_name(std::size_t index) {
  MUST(index < blob_folders);
  return {digits[index]};
}

std::size_t blob_folder_index(const BlobKey& key) {
  return key.piece.bytes.back() % blob_folders;  // the last character is the last five bits
}

std::string blob_folder_name(const BlobKey& key) {
  return blob_folder_name(blob_folder_index(key));
}

std::string blob_file_name(const BlobKey& key) {
  auto name = key.text();
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

std::optional<BlobKey> parse_blob_file_name(std::string_view name) {
  if (name.size() != file_name_chars || name.find('/') != name.npos) return std::nullopt;
  std::string text(name);
  std::replace(text.begin(), text.end(), '.', '/');
  auto key = BlobKey::parse(text);
  // Exactly as we write it: another spelling of the same key is not our file.
  if (!key || blob_file_name(*key) != name) return std::nullopt;
  return key;
}

std::string blob_path(const BlobKey& key) {
  return blob_folder_name(key) + "/" + blob_file_name(key);
}

std::string volumes_folder(const std::string& root) {
  return root + "/volumes";
}

void make_blob_folders(Disk& disk, const std::string& root) {
  disk.make_folder(root);
  for (std::size_t i = 0; i < blob_folders; ++i) {
    disk.make_folder(root + "/" + blob_folder_name(i));
  }
  disk.make_folder(volumes_folder(root));
  disk.sync_folder(root);
}

}  // namespace tapedeck
