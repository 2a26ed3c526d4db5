#include "http/client.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/check.h"
#include "base/error.h"
#include "base/spawn.h"
#include "base/suspend.h"
#include "http/client_transport.h"
#include "http/response_parser.h"
#include "http/watch.h"

namespace tapedeck::http {

namespace {

constexpr std::size_t read_bytes_max = 64 * KiB;
constexpr std::string_view final_chunk = "0\r\n\r\n";

bool is_informational(int status) {
  return status >= 100 && status < 200;
}

bool is_field_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

/// The request line and fields, with Host and framing.
std::string make_head(const ClientRequest& request, const std::string& host) {
  auto head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target, host);
  auto valid = is_field_text(request.target) && request.target.find(' ') == std::string::npos;
  for (const auto& [name, value] : request.fields) {
    valid = valid && is_field_text(name) && is_field_text(value);
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (!valid) throw Error(Fault::invalid, "A header value must not have line breaks; remove them.");

  auto takes_body =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (request.body != nullptr && !request.body_bytes) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (request.body != nullptr || takes_body) {
    head += fmt::format("Content-Length: {}\r\n", request.body ? *request.body_bytes : 0);
  }
  return head + "\r\n";
}

/// A connection and what has been read from it but not parsed.
struct Connection {
  std::unique_ptr<ClientTransport> transport;
  std::vector<char> buffer = std::vector<char>(read_bytes_max);
  std::size_t begin = 0;
  std::size_t end = 0;
  bool used = false;                // it has carried an exchange before
  bool heard = false;               // a byte of this exchange's answer has come
  bool all_sent = true;             // of this exchange's request
  std::shared_ptr<Watch> deadline;  // of this exchange; closes the transport

  ~Connection() { set_deadline(nullptr); }

  void set_deadline(std::shared_ptr<Watch> next) {
    if (deadline) deadline->stop();
    deadline = std::move(next);
    if (deadline) deadline->begin();
  }
  bool is_late() const { return deadline && deadline->expired(); }

  /// Reads once and shows the parser what is there.
  Task<void> step(ResponseParser& parser);
};

Task<void> Connection::step(ResponseParser& parser) {
  if (begin < end) {
    auto used_bytes = parser.put({buffer.data() + begin, end - begin});
    begin += used_bytes;
    if (used_bytes > 0) co_return;
    // An unfinished line stays at the front; the parser's limit is smaller than the buffer.
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(begin),
              buffer.begin() + static_cast<std::ptrdiff_t>(end), buffer.begin());
    end -= begin;
    begin = 0;
  } else {
    begin = end = 0;
  }
  if (end == buffer.size()) throw Error(Fault::unavailable, "the answer has too long a line");
  auto space = std::span<char>(buffer).subspan(end);
  auto got = co_await transport->read_some(space);
  if (got == 0) {
    parser.put_end();
    co_return;
  }
  heard = true;
  end += got;
}

/// The sending of one request's body, while its answer may come already.
struct Sending {
  ByteSource& body;
  std::optional<ByteCount> bytes;
  bool stop = false;  // the answer is here: send no more
  bool done = false;
  bool complete = false;           // all of the body was sent
  std::exception_ptr body_failed;  // what the source threw
  Job resume;                      // of who waits for the end
};

/// The next chunk; notes what the source throws.
Task<ByteView> pull(Sending& sending) {
  try {
    auto chunk = co_await sending.body.read();
    co_return chunk;
  } catch (...) {
    sending.body_failed = std::current_exception();
    throw;
  }
}

Task<void> send_sized(Sending& sending, ClientTransport& transport, ByteCount left) {
  while (left > 0 && !sending.stop) {
    auto chunk = co_await pull(sending);
    if (sending.stop) co_return;
    if (chunk.empty() || chunk.size() > left) {
      // Nothing of what is too much is sent: the server must not take a cut body for a whole one.
      auto error = Error(Fault::invalid,
                         "The body has another size than was announced; it may have "
                         "changed meanwhile. Send it again.");
      sending.body_failed = std::make_exception_ptr(error);
      throw error;
    }
    left -= chunk.size();
    co_await transport.write(chunk);
  }
  sending.complete = left == 0;
}

Task<void> send_chunked(Sending& sending, ClientTransport& transport) {
  while (!sending.stop) {
    auto chunk = co_await pull(sending);
    if (sending.stop) co_return;
    if (chunk.empty()) {
      co_await transport.write(final_chunk);
      sending.complete = true;
      co_return;
    }
    auto head = fmt::format("{:x}\r\n", chunk.size());
    co_await transport.write(head);
    co_await transport.write(chunk);
    co_await transport.write("\r\n");
  }
}

Task<void> send_body(std::shared_ptr<Sending> sending, ClientTransport& transport) {
  if (sending->bytes) {
    co_await send_sized(*sending, transport, *sending->bytes);
  } else {
    co_await send_chunked(*sending, transport);
  }
}

/// Starts sending beside the caller. A body that fails closes the connection, which wakes whoever
/// waits for the answer; a connection that fails does not, since an answer may be in it.
void start_sending(const std::shared_ptr<Sending>& sending, ClientTransport& transport,
                   const Executor& executor) {
  spawn(executor, send_body(sending, transport), [sending, &transport](std::exception_ptr) {
    sending->done = true;
    if (sending->body_failed && !sending->stop) transport.close();
    if (sending->resume) sending->resume();
  });
}

/// Passes informational answers on; the parser of the final one, once it has its head.
Task<std::unique_ptr<ResponseParser>> read_head(Connection& connection,
                                                const ClientRequest& request) {
  for (;;) {
    auto parser = std::make_unique<ResponseParser>(request.method == "HEAD");
    while (!parser->has_head()) {
      co_await connection.step(*parser);
    }
    if (parser->status() == 101) throw Error(Fault::unavailable, "the server switched protocols");
    if (!is_informational(parser->status())) co_return parser;
    if (!request.on_inform) continue;
    auto early = make_response(parser->status());
    early.fields = parser->take_fields();
    request.on_inform(early);
  }
}

}  // namespace

struct Client::Inside : std::enable_shared_from_this<Inside> {
  Inside(Origin origin, ClientOptions options)
      : idle_max(options.idle_connections_max), dialer(std::move(origin), std::move(options)) {}

  const std::size_t idle_max;
  Dialer dialer;
  std::vector<std::unique_ptr<Connection>> idle;

  /// An idle connection that still looks alive; null when there is none.
  std::unique_ptr<Connection> take_idle() {
    while (!idle.empty()) {
      auto connection = std::move(idle.back());
      idle.pop_back();
      if (connection->transport->is_quiet()) return connection;
    }
    return nullptr;
  }

  /// Keeps the connection for another request if it is fit for one.
  void give_back(std::unique_ptr<Connection> connection, const ResponseParser& parser) {
    auto clean = connection->all_sent && connection->begin == connection->end;
    connection->set_deadline(nullptr);
    if (!clean || !parser.keeps_alive() || idle.size() >= idle_max) return;
    connection->used = true;
    connection->heard = false;
    idle.push_back(std::move(connection));
  }

  /// Names the server in what went wrong with it. Other errors are the caller's own.
  Error explain(const Error& error, const Connection* connection) const {
    std::string_view what = error.what();
    if (error.fault() != Fault::unavailable) return error;
    if (connection != nullptr && connection->is_late()) {
      return Error(error.fault(), dialer.name() + " took too long to answer");
    }
    if (what.find(dialer.name()) != std::string_view::npos) return error;
    return Error(error.fault(), fmt::format("{}: {}", dialer.name(), what));
  }

  Task<std::unique_ptr<Connection>> connect() {
    auto connection = std::make_unique<Connection>();
    connection->transport = co_await dialer.connect();
    co_return connection;
  }

  Task<Response> exchange(std::unique_ptr<Connection>& connection, ClientRequest& request);
  Task<std::unique_ptr<ResponseParser>> send_and_hear(Connection& connection,
                                                      ClientRequest& request);
};

namespace {

/// The body of an answer. Returns its connection at the end; closes it when destroyed before.
template <class Inside>
class AnswerBody final : public ByteSource {
 public:
  AnswerBody(std::shared_ptr<Inside> inside, std::unique_ptr<Connection> connection,
             std::unique_ptr<ResponseParser> parser)
      : inside_(std::move(inside)), connection_(std::move(connection)), parser_(std::move(parser)) {
    return_connection();
  }

  Task<ByteView> read() override {
    chunk_ = parser_->take_body();
    while (chunk_.empty() && !parser_->is_complete()) {
      co_await step();
      chunk_ = parser_->take_body();
    }
    return_connection();
    co_return chunk_;
  }

 private:
  Task<void> step() {
    try {
      co_await connection_->step(*parser_);
    } catch (const Error& error) {
      connection_->transport->close();
      throw inside_->explain(error, connection_.get());
    }
  }

  void return_connection() {
    if (connection_ && parser_->is_complete()) {
      inside_->give_back(std::move(connection_), *parser_);
    }
  }

  const std::shared_ptr<Inside> inside_;
  std::unique_ptr<Connection> connection_;
  const std::unique_ptr<ResponseParser> parser_;
  std::string chunk_;
};

}  // namespace

/// Sends everything, and reads the final answer's head. When it returns or throws, the request's
/// body is not touched any more.
Task<std::unique_ptr<ResponseParser>> Client::Inside::send_and_hear(Connection& connection,
                                                                    ClientRequest& request) {
  auto head = make_head(request, dialer.host_field());
  auto& transport = *connection.transport;
  co_await transport.write(head);
  if (request.body == nullptr) {
    auto parser = co_await read_head(connection, request);
    co_return parser;
  }

  auto executor = co_await asio::this_coro::executor;
  auto sending = std::make_shared<Sending>(Sending{*request.body, request.body_bytes});
  start_sending(sending, transport, executor);
  std::unique_ptr<ResponseParser> parser;
  std::exception_ptr failed;
  try {
    parser = co_await read_head(connection, request);
  } catch (...) {
    failed = std::current_exception();
  }

  // An answer before the end of the body is final too (413): stop sending, keep reading.
  sending->stop = true;
  if (!sending->done && failed) transport.close();
  if (!sending->done && !failed) transport.stop_sending();
  auto wait = [&](Job resume) {
    if (sending->done) {
      resume();
    } else {
      sending->resume = std::move(resume);
    }
  };
  co_await suspend(wait);
  connection.all_sent = sending->complete;
  if (failed && sending->body_failed) std::rethrow_exception(sending->body_failed);
  if (failed) std::rethrow_exception(failed);
  co_return parser;
}

Task<Response> Client::Inside::exchange(std::unique_ptr<Connection>& connection,
                                        ClientRequest& request) {
  if (request.time_max) {
    auto executor = co_await asio::this_coro::executor;
    auto expire = [transport = connection->transport.get()] { transport->close(); };
    connection->set_deadline(std::make_shared<Watch>(executor, *request.time_max, expire));
  }
  auto parser = co_await send_and_hear(*connection, request);
  Response response;
  response.status = parser->status();
  response.fields = parser->take_fields();
  response.body_bytes = parser->body_bytes();
  response.body = std::make_unique<AnswerBody<Inside>>(shared_from_this(), std::move(connection),
                                                       std::move(parser));
  co_return response;
}

Client::Client(Origin origin, ClientOptions options)
    : inside_(std::make_shared<Inside>(std::move(origin), std::move(options))) {}
Client::~Client() = default;

Task<Response> Client::send(ClientRequest& request) {
  auto inside = inside_;  // stays until the answer is here, even if the client goes
  auto connection = inside->take_idle();
  if (connection) {
    try {
      auto response = co_await inside->exchange(connection, request);
      co_return response;
    } catch (const Error& error) {
      // A server may close an idle connection just when we use it: then nothing of an answer came.
      auto died_idle = error.fault() == Fault::unavailable && !connection->heard;
      if (!died_idle || request.body != nullptr || connection->is_late()) {
        throw inside->explain(error, connection.get());
      }
    }
  }
  connection = co_await inside->connect();
  try {
    auto response = co_await inside->exchange(connection, request);
    co_return response;
  } catch (const Error& error) {
    throw inside->explain(error, connection.get());
  }
}

}  // namespace tapedeck::http
