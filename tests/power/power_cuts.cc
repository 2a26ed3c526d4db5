#include "power/power_cuts.h"

#include <algorithm>
#include <map>

namespace tapedeck::power {

namespace {

constexpr std::size_t growth_part = ~std::size_t{0};

std::size_t sectors_of(const DiskOperation& operation) {
  if (operation.kind != DiskOperation::Kind::write || operation.bytes.empty()) return 1;
  auto first = operation.offset / PowerCuts::sector_bytes;
  auto last = (operation.offset + operation.bytes.size() - 1) / PowerCuts::sector_bytes;
  return last - first + 1;
}

/// A number for one part of one operation, as if drawn (splitmix64).
std::uint64_t identity_of(std::size_t operation, std::size_t part) {
  std::uint64_t mixed = (operation * 1'000'003 + part + 1) * 0x9E3779B97F4A7C15;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
  return mixed ^ (mixed >> 31);
}

std::uint64_t identity_of_all(std::size_t operation, std::size_t parts) {
  std::uint64_t identity = 0;
  for (std::size_t part = 0; part < parts; ++part) identity ^= identity_of(operation, part);
  return identity;
}

void write_sectors(FileImage& file, const DiskOperation& write, const std::vector<bool>& sectors) {
  auto begin = write.offset;
  const auto end = write.offset + write.bytes.size();
  for (auto kept : sectors) {
    auto next = std::min(end, (begin / PowerCuts::sector_bytes + 1) * PowerCuts::sector_bytes);
    if (kept) file.write(begin, ByteView(write.bytes).substr(begin - write.offset, next - begin));
    begin = next;
  }
}

}  // namespace

const char* name_of(Way way) {
  switch (way) {
    case Way::all_kept:
      return "all kept";
    case Way::all_lost:
      return "all lost";
    case Way::ordered:
      return "ordered";
    case Way::some_operations:
      return "some operations";
    case Way::some_sectors:
      return "some sectors";
    case Way::some_files:
      return "some files";
    case Way::one_lost:
      return "one lost";
    case Way::one_kept:
      return "one kept";
  }
  return "";
}

// ---- walking -----------------------------------------------------------------------------------

void PowerCuts::advance(std::size_t step) {
  using Kind = DiskOperation::Kind;
  for (; step_ < step; ++step_) {
    const auto& operation = log_[step_];
    switch (operation.kind) {
      case Kind::create:
        safe_.files.try_emplace(operation.file);
        unsafe_.push_back(step_);
        break;
      case Kind::make_folder:
        safe_.folders.try_emplace(operation.place.folder);
        unsafe_.push_back(step_);
        break;
      case Kind::remove:
      case Kind::write:
      case Kind::resize:
        unsafe_.push_back(step_);
        break;
      case Kind::sync_file:
      case Kind::sync_folder:
      case Kind::lose:
        settle(operation);
        break;
    }
  }
}

/// What the sync is about is safe, or lost for good, and no longer a question.
void PowerCuts::settle(const DiskOperation& sync) {
  using Kind = DiskOperation::Kind;
  journaled_ = step_;
  std::erase_if(unsafe_, [&](std::size_t at) {
    const auto& operation = log_[at];
    bool is_meant = sync.kind == Kind::sync_folder
                        ? operation.changes_a_name() && operation.place.folder == sync.place.folder
                        : operation.changes_a_file() && operation.file == sync.file;
    if (is_meant && sync.kind != Kind::lose) {
      safe_.apply(operation);
      safe_identity_ ^= identity_of_all(at, sectors_of(operation));
    }
    return is_meant;
  });
}

// ---- drawing -----------------------------------------------------------------------------------

void PowerCuts::keep_whole(Cut& cut, std::size_t operation) const {
  cut.identity ^= identity_of_all(operation, sectors_of(log_[operation]));
  cut.kept.push_back({operation, {}, false});
}

void PowerCuts::keep_some_sectors(Cut& cut, std::size_t operation, std::mt19937_64& dice) const {
  if (log_[operation].kind != DiskOperation::Kind::write) {
    if (dice() % 2 == 0) keep_whole(cut, operation);
    return;
  }
  Cut::Kept kept{operation, std::vector<bool>(sectors_of(log_[operation])), false};
  bool has_some = false;
  for (std::size_t part = 0; part < kept.sectors.size(); ++part) {
    if (dice() % 2 == 0) continue;
    kept.sectors[part] = has_some = true;
    cut.identity ^= identity_of(operation, part);
  }
  kept.only_grows_file = dice() % 4 == 0;
  if (kept.only_grows_file) cut.identity ^= identity_of(operation, growth_part);
  if (has_some || kept.only_grows_file) cut.kept.push_back(std::move(kept));
}

template <class Keeps>
void PowerCuts::keep_if(Cut& cut, Keeps keeps) const {
  for (auto operation : unsafe_) {
    if (keeps(operation)) keep_whole(cut, operation);
  }
}

/// A journal that is committed by a sync has everything from before it.
Cut PowerCuts::draw_ordered(std::mt19937_64& dice) const {
  Cut cut;
  auto first = std::lower_bound(unsafe_.begin(), unsafe_.end(), journaled_);
  auto count = static_cast<std::size_t>(unsafe_.end() - first);
  auto end = first + static_cast<std::ptrdiff_t>(dice() % (count + 1));
  for (auto at = unsafe_.begin(); at != end; ++at) keep_whole(cut, *at);
  if (end != unsafe_.end()) keep_some_sectors(cut, *end, dice);
  return cut;
}

Cut PowerCuts::draw(Way way, std::mt19937_64& dice) const {
  Cut cut;
  auto chosen = unsafe_.empty() ? log_.size() : unsafe_[dice() % unsafe_.size()];
  std::map<FileId, bool> fates;
  switch (way) {
    case Way::all_kept:
      keep_if(cut, [](std::size_t) { return true; });
      break;
    case Way::all_lost:
      break;
    case Way::ordered:
      cut = draw_ordered(dice);
      break;
    case Way::some_operations:
      keep_if(cut, [&](std::size_t) { return dice() % 2 == 0; });
      break;
    case Way::some_sectors:
      for (auto operation : unsafe_) keep_some_sectors(cut, operation, dice);
      break;
    case Way::some_files:
      keep_if(cut, [&](std::size_t at) {
        bool drawn = dice() % 2 == 0;
        if (!log_[at].changes_a_file()) return drawn;
        return fates.try_emplace(log_[at].file, drawn).first->second;
      });
      break;
    case Way::one_lost:
      keep_if(cut, [&](std::size_t at) { return at != chosen; });
      break;
    case Way::one_kept:
      keep_if(cut, [&](std::size_t at) { return at == chosen; });
      break;
  }
  cut.way = way;
  cut.identity ^= safe_identity_;
  return cut;
}

DiskImage PowerCuts::disk_after(const Cut& cut) const {
  auto disk = safe_;
  for (const auto& kept : cut.kept) {
    const auto& operation = log_[kept.operation];
    if (kept.sectors.empty()) {
      disk.apply(operation);
      continue;
    }
    auto& file = disk.files[operation.file];
    auto end = operation.offset + operation.bytes.size();
    if (kept.only_grows_file && file.size() < end) file.resize(end);
    write_sectors(file, operation, kept.sectors);
  }
  disk.drop_unreachable();
  return disk;
}

}  // namespace tapedeck::power
