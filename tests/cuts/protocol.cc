#include "cuts/protocol.h"

#include <stdexcept>

#include "base/json.h"

namespace tapedeck::cuts {

namespace {

using stories::PlainAnswer;
using stories::PlainRequest;

std::string field(const PlainAnswer& answer, std::string_view name) {
  return std::string(answer.fields.find(name).value_or(""));
}

[[noreturn]] void give_up(const PlainRequest& request, const PlainAnswer& answer) {
  throw std::runtime_error(request.method + " " + request.target + ": " +
                           std::to_string(answer.status) + " " + answer.body);
}

PlainRequest request_of(const Client& client, const char* method, const std::string& target) {
  PlainRequest request;
  request.method = method;
  request.target = target;
  request.fields.set("Authorization", "Bearer " + client.token);
  return request;
}

PlainAnswer ask(const Client& client, const PlainRequest& request, int wanted) {
  auto answer = client.door.ask(request);
  if (answer.status != wanted) give_up(request, answer);
  return answer;
}

void cut(const Client& client, PlainRequest request, std::size_t bytes) {
  request.announced_bytes = request.body->size();
  request.body->resize(bytes);
  request.breaks = true;
  client.door.ask(request);
}

/// tus and the draft: a URL, an offset, and appends.
class Resumable : public Protocol {
 public:
  explicit Resumable(const Client& client) : client_(client) {}

  void begin() override {
    auto creation = request_of(client_, "POST", "/api/v1/uploads");
    describe_creation(creation);
    auto answer = ask(client_, creation, 201);
    url_ = field(answer, "Location");
    recording_ = field(answer, "Recording-Id");
  }

  void send_and_cut(std::size_t bytes) override { cut(client_, append_from(0), bytes); }

  std::size_t resume() override {
    auto question = request_of(client_, "HEAD", url_);
    describe(question);
    auto answer = client_.door.ask(question);
    if (answer.status / 100 != 2) give_up(question, answer);
    auto first = offset_of(answer);
    auto append = append_from(first);
    answer = client_.door.ask(append);
    if (answer.status / 100 != 2) give_up(append, answer);
    return first;
  }

  std::string recording_id() override { return recording_; }

 protected:
  virtual void describe_creation(PlainRequest& request) = 0;
  virtual void describe(PlainRequest& request) = 0;
  virtual void describe_append(PlainRequest& request) = 0;
  std::size_t size() const { return client_.bytes.size(); }

 private:
  static std::size_t offset_of(const PlainAnswer& answer) {
    return std::stoull(field(answer, "Upload-Offset"));
  }

  PlainRequest append_from(std::size_t offset) {
    auto request = request_of(client_, "PATCH", url_);
    request.fields.set("Upload-Offset", std::to_string(offset));
    describe(request);
    describe_append(request);
    request.body = client_.bytes.substr(offset);
    return request;
  }

  const Client client_;
  std::string url_;
  std::string recording_;
};

class Tus final : public Resumable {
 public:
  using Resumable::Resumable;

 private:
  void describe_creation(PlainRequest& request) override {
    describe(request);
    request.fields.set("Upload-Length", std::to_string(size()));
  }
  void describe(PlainRequest& request) override { request.fields.set("Tus-Resumable", "1.0.0"); }
  void describe_append(PlainRequest& request) override {
    request.fields.set("Content-Type", "application/offset+octet-stream");
  }
};

class Draft final : public Resumable {
 public:
  using Resumable::Resumable;

 private:
  void describe_creation(PlainRequest& request) override {
    describe(request);
    request.fields.set("Upload-Complete", "?0");
  }
  void describe(PlainRequest& request) override {
    request.fields.set("Upload-Draft-Interop-Version", "8");
  }
  void describe_append(PlainRequest& request) override {
    request.fields.set("Content-Type", "application/partial-upload");
    request.fields.set("Upload-Complete", "?1");
  }
};

class KeyedPost final : public Protocol {
 public:
  explicit KeyedPost(const Client& client) : client_(client) {}

  void send_and_cut(std::size_t bytes) override { cut(client_, request(), bytes); }

  std::size_t resume() override {
    auto again = request();
    auto answer = client_.door.ask(again);
    if (answer.status != 201 && answer.status != 200) give_up(again, answer);
    auto recording = parse_json_object(answer.body);
    recording_ = find_string(recording, "id").value_or("");
    return 0;
  }

  std::string recording_id() override { return recording_; }

 private:
  PlainRequest request() const {
    auto request = request_of(client_, "POST", "/api/v1/recordings");
    request.fields.set("Idempotency-Key", "the only one of this client");
    request.body = client_.bytes;
    return request;
  }

  const Client client_;
  std::string recording_;
};

}  // namespace

std::unique_ptr<Protocol> make_tus(const Client& client) {
  return std::make_unique<Tus>(client);
}

std::unique_ptr<Protocol> make_draft(const Client& client) {
  return std::make_unique<Draft>(client);
}

std::unique_ptr<Protocol> make_keyed_post(const Client& client) {
  return std::make_unique<KeyedPost>(client);
}

}  // namespace tapedeck::cuts
