#include "http/range.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/spawn.h"

namespace tapedeck::http {
namespace {

using Kind = RangeAnswer::Kind;

/// Runs a task to its end and gives its value or throws its exception.
template <class T>
T finish(Task<T> task) {
  asio::io_context context;
  std::optional<T> value;
  std::exception_ptr failed;
  spawn(context.get_executor(), std::move(task), [&](std::exception_ptr error, T got) {
    failed = error;
    value = std::move(got);
  });
  context.run();
  if (failed) std::rethrow_exception(failed);
  return std::move(*value);
}

TEST(RangeTest, SelectsWhatRfc9110Says) {
  struct Case {
    const char* value;
    ByteCount size;
    Kind kind;
    std::vector<ByteRange> ranges;
  };
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  for (const auto& [value, size, kind, ranges] : std::vector<Case>{
           {"bytes=0-4", 10, Kind::partial, {{0, 5}}},
           {"BYTES=0-4", 10, Kind::partial, {{0, 5}}},
           {"bytes=0-0", 1, Kind::partial, {{0, 1}}},
           {"bytes=5-", 10, Kind::partial, {{5, 10}}},
           {"bytes=9-99", 10, Kind::partial, {{9, 10}}},
           {"bytes=-3", 10, Kind::partial, {{7, 10}}},
           {"bytes=-99", 10, Kind::partial, {{0, 10}}},
           {"bytes=0-1, 4-5 ,\t8-", 10, Kind::partial, {{0, 2}, {4, 6}, {8, 10}}},
           {"bytes=8-,0-1", 10, Kind::partial, {{8, 10}, {0, 2}}},
           {"bytes=,0-1,,", 10, Kind::partial, {{0, 2}}},
           {"bytes=20-,0-1", 10, Kind::partial, {{0, 2}}},
           {"bytes=0-5,3-8", 10, Kind::partial, {{0, 9}}},
           {"bytes=0-1,2-3", 10, Kind::partial, {{0, 4}}},
           {"bytes=0-1,4-5,8-8,1-4", 10, Kind::partial, {{0, 6}, {8, 9}}},
           {"bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14",
            20,
            Kind::partial,
            {{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}, {10, 11}, {12, 13}, {14, 15}}},
           {"bytes=0-,0-,0-,0-,0-,0-,0-,0-", 10, Kind::partial, {{0, 10}}},
           {"bytes=9223372036854775806-9223372036854775807",
            largest,
            Kind::partial,
            {{largest - 1, largest}}},
           {"bytes=0-99999999999999999999999999", 10, Kind::partial, {{0, 10}}},
           {"bytes=-99999999999999999999999999", 10, Kind::partial, {{0, 10}}},
           {"bytes=18446744073709551615-", 10, Kind::unsatisfiable, {}},
           {"bytes=10-", 10, Kind::unsatisfiable, {}},
           {"bytes=10-20,30-40", 10, Kind::unsatisfiable, {}},
           {"bytes=-0", 10, Kind::unsatisfiable, {}},
           {"bytes=0-", 0, Kind::unsatisfiable, {}},
           {"bytes=-5", 0, Kind::unsatisfiable, {}},
           {"bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8", 20, Kind::whole, {}},
           {"bytes=5-4", 10, Kind::whole, {}},
           {"bytes=", 10, Kind::whole, {}},
           {"bytes=,", 10, Kind::whole, {}},
           {"bytes=-", 10, Kind::whole, {}},
           {"bytes=a-b", 10, Kind::whole, {}},
           {"bytes=+1-2", 10, Kind::whole, {}},
           {"bytes=1 -2", 10, Kind::whole, {}},
           {"bytes=1-2-3", 10, Kind::whole, {}},
           {"bytes=0-1,x", 10, Kind::whole, {}},
           {"bytes 0-1", 10, Kind::whole, {}},
           {"items=0-1", 10, Kind::whole, {}},
           {"", 10, Kind::whole, {}},
       }) {
    auto answer = parse_range(value, size);
    EXPECT_EQ(answer.kind, kind) << value;
    EXPECT_EQ(answer.ranges, ranges) << value;
  }
}

TEST(RangeTest, NamesThePartAndTheWhole) {
  EXPECT_EQ(content_range({0, 5}, 10), "bytes 0-4/10");
  EXPECT_EQ(unsatisfied_range(10), "bytes */10");
}

OpenRange digits_cut_to(std::size_t bytes_max, std::size_t chunk_bytes) {
  return [=](ByteRange range) -> Task<std::unique_ptr<ByteSource>> {
    auto bytes = std::string("0123456789").substr(range.begin, range.size()).substr(0, bytes_max);
    co_return std::make_unique<MemorySource>(bytes, chunk_bytes);
  };
}

TEST(MultipartTest, AlternatesHeadsAndRangesAndKnowsItsLength) {
  SystemEnv env;
  for (std::size_t chunk_bytes : {1, 2, 100}) {
    auto open = digits_cut_to(10, chunk_bytes);
    auto body = make_multipart_body({{0, 3}, {8, 10}}, 10, "audio/wav", open, env);
    auto text = finish(read_all(*body.source, 1000));
    EXPECT_EQ(text.size(), body.bytes);

    constexpr std::string_view prefix = "multipart/byteranges; boundary=";
    ASSERT_TRUE(body.content_type.starts_with(prefix));
    auto boundary = body.content_type.substr(prefix.size());
    EXPECT_GE(boundary.size(), 20u);
    EXPECT_EQ(text, "--" + boundary +
                        "\r\nContent-Type: audio/wav\r\nContent-Range: bytes 0-2/10\r\n\r\n012\r\n"
                        "--" +
                        boundary +
                        "\r\nContent-Type: audio/wav\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n"
                        "--" +
                        boundary + "--\r\n");
  }
}

TEST(MultipartTest, HasAnotherBoundaryEachTime) {
  SystemEnv env;
  auto open = digits_cut_to(10, 10);
  auto one = make_multipart_body({{0, 1}}, 10, "audio/wav", open, env);
  auto two = make_multipart_body({{0, 1}}, 10, "audio/wav", open, env);
  EXPECT_NE(one.content_type, two.content_type);
}

TEST(MultipartTest, IsNeverSilentlyShort) {
  SystemEnv env;
  auto body = make_multipart_body({{0, 3}, {4, 9}}, 10, "audio/wav", digits_cut_to(4, 2), env);
  EXPECT_THROW(finish(read_all(*body.source, 1000)), Error);
}

/// Gives its bytes as a slice of a file.
class FileSource final : public ByteSource {
 public:
  explicit FileSource(ByteRange range) : range_(range) {}
  Task<ByteView> read() override { co_return ByteView(); }
  Task<std::optional<FileSlice>> take_file() override { co_return FileSlice{7, range_}; }

 private:
  ByteRange range_;
};

TEST(MultipartTest, HandsOnPiecesOfFiles) {
  SystemEnv env;
  OpenRange open = [](ByteRange range) -> Task<std::unique_ptr<ByteSource>> {
    co_return std::make_unique<FileSource>(range);
  };
  auto body = make_multipart_body({{2, 5}}, 10, "audio/wav", open, env);
  EXPECT_FALSE(finish(body.source->take_file()));  // the head is not in a file
  auto head = finish(body.source->read()).size();
  auto slice = finish(body.source->take_file());
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->range, (ByteRange{2, 5}));
  auto tail = finish(read_all(*body.source, 1000)).size();
  EXPECT_EQ(head + 3 + tail, body.bytes);
}

}  // namespace
}  // namespace tapedeck::http
