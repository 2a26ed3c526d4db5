#include "conformance/blobs_direct.h"

#include <algorithm>

#include "base/error.h"

namespace tapedeck {

std::string DirectBlobsSuite::make_part(char first) {
  std::string bytes(limits().part_bytes_min, first);
  for (std::size_t i = 0; i < bytes.size(); i += 997) bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

std::optional<std::string> DirectBlobsSuite::put(const DirectBlob& blob, int number,
                                                 const std::string& bytes,
                                                 std::optional<ByteCount> signed_for) {
  auto length = signed_for.value_or(bytes.size());
  auto url = run_task(blobs().direct_part_url(blob, number, length, std::chrono::minutes{5}));
  return harness_->put_part(url, bytes);
}

DirectPart DirectBlobsSuite::put_part(const DirectBlob& blob, int number,
                                      const std::string& bytes) {
  return {number, put(blob, number, bytes).value(), bytes.size()};
}

FinishDirect DirectBlobsSuite::finish(const DirectBlob& blob, const std::vector<DirectPart>& parts,
                                      ByteCount bytes) {
  return run_task(blobs().finish_direct(blob, parts, bytes));
}

std::optional<std::string> DirectBlobsSuite::read(const BlobKey& key, ByteCount bytes) {
  auto read_it = [&]() -> Task<std::string> {
    ByteRange range{0, bytes};
    auto source = co_await blobs().open(key, range);
    co_return co_await read_all(*source, bytes);
  };
  try {
    return run_task(read_it());
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::not_found) << error.what();
  }
  return std::nullopt;
}

std::vector<DirectBlob> DirectBlobsSuite::list_unfinished(std::size_t page_max) {
  std::vector<DirectBlob> all;
  std::optional<DirectBlob> after;
  do {
    auto page = run_task(blobs().list_unfinished(after, page_max));
    EXPECT_LE(page.blobs.size(), page_max);
    all.insert(all.end(), page.blobs.begin(), page.blobs.end());
    after = page.next;
  } while (after);
  return all;
}

namespace {

std::size_t count(const std::vector<DirectBlob>& blobs, const DirectBlob& wanted) {
  auto is_it = [&](const DirectBlob& blob) {
    return blob.key == wanted.key && blob.upload == wanted.upload;
  };
  return static_cast<std::size_t>(std::count_if(blobs.begin(), blobs.end(), is_it));
}

}  // namespace

TEST_P(DirectBlobsSuite, PartsPutInAnyOrderAreOneBlob) {
  auto blob = begin();
  auto first = make_part('a');
  auto second = make_part('b');
  std::string third = "the end";
  auto part3 = put_part(blob, 3, third);
  auto part1 = put_part(blob, 1, first);
  auto part2 = put_part(blob, 2, second);
  auto whole = first + second + third;
  EXPECT_EQ(read(blob.key, 1), std::nullopt) << "nothing of it is there before";
  EXPECT_EQ(finish(blob, {part1, part2, part3}, whole.size()), FinishDirect::done);
  EXPECT_EQ(read(blob.key, whole.size()), whole);
  auto page = run_task(blobs().list(std::nullopt, 100));
  EXPECT_EQ(page.keys, std::vector{blob.key});
}

TEST_P(DirectBlobsSuite, FinishingAgainIsNoError) {
  auto blob = begin();
  std::string bytes = "only one part";
  auto part = put_part(blob, 1, bytes);
  EXPECT_EQ(finish(blob, {}, bytes.size()), FinishDirect::wrong_parts) << "it was not done";
  EXPECT_EQ(finish(blob, {part}, bytes.size()), FinishDirect::done);
  EXPECT_EQ(finish(blob, {part}, bytes.size()), FinishDirect::done);
  EXPECT_EQ(finish(blob, {}, bytes.size()), FinishDirect::done);
  EXPECT_EQ(finish(blob, {part}, bytes.size() + 1), FinishDirect::wrong_size);
  EXPECT_EQ(read(blob.key, bytes.size()), bytes);
}

TEST_P(DirectBlobsSuite, TheLastOfTwoPutsOfAPartCounts) {
  auto blob = begin();
  auto old = put_part(blob, 1, "first");
  auto part = put_part(blob, 1, "other");
  EXPECT_EQ(finish(blob, {old}, 5), FinishDirect::wrong_parts);
  EXPECT_EQ(finish(blob, {part}, 5), FinishDirect::done);
  EXPECT_EQ(read(blob.key, 5), "other");
}

TEST_P(DirectBlobsSuite, PartsThatItDoesNotHaveAreTold) {
  auto blob = begin();
  auto part = put_part(blob, 1, make_part('a'));
  auto absent = DirectPart{2, part.etag, 0};
  EXPECT_EQ(finish(blob, {part, absent}, 2 * part.bytes), FinishDirect::wrong_parts);
  auto small = put_part(blob, 2, "s");
  auto last = put_part(blob, 3, "end");
  EXPECT_EQ(finish(blob, {part, small, last}, part.bytes + 4), FinishDirect::wrong_parts)
      << "all but the last have a least size";
  auto second = put_part(blob, 2, make_part('b'));
  EXPECT_EQ(finish(blob, {part, second, last}, 2 * part.bytes + 3), FinishDirect::done);
}

TEST_P(DirectBlobsSuite, AnotherSizeIsTold) {
  auto blob = begin();
  auto part = put_part(blob, 1, "bytes");
  EXPECT_EQ(finish(blob, {part}, 6), FinishDirect::wrong_size);
}

TEST_P(DirectBlobsSuite, APartsUrlTakesExactlyItsBytes) {
  auto blob = begin();
  EXPECT_EQ(put(blob, 1, "bytes", 4), std::nullopt);
  EXPECT_EQ(put(blob, 1, "bytes", 6), std::nullopt);
  EXPECT_TRUE(put(blob, 1, "bytes", 5));
}

TEST_P(DirectBlobsSuite, TellsThePartsThatItHas) {
  auto blob = begin();
  EXPECT_TRUE(run_task(blobs().list_direct_parts(blob, 0, 100)).value().empty());
  std::vector<DirectPart> put;
  for (int number : {1, 2, 5, 7}) put.push_back(put_part(blob, number, std::to_string(number)));
  auto numbers = [&](int after, std::size_t max) {
    std::vector<int> found;
    auto listed = run_task(blobs().list_direct_parts(blob, after, max));
    for (const auto& part : listed.value()) {
      found.push_back(part.number);
      auto is_it = [&](const DirectPart& p) { return p.number == part.number; };
      auto known = std::find_if(put.begin(), put.end(), is_it);
      EXPECT_EQ(part.etag, known->etag);
      EXPECT_EQ(part.bytes, known->bytes);
    }
    return found;
  };
  EXPECT_EQ(numbers(0, 100), (std::vector{1, 2, 5, 7}));
  EXPECT_EQ(numbers(0, 2), (std::vector{1, 2}));
  EXPECT_EQ(numbers(2, 2), (std::vector{5, 7}));
  EXPECT_EQ(numbers(7, 2), std::vector<int>{});
  run_task(blobs().abort_direct(blob));
  EXPECT_FALSE(run_task(blobs().list_direct_parts(blob, 0, 100)));
}

TEST_P(DirectBlobsSuite, WhatIsAbortedIsGone) {
  auto unfinished = begin();
  auto part = put_part(unfinished, 1, "bytes");
  auto url = run_task(blobs().direct_part_url(unfinished, 1, 5, std::chrono::minutes{5}));
  run_task(blobs().abort_direct(unfinished));
  run_task(blobs().abort_direct(unfinished));
  EXPECT_EQ(harness_->put_part(url, "bytes"), std::nullopt);
  EXPECT_EQ(finish(unfinished, {part}, 5), FinishDirect::gone);
  EXPECT_EQ(finish(unfinished, {}, 5), FinishDirect::gone);

  auto finished = begin();
  auto whole = put_part(finished, 1, "bytes");
  EXPECT_EQ(finish(finished, {whole}, 5), FinishDirect::done);
  run_task(blobs().erase(finished.key));
  EXPECT_EQ(read(finished.key, 5), std::nullopt);
  EXPECT_EQ(finish(finished, {whole}, 5), FinishDirect::gone);
}

/// A call to begin whose answer was lost is made again: both are unfinished, and of one key.
TEST_P(DirectBlobsSuite, AbortingLeavesWhatAnotherBeginningOfThatKeyFinished) {
  auto lost = begin();
  auto blob = run_task(blobs().begin_direct(lost.key));
  auto whole = put_part(blob, 1, "bytes");
  EXPECT_EQ(finish(blob, {whole}, 5), FinishDirect::done);
  run_task(blobs().abort_direct(lost));
  run_task(blobs().abort_direct(blob));
  EXPECT_EQ(read(blob.key, 5), "bytes");
  EXPECT_TRUE(list_unfinished(100).empty());
}

TEST_P(DirectBlobsSuite, UnfinishedOnesAreListedOnce) {
  std::vector<DirectBlob> begun;
  for (int i = 0; i < 7; ++i) begun.push_back(begin());
  auto finished = begun.back();
  begun.pop_back();
  auto part = put_part(finished, 1, "bytes");
  EXPECT_EQ(finish(finished, {part}, 5), FinishDirect::done);
  for (std::size_t page : {std::size_t{1}, std::size_t{3}, std::size_t{100}}) {
    auto listed = list_unfinished(page);
    EXPECT_EQ(listed.size(), begun.size()) << page;
    for (const auto& blob : begun) EXPECT_EQ(count(listed, blob), 1u) << page;
    EXPECT_EQ(count(listed, finished), 0u);
  }
  for (const auto& blob : begun) run_task(blobs().abort_direct(blob));
  EXPECT_TRUE(list_unfinished(100).empty());
}

}  // namespace tapedeck
