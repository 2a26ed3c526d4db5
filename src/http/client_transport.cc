#include "http/client_transport.h"

#include <cctype>
#include <concepts>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "base/error.h"
#include "http/resolver.h"
#include "http/unix_path.h"
#include "http/watch.h"

namespace tapedeck::http {

namespace {

namespace ssl = asio::ssl;
using Code = boost::system::error_code;
using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using UnixSocket = asio::basic_stream_socket<asio::local::stream_protocol, Executor>;
using TlsStream = ssl::stream<TcpSocket>;

constexpr std::size_t write_bytes_max = 64 * KiB;  // progress is seen at least this often

/// "connection refused", in our messages' case.
std::string reason(Code failed) {
  auto text = failed.message();
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

template <class Stream>
constexpr bool is_tls = std::same_as<Stream, TlsStream>;

template <class Stream>
class StreamTransport final : public ClientTransport {
 public:
  StreamTransport(Stream stream, std::string name, std::chrono::seconds idle_time)
      : stream_(std::move(stream)),
        name_(std::move(name)),
        idle_time_(idle_time),
        watch_(std::make_shared<Watch>(socket().get_executor(), idle_time, [this] { close(); })) {}
  ~StreamTransport() override { watch_->stop(); }

  Task<std::size_t> read_some(std::span<char> into) override {
    Code failed;
    auto token = use_task_with(failed);
    auto buffer = asio::buffer(into.data(), into.size());
    watch_->begin();
    auto bytes = co_await stream_.async_read_some(buffer, token);
    watch_->end();
    if (failed == asio::error::eof) co_return 0;
    if (failed) throw broken(failed);
    co_return bytes;
  }

  Task<void> write(ByteView bytes) override {
    while (!bytes.empty()) {
      Code failed;
      auto token = use_task_with(failed);
      auto buffer = asio::buffer(bytes.data(), std::min(bytes.size(), write_bytes_max));
      watch_->begin();
      auto written = co_await stream_.async_write_some(buffer, token);
      watch_->end();
      if (failed) throw broken(failed);
      bytes.remove_prefix(written);
    }
  }

  void stop_sending() override {
    Code ignored;
    socket().shutdown(asio::socket_base::shutdown_send, ignored);
  }

  void close() override {
    Code ignored;
    socket().close(ignored);
  }

  bool is_quiet() override {
    if (!socket().is_open()) return false;
    char byte = 0;
    auto got = recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

 private:
  auto& socket() { return stream_.lowest_layer(); }

  Error broken(Code failed) const {
    auto why = watch_->expired() ? fmt::format("no byte for {} seconds", idle_time_.count())
                                 : reason(failed);
    return Error(Fault::unavailable, fmt::format("{} broke off: {}", name_, why));
  }

  Stream stream_;
  const std::string name_;
  const std::chrono::seconds idle_time_;
  const std::shared_ptr<Watch> watch_;
};

bool is_address(const std::string& host) {
  Code failed;
  asio::ip::make_address(host, failed);
  return !failed;
}

std::unique_ptr<ssl::context> make_tls_context(const std::string& authority_file) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_verify_mode(ssl::verify_peer);
  Code failed;
  if (authority_file.empty()) {
    context->set_default_verify_paths(failed);
  } else {
    context->load_verify_file(authority_file, failed);
  }
  if (failed) {
    throw Error(Fault::invalid,
                fmt::format("The certificate authority file {} cannot be used: {}. Name a PEM file "
                            "that can be read.",
                            authority_file, failed.message()));
  }
  return context;
}

}  // namespace

struct Dialer::Inside {
  Origin origin;
  ClientOptions options;
  std::unique_ptr<ssl::context> tls;  // made when first needed

  std::string name() const {
    if (origin.scheme == "unix") return "unix:" + origin.host;
    return origin.scheme + "://" + authority();
  }
  /// host[:port], the port left out when it is the scheme's own.
  std::string authority() const {
    auto host = origin.host.find(':') == std::string::npos ? origin.host : "[" + origin.host + "]";
    auto usual = origin.scheme == "https" ? 443 : 80;
    return origin.port == usual ? host : fmt::format("{}:{}", host, origin.port);
  }

  Error unreachable(std::string_view why) const {
    return Error(Fault::unavailable,
                 fmt::format("cannot connect to {}: {}; is the server running?", name(), why));
  }

  Error silent() const {
    return unreachable(fmt::format("no answer for {} seconds", options.connect_time.count()));
  }

  /// Throws when `failed`, or when the time is up.
  void judge(Code failed, const Watch& watch) const {
    if (watch.expired()) throw silent();
    if (failed) throw unreachable(reason(failed));
  }

  template <class Stream>
  std::unique_ptr<ClientTransport> wrap(Stream stream) const {
    return std::make_unique<StreamTransport<Stream>>(std::move(stream), name(), options.idle_time);
  }

  Task<TcpSocket> connect_tcp(Executor executor) {
    Code failed;
    auto token = use_task_with(failed);
    auto found = co_await find_addresses(origin.host, origin.port, options.connect_time);
    if (found.failed == asio::error::timed_out) throw silent();
    if (found.failed) throw unreachable(reason(found.failed));
    TcpSocket socket(executor);
    auto expire = [&socket] { socket.close(); };
    auto watch = std::make_shared<Watch>(executor, options.connect_time, expire);
    watch->begin();
    co_await asio::async_connect(socket, found.endpoints, token);
    watch->stop();
    judge(failed, *watch);
    socket.set_option(asio::ip::tcp::no_delay(true));
    co_return socket;
  }

  Task<std::unique_ptr<ClientTransport>> connect_tls(Executor executor) {
    if (!tls) tls = make_tls_context(options.certificate_authority_file);
    auto socket = co_await connect_tcp(executor);
    TlsStream stream(std::move(socket), *tls);
    if (!is_address(origin.host)) {  // RFC 6066 3: no addresses in SNI
      SSL_set_tlsext_host_name(stream.native_handle(), origin.host.c_str());
    }
    stream.set_verify_callback(ssl::host_name_verification(origin.host));

    Code failed;
    auto token = use_task_with(failed);
    auto expire = [&] { stream.lowest_layer().close(); };
    auto watch = std::make_shared<Watch>(executor, options.connect_time, expire);
    watch->begin();
    co_await stream.async_handshake(ssl::stream_base::client, token);
    watch->stop();
    auto verified = SSL_get_verify_result(stream.native_handle());
    if (failed && verified != X509_V_OK) {
      throw Error(Fault::unavailable,
                  fmt::format("the certificate of {} is not trusted: {}; name its authority's file",
                              name(), X509_verify_cert_error_string(verified)));
    }
    judge(failed, *watch);
    co_return wrap(std::move(stream));
  }

  Task<std::unique_ptr<ClientTransport>> connect_unix(Executor executor) {
    UnixPath path(origin.host);
    UnixSocket socket(executor);
    asio::local::stream_protocol::endpoint endpoint(path.text());
    Code failed;
    auto token = use_task_with(failed);
    co_await socket.async_connect(endpoint, token);
    if (failed) throw unreachable(reason(failed));
    co_return wrap(std::move(socket));
  }
};

Dialer::Dialer(Origin origin, ClientOptions options)
    : inside_(std::make_unique<Inside>(Inside{std::move(origin), std::move(options), nullptr})) {}
Dialer::~Dialer() = default;

std::string Dialer::name() const {
  return inside_->name();
}

std::string Dialer::host_field() const {
  return inside_->origin.scheme == "unix" ? "localhost" : inside_->authority();
}

Task<std::unique_ptr<ClientTransport>> Dialer::connect() {
  auto executor = co_await asio::this_coro::executor;
  if (inside_->origin.scheme == "unix") co_return co_await inside_->connect_unix(executor);
  if (inside_->origin.scheme == "https") co_return co_await inside_->connect_tls(executor);
  auto socket = co_await inside_->connect_tcp(executor);
  co_return inside_->wrap(std::move(socket));
}

}  // namespace tapedeck::http
