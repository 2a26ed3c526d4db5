#include "conformance/blobs_suite.h"

#include <set>
#include <thread>
#include <vector>

#include <unistd.h>

#include "base/error.h"

namespace tapedeck {

namespace {

/// Yields some bytes, then breaks.
class BrokenSource final : public ByteSource {
 public:
  BrokenSource(std::string bytes, std::size_t chunks) : bytes_(std::move(bytes)), left_(chunks) {}
  Task<ByteView> read() override {
    if (left_ == 0) throw Error(Fault::timed_out, "the client went away");
    --left_;
    co_return ByteView(bytes_);
  }

 private:
  std::string bytes_;
  std::size_t left_;
};

Fault fault_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.fault();
  }
  ADD_FAILURE() << "nothing was thrown";
  return Fault::internal;
}

}  // namespace

std::string BlobsSuite::drain(ByteSource& source) {
  std::string all;
  for (;;) {
    auto slice = run(source.take_file());
    if (slice) {
      std::string piece(slice->range.size(), '\0');
      auto got = ::pread(slice->descriptor, piece.data(), piece.size(),
                         static_cast<off_t>(slice->range.begin));
      EXPECT_EQ(got, static_cast<ssize_t>(piece.size()));
      all += piece;
      continue;
    }
    auto chunk = run(source.read());
    if (chunk.empty()) return all;
    all += chunk;
  }
}

BlobKey BlobsSuite::new_key() {
  return {AccountId::make(env_), RecordingId::make(env_), Ulid::make(env_)};
}

std::string BlobsSuite::make_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  std::uint32_t state = 12'345;
  for (auto& byte : bytes) {
    state = state * 1'664'525u + 1'013'904'223u;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

BlobKey BlobsSuite::put(const std::string& bytes) {
  auto key = new_key();
  MemorySource source(bytes, 64 * KiB);
  Checksums sums;
  EXPECT_EQ(run(blobs().put(key, source, sums)), bytes.size());
  EXPECT_EQ(sums.whole().seen(), bytes.size());
  EXPECT_EQ(sums.whole().finish(), sha256_of(bytes));
  return key;
}

std::string BlobsSuite::read(const BlobKey& key, ByteRange range) {
  auto source = run(blobs().open(key, range));
  return run(read_all(*source, GiB));
}

bool BlobsSuite::exists(const BlobKey& key) {
  try {
    run(blobs().open(key, {0, 0}));
    return true;
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::not_found);
    return false;
  }
}

TEST_P(BlobsSuite, WhatWasPutIsReadBackIdenticalAfterARestart) {
  for (std::size_t size : {1u, 4'095u, 65'536u, 1'048'576u, 1'048'577u, 5'000'000u}) {
    auto bytes = make_bytes(size);
    auto key = put(bytes);
    reopen();
    EXPECT_TRUE(read(key, {0, size}) == bytes) << size;
  }
}

TEST_P(BlobsSuite, TheChecksumsGoOnWhereTheyWere) {
  Checksums sums;
  sums.check_also(DigestAlgorithm::md5);
  MemorySource first("first", 2);
  MemorySource second("second", 2);
  sums.begin_segment();
  run(blobs().put(new_key(), first, sums));
  EXPECT_EQ(sums.segment(), sha256_of("first"));
  sums.begin_segment();
  run(blobs().put(new_key(), second, sums));
  EXPECT_EQ(sums.segment(), sha256_of("second"));
  EXPECT_EQ(sums.whole().finish(), sha256_of("firstsecond"));
}

TEST_P(BlobsSuite, AnyRangeInsideABlobCanBeRead) {
  auto bytes = make_bytes(700'000);
  auto key = put(bytes);
  for (auto range : std::vector<ByteRange>{{0, 0},
                                           {0, 1},
                                           {5, 5},
                                           {262'143, 262'145},
                                           {699'999, 700'000},
                                           {700'000, 700'000},
                                           {1, 699'999}}) {
    EXPECT_TRUE(read(key, range) == bytes.substr(range.begin, range.size())) << range.begin;
    auto source = run(blobs().open(key, range));
    EXPECT_TRUE(drain(*source) == bytes.substr(range.begin, range.size())) << range.begin;
  }
}

TEST_P(BlobsSuite, ARangeThatDoesNotLieInsideIsRefused) {
  auto key = put("0123456789");
  for (auto range : std::vector<ByteRange>{{0, 11}, {11, 11}, {5, 4}, {0, ~ByteCount{0}}}) {
    auto open = [&] { run(blobs().open(key, range)); };
    EXPECT_EQ(fault_of(open), Fault::invalid);
  }
}

TEST_P(BlobsSuite, ABlobThatIsNotThereIsNotFound) {
  auto open = [&] { run(blobs().open(new_key(), {0, 0})); };
  EXPECT_EQ(fault_of(open), Fault::not_found);
}

TEST_P(BlobsSuite, ASourceWithoutAByteStoresNothing) {
  auto key = new_key();
  MemorySource source("");
  Checksums sums;
  EXPECT_EQ(run(blobs().put(key, source, sums)), 0u);
  EXPECT_FALSE(exists(key));
  EXPECT_TRUE(run(blobs().list({}, 9)).keys.empty());
}

TEST_P(BlobsSuite, WhatTheSourceThrowsIsThrown) {
  for (std::size_t chunks : {0u, 1u, 5u, 40u}) {
    BrokenSource source(make_bytes(64 * KiB), chunks);
    Checksums sums;
    auto put_it = [&] { run(blobs().put(new_key(), source, sums)); };
    EXPECT_EQ(fault_of(put_it), Fault::timed_out) << chunks;
  }
  EXPECT_EQ(put("and the store still works").text().size(), 80u);
}

TEST_P(BlobsSuite, AnErasedBlobDoesNotComeBackAndAbsenceIsNoError) {
  auto key = put("gone");
  auto other = put("kept");
  run(blobs().erase(key));
  run(blobs().erase(key));
  reopen();
  EXPECT_FALSE(exists(key));
  EXPECT_EQ(read(other, {0, 4}), "kept");
}

TEST_P(BlobsSuite, AnOpenSourceStaysReadableWhenItsBlobIsErased) {
  auto bytes = make_bytes(600'000);
  auto key = put(bytes);
  auto read_later = run(blobs().open(key, {0, bytes.size()}));
  auto sent_later = run(blobs().open(key, {1, bytes.size()}));
  std::string first(run(read_later->read()));
  run(blobs().erase(key));
  EXPECT_TRUE(first + run(read_all(*read_later, GiB)) == bytes);
  EXPECT_TRUE(drain(*sent_later) == bytes.substr(1));
}

TEST_P(BlobsSuite, ASourceMayBeDroppedHalfRead) {
  auto key = put(make_bytes(600'000));
  auto source = run(blobs().open(key, {0, 600'000}));
  EXPECT_FALSE(run(source->read()).empty());
  source.reset();
  EXPECT_TRUE(exists(key));
}

TEST_P(BlobsSuite, PagesOfTheListHaveEachBlobOnce) {
  std::set<BlobKey> keys;
  for (int i = 0; i < 50; ++i) keys.insert(put("blob"));
  for (std::size_t page_max : {1u, 7u, 50u, 100u}) {
    std::vector<BlobKey> seen;
    std::optional<BlobKey> after;
    do {
      auto page = run(blobs().list(after, page_max));
      EXPECT_LE(page.keys.size(), page_max);
      seen.insert(seen.end(), page.keys.begin(), page.keys.end());
      after = page.next;
    } while (after);
    EXPECT_EQ(seen.size(), keys.size()) << page_max;
    EXPECT_EQ(std::set<BlobKey>(seen.begin(), seen.end()), keys) << page_max;
  }
}

TEST_P(BlobsSuite, AListGoesOnBehindABlobThatWasErasedMeanwhile) {
  std::set<BlobKey> keys;
  for (int i = 0; i < 20; ++i) keys.insert(put("blob"));
  std::optional<BlobKey> after;
  std::size_t seen = 0;
  do {
    auto page = run(blobs().list(after, 3));
    for (const auto& key : page.keys) run(blobs().erase(key));
    seen += page.keys.size();
    after = page.next;
  } while (after);
  EXPECT_EQ(seen, keys.size());
  EXPECT_TRUE(run(blobs().list({}, 9)).keys.empty());
}

TEST_P(BlobsSuite, ManyPutsAtOnceDoNotMix) {
  auto bytes = make_bytes(300'000);
  std::vector<BlobKey> keys(8);
  for (auto& key : keys) key = new_key();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    threads.emplace_back([&, i] {
      MemorySource source(bytes.substr(i), 4'096);
      Checksums sums;
      run_task(blobs().put(keys[i], source, sums));
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_TRUE(read(keys[i], {0, bytes.size() - i}) == bytes.substr(i)) << i;
  }
}

TEST_P(BlobsSuite, FreeSpaceIsSomeOrUnknown) {
  auto free = run(blobs().free_bytes());
  EXPECT_GT(free.value_or(1), 0u);
}

}  // namespace tapedeck
