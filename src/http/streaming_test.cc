// Big bodies in both directions: correct, and without keeping them.
#include <cstdlib>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "http/server_fixture.h"

namespace tapedeck::http {
namespace {

/// Sends what comes, as it comes.
Task<Response> echo(Request& request) {
  auto response = make_response(200);
  response.body_bytes = request.body_bytes;
  response.body = std::move(request.body);
  co_return response;
}

Task<Response> count_bytes(Request& request) {
  ByteCount bytes = 0;
  for (;;) {
    auto piece = co_await request.body->read();
    if (piece.empty()) break;
    bytes += piece.size();
  }
  co_return make_response(200, "text/plain", std::to_string(bytes));
}

ByteCount resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  ByteCount size = 0;
  ByteCount resident = 0;
  statm >> size >> resident;
  return resident * static_cast<ByteCount>(::sysconf(_SC_PAGESIZE));
}

TEST(Streaming, sinks_64_MiB_in_flat_memory) {
  RunningServer server(count_bytes);
  const std::string block(MiB, 'b');
  for (auto chunked : {false, true}) {
    RawClient client(server.port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\n");
    client.send(chunked ? "Transfer-Encoding: chunked\r\n\r\n"
                        : "Content-Length: 67108864\r\n\r\n");
    auto before = resident_bytes();
    for (int i = 0; i < 64; ++i) {
      if (chunked) client.send("100000\r\n");
      ASSERT_TRUE(client.send(block));
      if (chunked) client.send("\r\n");
    }
    if (chunked) client.send("0\r\n\r\n");
    EXPECT_EQ(client.receive().body, "67108864");
    EXPECT_LT(resident_bytes(), before + 16 * MiB);
  }
}

TEST(Streaming, echoes_while_the_client_still_sends) {
  RunningServer server(echo);
  RawClient client(server.port());
  const std::string block(MiB, 'e');
  std::thread sender([&] {
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 32; ++i) {
      client.send("100000\r\n");
      client.send(block);
      client.send("\r\n");
    }
    client.send("0\r\n\r\n");
  });
  auto reply = client.receive();
  sender.join();
  EXPECT_TRUE(reply.whole);
  EXPECT_EQ(reply.body.size(), 32 * MiB);
  EXPECT_EQ(reply.body.find_first_not_of('e'), std::string::npos);
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(client.receive().body, "hi");
}

/// A temporary file with bytes that show where they are from.
class NumberedFile {
 public:
  explicit NumberedFile(std::size_t size, const std::string& folder = "/dev/shm/") {
    auto path = folder + "tapedeck-http-XXXXXX";
    descriptor_ = ::mkstemp(path.data());
    ::unlink(path.c_str());
    while (bytes_.size() < size) bytes_ += fmt::format("{:08x}", bytes_.size());
    bytes_.resize(size);
    if (::write(descriptor_, bytes_.data(), size) != static_cast<ssize_t>(size)) std::abort();
  }
  ~NumberedFile() { ::close(descriptor_); }
  NumberedFile(const NumberedFile&) = delete;
  NumberedFile& operator=(const NumberedFile&) = delete;
  /// Out of the page cache: from now on it must be read from its disk.
  void drop_from_cache() {
    if (::fdatasync(descriptor_) != 0) std::abort();
    if (::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED) != 0) std::abort();
  }
  int descriptor() const { return descriptor_; }
  const std::string& bytes() const { return bytes_; }

 private:
  int descriptor_;
  std::string bytes_;
};

/// A few bytes of memory, then two slices of the file.
class FileSource final : public ByteSource {
 public:
  FileSource(int descriptor, ByteCount size) : descriptor_(descriptor), size_(size) {}

  Task<ByteView> read() override { co_return step_++ == 0 ? ByteView("begin:") : ByteView(); }
  Task<std::optional<FileSlice>> take_file() override {
    std::optional<FileSlice> slice;
    if (step_ == 1) slice = FileSlice{descriptor_, {0, size_ / 3}};
    if (step_ == 2) slice = FileSlice{descriptor_, {size_ / 3, size_}};
    if (slice) ++step_;
    co_return slice;
  }

 private:
  int descriptor_;
  ByteCount size_;
  int step_ = 0;
};

TEST(Streaming, sends_pieces_of_files_exactly) {
  NumberedFile file(9 * MiB + 123);
  auto size = file.bytes().size();
  auto serve = [&](Request& request) -> Task<Response> {
    auto response = make_response(200);
    response.body = std::make_unique<FileSource>(file.descriptor(), size);
    if (request.target.raw == "/known") response.body_bytes = size + 6;
    if (request.target.raw == "/clipped") response.body_bytes = 5 * MiB;
    if (request.target.raw == "/lie") response.body_bytes = size + 100;
    co_return response;
  };
  RunningServer server(serve);
  auto expected = "begin:" + file.bytes();
  RawClient client(server.port());
  for (std::string target : {"/known", "/chunked", "/clipped", "/known"}) {
    client.send("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    auto reply = client.receive();
    EXPECT_TRUE(reply.whole) << target;
    EXPECT_TRUE(expected.starts_with(reply.body)) << target;
    EXPECT_EQ(reply.body.size(), target == "/clipped" ? 5 * MiB : expected.size()) << target;
  }
  client.send("GET /lie HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_FALSE(client.receive().whole);
}

TEST(Streaming, sends_a_file_that_is_not_in_the_page_cache) {
  NumberedFile file(3 * MiB + 123, testing::TempDir());
  auto serve = [&](Request&) -> Task<Response> {
    file.drop_from_cache();
    auto response = make_response(200);
    response.body = std::make_unique<FileSource>(file.descriptor(), file.bytes().size());
    co_return response;
  };
  RunningServer server(serve);
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  auto reply = client.receive();
  EXPECT_TRUE(reply.whole);
  EXPECT_TRUE(reply.body == "begin:" + file.bytes());
}

TEST(Streaming, survives_clients_that_leave_in_the_middle) {
  NumberedFile file(9 * MiB);
  auto serve = [&](Request&) -> Task<Response> {
    auto response = make_response(200);
    response.body = std::make_unique<FileSource>(file.descriptor(), file.bytes().size());
    response.body_bytes = file.bytes().size() + 6;
    co_return response;
  };
  RunningServer server(serve);
  for (int i = 0; i < 20; ++i) {
    RawClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_FALSE(client.closed(std::chrono::milliseconds(500)));
  }
  EXPECT_TRUE(server.await_no_connections());
}

TEST(Streaming, gives_up_on_a_client_that_takes_nothing) {
  auto serve = [](Request&) -> Task<Response> {
    co_return make_response(200, "text/plain", std::string(64 * MiB, 'x'));
  };
  ServerOptions options;
  options.limits.send_idle_time = std::chrono::seconds(1);
  RunningServer server(serve, options);
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  for (int i = 0; i < 500 && server.exchanges().empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ASSERT_EQ(server.exchanges().size(), 1U);
  EXPECT_FALSE(server.exchanges().front().complete);
  EXPECT_TRUE(server.await_no_connections());
}

}  // namespace
}  // namespace tapedeck::http
