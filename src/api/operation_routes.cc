// Operation: health, readiness, the contract for machines, and the pages for people.
#include "api/answers.h"
#include "api/pages.h"
#include "api/routes.h"

namespace tapedeck::api {

namespace {

/// Only our own files, and calls to our own server.
constexpr const char* page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

http::Response answer_page(std::string_view name, std::string_view content_type) {
  auto page = find_page(name);
  if (!page) throw Error(Fault::not_found, "There is no such page; see /api/v1/docs.");
  auto response = http::make_response(200, content_type, std::string(*page));
  response.fields.set("Content-Security-Policy", page_policy);
  response.fields.set("Cache-Control", "no-cache");
  return response;
}

http::Response answer_html(std::string_view name) {
  return answer_page(name, "text/html; charset=utf-8");
}

json::object check(bool ok, std::string_view detail) {
  return {{"ok", ok}, {"detail", detail}};
}

/// Failures are the answer here, not the end of the request; the words are for the log only.
template <class Question>
Task<bool> answers(Context& context, std::string_view part, Question& question) {
  std::string why;
  try {
    co_await question();
    co_return true;
  } catch (const std::exception& error) {
    why = error.what();
  }
  context.parts.log.warning("not ready", {{"part", part}, {"error", why}});
  co_return false;
}

json::array warnings(const Context& context, std::optional<ByteCount> free) {
  json::array texts;
  if (context.options.allow_unverified_social_login) {
    texts.emplace_back(
        "allow_unverified_social_login is on: who knows a social id can sign in as that account.");
  }
  if (free && *free < context.parts.recordings.free_bytes_min()) {
    texts.emplace_back("Free space is low: new recordings are refused until there is more.");
  }
  return texts;
}

}  // namespace

Task<http::Response> show_health(Context&, Call&) {
  co_return http::make_response(200, "text/plain; charset=utf-8", "ok");
}

Task<http::Response> show_readiness(Context& context, Call&) {
  const auto& parts = context.parts;
  std::optional<ByteCount> free;
  auto ask_catalog = [&parts]() -> Task<void> {  // NOLINT: it outlives its task
    co_await parts.catalog.ping();
  };
  auto ask_blobs = [&parts, &free]() -> Task<void> {  // NOLINT: as above
    co_await parts.blobs.ping();
    free = co_await parts.blobs.free_bytes();
  };
  auto catalog = co_await answers(context, "catalog", ask_catalog);
  auto blobs = co_await answers(context, "blobs", ask_blobs);
  auto stopping = context.stopping.load();
  auto ready = catalog && blobs && !stopping;
  json::object checks{
      {"catalog", check(catalog, catalog ? "answers" : "does not answer")},
      {"blobs", check(blobs, blobs ? "answers" : "does not answer")},
      {"serving", check(!stopping, stopping ? "is stopping" : "serves")},
  };
  co_return answer_json(
      ready ? 200 : 503,
      {{"ready", ready}, {"checks", std::move(checks)}, {"warnings", warnings(context, free)}});
}

/// What a client must know before it sends, beside the contract.
Task<http::Response> show_config(Context& context, Call&) {
  const auto& parts = context.parts;
  auto append = context.options.append_bytes_max;
  json::object uploads{{"recording_bytes_max", parts.uploads.bytes_max()},
                       {"append_bytes_max", nullptr},
                       {"chunk_bytes", nullptr},
                       {"chunks_required", append.has_value()},
                       {"direct_possible", parts.direct.is_possible()},
                       {"direct_from_bytes", nullptr}};
  if (append) {
    uploads["append_bytes_max"] = *append;
    uploads["chunk_bytes"] = *append;
  }
  const auto& from = context.options.direct_from_bytes;
  if (from && parts.direct.is_possible()) uploads["direct_from_bytes"] = *from;
  json::object config{{"version", context.options.version}, {"uploads", std::move(uploads)}};
  if (append) {
    config["hint"] =
        "Set your tus client's chunk size to uploads.chunk_bytes. One without a chunk size sends "
        "a recording in one request, and what is in front of this server does not let it pass.";
  }
  co_return answer_json(200, config);
}

Task<http::Response> show_openapi(Context&, Call&) {
  co_return answer_page("openapi.json", "application/json");
}

Task<http::Response> show_home(Context&, Call&) {
  co_return answer_html("home.html");
}
Task<http::Response> show_docs(Context&, Call&) {
  co_return answer_html("docs.html");
}
Task<http::Response> show_setup(Context&, Call&) {
  auto response = answer_html("setup.html");
  response.fields.set("Cache-Control", "no-store");
  co_return response;
}

Task<http::Response> show_asset(Context&, Call& call) {
  const auto& name = call.parameters.front();
  if (name.ends_with(".js")) co_return answer_page(name, "text/javascript; charset=utf-8");
  if (name.ends_with(".css")) co_return answer_page(name, "text/css; charset=utf-8");
  throw Error(Fault::not_found, "There is no such file; see /api/v1/docs.");
}

}  // namespace tapedeck::api
