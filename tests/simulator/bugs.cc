#include "simulator/bugs.h"

#include <set>
#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "power/forwarding_catalog.h"
#include "store/s3_xml.h"

namespace tapedeck::simulator {

namespace {

constexpr ByteCount body_bytes_max = MiB;

// ---- between the clients and the network -------------------------------------------------------

/// Changes what is sent, or what is answered.
class Changed : public http::Outbound {
 public:
  explicit Changed(http::Outbound& network) : network_(network) {}

  Task<http::Response> send(http::ClientRequest& request) override {
    std::string body;
    if (request.body != nullptr) body = co_await read_all(*request.body, body_bytes_max);
    change_request(request, body);
    MemorySource source(body);
    auto sent = request;
    sent.body = body.empty() ? nullptr : &source;
    sent.body_bytes = body.size();
    http::Response response;
    try {
      response = co_await network_.send(sent);
    } catch (const Error&) {
      on_broken(request, body);
      throw;
    }
    auto text = co_await read_all(*response.body, body_bytes_max);
    bool is_head = request.method == "HEAD";
    change_answer(request, body, response, text);
    if (!is_head) response.body_bytes = text.size();
    response.body = std::make_unique<MemorySource>(std::move(text));
    co_return response;
  }
  std::string host() const override { return network_.host(); }

 protected:
  virtual void change_request(http::ClientRequest&, std::string&) {}
  virtual void on_broken(const http::ClientRequest&, const std::string&) {}
  virtual void change_answer(const http::ClientRequest&, const std::string&, http::Response&,
                             std::string&) {}

 private:
  http::Outbound& network_;
};

std::string operation_of(const http::ClientRequest& request) {
  auto target = request.fields.find("X-Amz-Target").value_or("");
  return std::string(target.substr(target.find('.') + 1));
}

/// The error that S3 puts into a 200 is taken for success.
class OverlooksHiddenErrors final : public Changed {
 public:
  using Changed::Changed;

 private:
  void change_answer(const http::ClientRequest&, const std::string&, http::Response& response,
                     std::string& text) override {
    if (response.status == 200 && !find_s3_error(text).empty()) text.clear();
  }
};

/// "No such upload" means that it is complete: the defect of a well-known server of tus.
class TakesLostForComplete final : public Changed {
 public:
  using Changed::Changed;

 private:
  void change_answer(const http::ClientRequest& request, const std::string&,
                     http::Response& response, std::string& text) override {
    bool is_lost = request.method == "POST" && find_s3_error(text) == "NoSuchUpload";
    if (!is_lost) return;
    response.status = 200;
    text.clear();
  }
};

/// A condition that is false after a try without an answer means that this try was done.
class NeverReadsAgain final : public Changed {
 public:
  using Changed::Changed;

 private:
  void on_broken(const http::ClientRequest&, const std::string& body) override {
    unanswered_.insert(body);
  }
  void change_answer(const http::ClientRequest&, const std::string& body, http::Response& response,
                     std::string& text) override {
    if (response.status >= 500) unanswered_.insert(body);
    bool is_refused = text.find("ConditionalCheckFailed") != std::string::npos;
    if (!is_refused || !unanswered_.contains(body)) return;
    response.status = 200;
    text = "{}";
  }

  std::set<std::string> unanswered_;
};

/// Items of which the key begins so are written whatever is there.
class WritesWithoutCondition final : public Changed {
 public:
  WritesWithoutCondition(http::Outbound& network, std::string key, std::string prefix)
      : Changed(network), key_(std::move(key)), prefix_(std::move(prefix)) {}

 private:
  void change_request(http::ClientRequest& request, std::string& body) override {
    if (operation_of(request) != "PutItem") return;
    auto parsed = parse_json_object(body);
    const auto& key = parsed.at("Item").as_object().at(key_).as_object().at("S").as_string();
    if (!key.starts_with(prefix_)) return;
    for (const auto* name :
         {"ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"}) {
      parsed.erase(name);
    }
    body = json::serialize(parsed);
  }

  const std::string key_;
  const std::string prefix_;
};

/// What an account's update adds is added by each try.
class AddsWithEachTry final : public Changed {
 public:
  using Changed::Changed;

 private:
  void change_request(http::ClientRequest& request, std::string& body) override {
    bool removes_hold = operation_of(request) == "UpdateItem" &&
                        body.find("REMOVE #holds.#id") != std::string::npos;
    if (!removes_hold) return;
    auto parsed = parse_json_object(body);
    parsed.erase("ConditionExpression");
    parsed.at("ExpressionAttributeNames").as_object().erase("#k");
    body = json::serialize(parsed);
  }
};

/// The hold of a recording that is written stays.
class NeverSettles final : public Changed {
 public:
  using Changed::Changed;

 private:
  void change_request(http::ClientRequest& request, std::string& body) override {
    auto at = body.find("REMOVE #holds.#id");
    if (operation_of(request) != "UpdateItem" || at == std::string::npos) return;
    auto parsed = parse_json_object(body);
    // What it counts is put right, and that is all.
    auto change = std::string(parsed.at("UpdateExpression").as_string());
    parsed["UpdateExpression"] = change.substr(0, change.find(" REMOVE"));
    body = json::serialize(parsed);
  }
};

/// A token that is removed is erased, so that a late try to add it finds none.
class ErasesTokens final : public Changed {
 public:
  using Changed::Changed;

 private:
  void change_request(http::ClientRequest& request, std::string& body) override {
    bool marks_gone = operation_of(request) == "UpdateItem" &&
                      body.find("\"T#") != std::string::npos &&
                      body.find("#gone = :gone") != std::string::npos;
    if (!marks_gone) return;
    auto parsed = parse_json_object(body);
    json::object erasing{{"TableName", parsed.at("TableName")}, {"Key", parsed.at("Key")}};
    request.fields.set("X-Amz-Target", "DynamoDB_20120810.DeleteItem");
    body = json::serialize(erasing);
  }
};

/// The first page is taken for all there is.
class ReadsOnePage final : public Changed {
 public:
  using Changed::Changed;

 private:
  void change_answer(const http::ClientRequest& request, const std::string&, http::Response&,
                     std::string& text) override {
    if (operation_of(request) != "Query") return;
    auto parsed = parse_json_object(text);
    if (parsed.erase("LastEvaluatedKey") > 0) text = json::serialize(parsed);
  }
};

// ---- above the ports ---------------------------------------------------------------------------

/// put() is done when the bytes are in memory; they are stored after the next fact.
class LateBlobs final : public Blobs {
 public:
  explicit LateBlobs(Blobs& inner) : inner_(inner) {}

  Task<ByteCount> put(const BlobKey& key, ByteSource& source, Checksums& sums) override {
    std::string bytes;
    for (;;) {
      auto chunk = co_await source.read();
      if (chunk.empty()) break;
      sums.update(chunk);
      bytes.append(chunk);
    }
    if (!bytes.empty()) late_.emplace_back(key, bytes);
    co_return bytes.size();
  }
  Task<std::unique_ptr<ByteSource>> open(const BlobKey& key, ByteRange range) override {
    return inner_.open(key, range);
  }
  Task<void> erase(const BlobKey& key) override { return inner_.erase(key); }
  Task<BlobPage> list(std::optional<BlobKey> after, std::size_t count_max) override {
    return inner_.list(after, count_max);
  }

  Task<void> store() {
    auto late = std::exchange(late_, {});
    for (const auto& [key, bytes] : late) {
      MemorySource source(bytes);
      Checksums sums;
      co_await inner_.put(key, source, sums);
    }
  }

 private:
  Blobs& inner_;
  std::vector<std::pair<BlobKey, std::string>> late_;
};

class FactBeforeBytes final : public power::ForwardingCatalog {
 public:
  FactBeforeBytes(Catalog& inner, LateBlobs& blobs) : ForwardingCatalog(inner), blobs_(blobs) {}

 private:
  Task<void> after_change() override { return blobs_.store(); }

  LateBlobs& blobs_;
};

void put_fact_first(Ports& ports) {
  auto& blobs = ports.own<LateBlobs>(*ports.blobs);
  auto& catalog = ports.own<FactBeforeBytes>(*ports.catalog, blobs);
  ports.blobs = &blobs;
  ports.catalog = &catalog;
}

template <class Wrapper>
std::unique_ptr<http::Outbound> wrap(http::Outbound& network) {
  return std::make_unique<Wrapper>(network);
}

Bug without_condition(std::string name, std::string key, std::string prefix) {
  Bug bug{std::move(name)};
  bug.dynamo = [=](http::Outbound& network) {
    return std::make_unique<WritesWithoutCondition>(network, key, prefix);
  };
  return bug;
}

}  // namespace

std::vector<Bug> list_bugs() {
  std::vector<Bug> bugs{
      {.name = "the error in a 200 is overlooked", .s3 = wrap<OverlooksHiddenErrors>},
      {.name = "a lost upload is taken for complete", .s3 = wrap<TakesLostForComplete>},
      {.name = "a write without an answer is taken for done", .dynamo = wrap<NeverReadsAgain>},
      without_condition("recordings are written without a condition", "SK", "R#"),
      without_condition("claims are written without a condition", "PK", "C#"),
      without_condition("names are written without a condition", "PK", "N#"),
      {.name = "what is counted is added by each try", .dynamo = wrap<AddsWithEachTry>},
      {.name = "holds are not settled", .dynamo = wrap<NeverSettles>},
      {.name = "removed tokens are erased", .dynamo = wrap<ErasesTokens>},
      {.name = "one page is taken for all", .dynamo = wrap<ReadsOnePage>},
      {.name = "the fact comes before the bytes", .ports = put_fact_first},
      {.name = "young blobs are garbage", .grace = Millis{0}},
  };
  return bugs;
}

}  // namespace tapedeck::simulator
