// Copying: moves all facts and bytes of one pair of stores to another. docs/data.md, "Moving".
#pragma once

#include <array>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/blobs.h"
#include "core/catalog_mode.h"
#include "core/catalog_transfer.h"

namespace tapedeck {

/// One pair of stores. Both must outlive the copying.
struct CopySide {
  CatalogTransfer& facts;
  Blobs& blobs;
};

/// Of one pass, or of what one pass would have to do.
struct CopyCounts {
  std::uint64_t facts = 0;       // looked at
  std::uint64_t recordings = 0;  // of them; without tombstones
  std::uint64_t put = 0;         // facts that were absent or otherwise
  std::uint64_t erased = 0;      // that the source no longer has
  std::uint64_t blobs = 0;       // copied, or read again where they were
  ByteCount bytes = 0;           // in them
};

/// What could not be copied: the source changed meanwhile, and the next pass will; or it is
/// damaged.
struct CopyProblem {
  std::string what;  // the fact or blob
  std::string detail;
};

/// Keeps some 200 bytes in memory for each fact. Used by one task at a time.
class Copying {
 public:
  struct Options {
    std::size_t tasks = 16;  // facts that are copied at one time
    /// After each page of facts and each blob; may be empty.
    std::function<void(const CopyCounts&)> on_progress{};
  };

  Copying(CopySide from, CopySide to, Options options);

  /// Learns what the destination has; before all else. Throws conflict when it has accounts and is
  /// open: it is in use.
  Task<void> learn();
  /// What a pass would find now.
  Task<CopyCounts> plan();
  /// Copies what is not there, or is there otherwise, and erases what the source does not have. The
  /// destination is marked as one that no server may use.
  /// Throws what the stores throw; it can be begun again then, also by another process.
  Task<CopyCounts> pass();
  /// Of the last pass. Empty after one over a source that nobody changes: all of it is there.
  const std::vector<CopyProblem>& problems() const { return problems_; }
  /// Makes the accounts' counters, and the destination one that servers may use.
  Task<void> finish();

 private:
  using Digest = std::array<unsigned char, 16>;
  struct Known {
    Digest digest{};
    Digest segments{};            // whose blobs are there, every one compared
    std::uint32_t seen_pass = 0;  // the last one that found it in the source
  };
  struct HashOf {
    std::size_t operator()(const FactKey& key) const;
  };

  static Digest short_of(const Sha256Digest& digest);
  static Digest segments_of(const Fact& fact);
  bool is_left_out(const Fact& fact) const;
  void note_account(const Fact& fact);
  void note(const Fact& fact);
  void report(std::string what, std::string detail);
  void tell() const;
  Task<void> copy_page(const std::vector<Fact>& facts);
  Task<void> copy(const Fact& fact);
  Task<bool> copy_blobs(const RecordingFact& fact, bool may_be_there);
  Task<bool> copy_blob(const RecordingFact& fact, const Segment& segment, bool may_be_there);
  Task<bool> is_there(const BlobKey& key, const Segment& segment);
  Task<void> erase_unseen(bool accounts);

  const CopySide from_;
  const CopySide to_;
  const Options options_;
  std::unordered_map<FactKey, Known, HashOf> known_;  // what the destination has
  std::unordered_set<AccountId> accounts_;            // that the source has, in this pass
  std::vector<CopyProblem> problems_;
  CopyCounts counts_;
  std::uint32_t pass_ = 0;
  bool resumed_ = false;  // blobs may be there that no fact names
};

/// Facts that differ between two catalogs, as lines for people; at most `max`. What belongs to no
/// account, and the modes, do not count.
Task<std::vector<std::string>> compare_facts(CatalogTransfer& a, CatalogTransfer& b,
                                             std::size_t max);

}  // namespace tapedeck
