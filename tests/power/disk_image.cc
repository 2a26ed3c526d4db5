#include "power/disk_image.h"

#include <set>

namespace tapedeck::power {

namespace {

std::string path_of(const Place& place) {
  return place.folder.empty() ? place.name : place.folder + "/" + place.name;
}

}  // namespace

Place place_of(const std::string& path) {
  auto slash = path.rfind('/');
  if (slash == path.npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

std::optional<FileId> DiskImage::find(const std::string& path) const {
  auto place = place_of(path);
  auto folder = folders.find(place.folder);
  if (folder == folders.end()) return std::nullopt;
  auto name = folder->second.find(place.name);
  if (name == folder->second.end() || name->second == no_file) return std::nullopt;
  return name->second;
}

void DiskImage::apply(const DiskOperation& operation) {
  using Kind = DiskOperation::Kind;
  const auto& place = operation.place;
  switch (operation.kind) {
    case Kind::create:
      files.try_emplace(operation.file);
      folders[place.folder][place.name] = operation.file;
      return;
    case Kind::make_folder:
      folders[place.folder][place.name] = no_file;
      folders.try_emplace(path_of(place));
      return;
    case Kind::remove:
      folders[place.folder].erase(place.name);
      return;
    case Kind::write:
      files[operation.file].write(operation.offset, operation.bytes);
      return;
    case Kind::resize:
      files[operation.file].resize(operation.offset);
      return;
    case Kind::sync_file:
    case Kind::sync_folder:
    case Kind::lose:
      return;
  }
}

void DiskImage::drop_unreachable() {
  std::set<FileId> named;
  // A folder comes before what lies in it.
  for (auto at = folders.begin(); at != folders.end();) {
    auto place = place_of(at->first);
    auto parent = folders.find(place.folder);
    bool is_root = at->first.empty();
    if (!is_root && (parent == folders.end() || parent->second.count(place.name) == 0)) {
      at = folders.erase(at);
      continue;
    }
    for (const auto& [name, file] : at->second) named.insert(file);
    ++at;
  }
  std::erase_if(files, [&](const auto& file) { return named.count(file.first) == 0; });
}

}  // namespace tapedeck::power
