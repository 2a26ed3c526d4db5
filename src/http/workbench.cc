#include "http/workbench.h"

#include "base/env.h"
#include "base/time.h"

namespace tapedeck::http {

namespace {
constexpr std::size_t file_threads = 2;
}

Door::Door(ServerOptions o, Handler h, Log& l)
    : options(std::move(o)),
      handler(std::move(h)),
      log(l),
      proxies(options.trusted_proxies),
      admission(options.limits),
      file_pool({.name = "file", .threads = file_threads}) {
  if (!options.tls.certificate_file.empty()) tls = std::make_unique<TlsIdentity>(options.tls);
}

Workbench::Workbench(Door& the_door, asio::io_context& the_context)
    : door(the_door),
      context(the_context),
      wheel(the_context),
      poller(the_context),
      received(std::make_unique_for_overwrite<char[]>(receive_bytes)) {}

std::string_view Workbench::date() {
  SystemEnv clock;
  auto now = clock.now();
  auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (second != date_second_) {
    date_second_ = second;
    date_ = format_http_date(now);
  }
  return date_;
}

}  // namespace tapedeck::http
