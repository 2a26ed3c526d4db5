// The third door: requests become events, answers come back as JSON or a stream.
#include "lambda/function.h"
#include "stories/door.h"

namespace tapedeck::stories {

namespace {

lambda::FunctionOptions options_of(LambdaFront front) {
  lambda::FunctionOptions options;
  switch (front) {
    case LambdaFront::rest_api:
      options.gateway.gateway = lambda::Gateway::rest;
      break;
    case LambdaFront::http_api:
      options.gateway.gateway = lambda::Gateway::http;
      break;
    case LambdaFront::function_url:
      options.gateway.gateway = lambda::Gateway::url;
      options.streams = true;
      break;
  }
  return options;
}

class LambdaDoor final : public Door {
 public:
  LambdaDoor(api::Api& api, LambdaFront front)
      : function_(
            options_of(front),
            {.serve = [&api](http::Request& request) { return api.serve(request); }, .sweep = {}}) {
  }

  PlainAnswer ask(const PlainRequest& plain) override {
    if (plain.breaks) return {};
    http::ClientRequest request;
    request.method = plain.method;
    request.target = plain.target;
    request.fields = plain.fields;
    request.fields.remove("Expect");  // the gateway answers that itself
    MemorySource body(plain.body.value_or(""), 10'000);
    if (plain.body) {
      request.body = &body;
      if (!plain.chunked) request.body_bytes = plain.body->size();
    }
    auto heard = function_.ask(std::move(request));
    return {heard.response.status, std::move(heard.response.fields), std::move(heard.body), {}};
  }

 private:
  lambda::Function function_;
};

}  // namespace

std::unique_ptr<Door> make_lambda_door(api::Api& api, LambdaFront front) {
  return std::make_unique<LambdaDoor>(api, front);
}

}  // namespace tapedeck::stories
