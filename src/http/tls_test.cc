#include "http/tls.h"

#include <cstdio>
#include <fstream>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/server_fixture.h"

namespace tapedeck::http {
namespace {

using testing::HasSubstr;

/// A self-made certificate and its key in two files.
class TestCertificate {
 public:
  explicit TestCertificate(const std::string& name)
      : certificate_(path(name, "cert")), key_(path(name, "key")) {
    write(name);
  }
  ~TestCertificate() {
    ::unlink(certificate_.c_str());
    ::unlink(key_.c_str());
  }

  /// Replaces both files by fresh ones for another name.
  void write(const std::string& name) {
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    auto* subject = X509_get_subject_name(certificate.get());
    auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    auto* file = std::fopen(certificate_.c_str(), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    file = std::fopen(key_.c_str(), "w");
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }

  TlsOptions options() const { return {.certificate_file = certificate_, .key_file = key_}; }

 private:
  static std::string path(const std::string& name, const std::string& kind) {
    return testing::TempDir() + fmt::format("tapedeck-{}-{}-{}.pem", ::getpid(), name, kind);
  }
  std::string certificate_;
  std::string key_;
};

/// A blocking TLS client.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    static constexpr unsigned char offer[] = "\x02h2\x08http/1.1";
    SSL_set_alpn_protos(session_.get(), offer, sizeof offer - 1);
    SSL_set_fd(session_.get(), socket_);
    connected_ = SSL_connect(session_.get()) == 1;
  }
  ~TlsClient() {
    session_.reset();
    ::close(socket_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const { return connected_; }
  void send(std::string_view bytes) {
    EXPECT_EQ(SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())),
              static_cast<int>(bytes.size()));
  }
  /// What comes until there are so many bytes after the head.
  std::string receive(std::size_t body_bytes) {
    std::string text;
    char chunk[65536];
    while (text.find("\r\n\r\n") == std::string::npos ||
           text.size() < text.find("\r\n\r\n") + 4 + body_bytes) {
      auto count = SSL_read(session_.get(), chunk, sizeof chunk);
      if (count <= 0) break;
      text.append(chunk, static_cast<std::size_t>(count));
    }
    return text;
  }
  std::string server_name() {
    std::unique_ptr<X509, decltype(&X509_free)> certificate(
        SSL_get1_peer_certificate(session_.get()), X509_free);
    char name[100] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, 100);
    return name;
  }
  std::string protocol() {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(session_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }

 private:
  int socket_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()),
                                                             SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> session_{SSL_new(context_.get()), SSL_free};
  bool connected_ = false;
};

Task<Response> answer(Request& request) {
  auto body = co_await read_all(*request.body, 64 * MiB);
  body += request.secure ? " secure" : " plain";
  co_return make_response(200, "text/plain", std::move(body));
}

ServerOptions secured(const TestCertificate& certificate) {
  ServerOptions options;
  options.tls = certificate.options();
  return options;
}

TEST(Tls, serves_requests_and_bodies_on_one_connection) {
  TestCertificate certificate("one");
  RunningServer server(answer, secured(certificate));
  TlsClient client(server.port());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.protocol(), "http/1.1");
  std::string body(3 * MiB, 't');
  for (int i = 0; i < 3; ++i) {
    client.send(
        fmt::format("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.size()));
    client.send(body);
    EXPECT_TRUE(client.receive(body.size() + 7).ends_with("tt secure"));
  }
}

TEST(Tls, answers_pipelined_requests) {
  TestCertificate certificate("pipe");
  RunningServer server(answer, secured(certificate));
  TlsClient client(server.port());
  const std::string request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send(request + request + request.substr(0, 9));
  EXPECT_THAT(client.receive(7), HasSubstr("secure"));
  client.send(request.substr(9));
  std::string rest;
  while (rest.size() < 2 * 80) rest += client.receive(7);
  EXPECT_THAT(rest, HasSubstr("HTTP/1.1 200"));
}

/// One slice of a file.
class SliceSource final : public ByteSource {
 public:
  SliceSource(int descriptor, ByteCount size) : slice_{{descriptor, {0, size}}} {}
  Task<ByteView> read() override { co_return ByteView(); }
  Task<std::optional<FileSlice>> take_file() override {
    auto slice = slice_;
    slice_.reset();
    co_return slice;
  }

 private:
  std::optional<FileSlice> slice_;
};

TEST(Tls, sends_files_exactly) {
  std::string bytes;
  while (bytes.size() < 5 * MiB + 77) bytes += fmt::format("{:08x}", bytes.size());
  char path[] = "/tmp/tapedeck-tls-XXXXXX";
  auto file = ::mkstemp(path);
  ::unlink(path);
  ASSERT_EQ(::write(file, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  auto serve = [&](Request&) -> Task<Response> {
    auto response = make_response(200);
    response.body_bytes = bytes.size();
    response.body = std::make_unique<SliceSource>(file, bytes.size());
    co_return response;
  };
  TestCertificate certificate("file");
  RunningServer server(serve, secured(certificate));
  TlsClient client(server.port());
  for (int i = 0; i < 2; ++i) {
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    auto text = client.receive(bytes.size());
    EXPECT_TRUE(text.ends_with("\r\n\r\n" + bytes));
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  }
  ::close(file);
}

TEST(Tls, takes_a_new_certificate_while_it_runs) {
  TestCertificate certificate("first");
  RunningServer server(answer, secured(certificate));
  TlsClient old(server.port());
  EXPECT_EQ(old.server_name(), "first");
  certificate.write("second");
  server.server().reload_tls();
  TlsClient fresh(server.port());
  EXPECT_EQ(fresh.server_name(), "second");
  old.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(old.receive(7), HasSubstr("secure"));
  std::ofstream(certificate.options().certificate_file) << "garbage";
  EXPECT_THROW(server.server().reload_tls(), Error);
  TlsClient still(server.port());
  EXPECT_EQ(still.server_name(), "second");
}

std::string error_of(TlsOptions options) {
  try {
    TlsIdentity identity(std::move(options));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Tls, names_the_file_that_cannot_be_used_and_why) {
  TestCertificate one("a");
  TestCertificate other("b");
  auto options = one.options();
  options.certificate_file = "/nowhere/cert.pem";
  EXPECT_THAT(error_of(options), HasSubstr("/nowhere/cert.pem cannot be used: "));
  EXPECT_THAT(error_of(options), HasSubstr("o such file"));
  options = one.options();
  options.key_file = other.options().key_file;
  EXPECT_THAT(error_of(options), HasSubstr(options.key_file));
  EXPECT_THAT(error_of(options), HasSubstr("mismatch"));
}

TEST(Tls, ends_clients_that_do_not_shake_hands) {
  TestCertificate certificate("slow");
  auto options = secured(certificate);
  options.limits.tls_handshake_time = std::chrono::seconds(1);
  RunningServer server(answer, options);
  RawClient silent(server.port());
  RawClient plain(server.port());
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(plain.receive().status, 0);
  EXPECT_TRUE(silent.closed());
}

}  // namespace
}  // namespace tapedeck::http
