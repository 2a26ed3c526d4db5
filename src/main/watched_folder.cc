#include "main/watched_folder.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "base/error.h"

namespace tapedeck {

namespace {

constexpr std::size_t files_max = 100'000;
constexpr std::array<std::string_view, 8> unfinished_endings{
    ".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".swp", "~"};

}  // namespace

bool is_unfinished_name(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower.empty() || lower.starts_with('.') || lower.starts_with('~')) return true;
  return std::any_of(unfinished_endings.begin(), unfinished_endings.end(),
                     [&](std::string_view ending) { return lower.ends_with(ending); });
}

WatchedFolder::WatchedFolder(std::filesystem::path folder, Millis settle_time)
    : folder_(std::move(folder)), settle_time_(settle_time) {}

std::vector<WatchedFile> WatchedFolder::look(Clock::time_point now) {
  namespace fs = std::filesystem;
  std::map<std::string, Seen> seen;
  std::vector<WatchedFile> finished;
  std::error_code failed;
  auto options = fs::directory_options::skip_permission_denied;
  fs::recursive_directory_iterator at(folder_, options, failed);
  for (; !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
    if (is_unfinished_name(at->path().filename().string())) {
      at.disable_recursion_pending();
      continue;
    }
    auto stamp = find_stamp(at->path().string());
    if (!stamp || stamp->bytes == 0) continue;
    auto name = at->path().lexically_relative(folder_).string();
    auto before = seen_.find(name);
    bool is_same = before != seen_.end() && before->second.stamp == *stamp;
    auto since = is_same ? before->second.since : now;
    if (now - since >= settle_time_) finished.push_back({name, *stamp});
    seen.emplace(std::move(name), Seen{*stamp, since});
    if (seen.size() == files_max) break;
  }
  if (failed) {
    auto why = failed.message();
    if (!fs::is_directory(folder_, failed)) {
      throw Error(Fault::unavailable, fmt::format("{} cannot be read: {}.", folder_.string(), why));
    }
    seen.insert(seen_.begin(), seen_.end());  // a folder in it went away: the next look sees it all
  }
  seen_ = std::move(seen);
  std::sort(finished.begin(), finished.end(),
            [](const WatchedFile& a, const WatchedFile& b) { return a.name < b.name; });
  return finished;
}

}  // namespace tapedeck
