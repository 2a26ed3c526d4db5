#include "http/resolver.h"

#include <memory>

#include "http/watch.h"

namespace tapedeck::http {

Task<Addresses> find_addresses(std::string host, std::uint16_t port, Millis at_most) {
  using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
  auto executor = co_await asio::this_coro::executor;
  Resolver resolver(executor);
  auto expire = [&resolver] { resolver.cancel(); };
  auto watch = std::make_shared<Watch>(executor, at_most, expire);
  Addresses addresses;
  auto token = use_task_with(addresses.failed);
  auto service = std::to_string(port);
  watch->begin();
  auto found = co_await resolver.async_resolve(host, service, token);
  watch->stop();
  if (watch->expired()) addresses.failed = asio::error::timed_out;
  for (const auto& entry : found) addresses.endpoints.push_back(entry.endpoint());
  co_return addresses;
}

}  // namespace tapedeck::http
