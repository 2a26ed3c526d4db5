#include "store/guarded_catalog.h"

#include "base/error.h"

namespace tapedeck {

namespace {

constexpr Millis writing_looked_every{5};
constexpr std::chrono::seconds retry_after{10};

Error read_only() {
  Error error(Fault::read_only,
              "What is stored here is being moved, and nothing can be changed meanwhile. Nothing "
              "was acknowledged. Try again in a moment.");
  error.retry_after = retry_after;
  return error;
}

}  // namespace

/// Nothing: it was looked at too long ago, or never.
std::optional<CatalogMode> GuardedCatalog::known_mode() {
  auto now = env_.now();
  std::lock_guard lock(mutex_);
  bool is_fresh = looked_at_ && *looked_at_ <= now && now < *looked_at_ + mode_noticed;
  return is_fresh ? std::optional(mode_) : std::nullopt;
}

void GuardedCatalog::know(CatalogMode mode) {
  auto now = env_.now();
  std::lock_guard lock(mutex_);
  mode_ = mode;
  looked_at_ = now;
}

Task<void> GuardedCatalog::refuse_when_closed() {
  if (closing_) throw read_only();
  auto mode = known_mode();
  if (!mode) {
    mode = co_await inner_->find_mode();
    know(*mode);
  }
  if (*mode != CatalogMode::open || closing_) throw read_only();
}

Task<void> GuardedCatalog::touch(AccountId account, TokenId id, Time used_at) {
  Writing writing(writing_);
  try {
    co_await refuse_when_closed();
  } catch (const Error& error) {
    if (error.fault() != Fault::read_only) throw;
    co_return;  // who only reads must not be refused for it
  }
  co_await inner_->touch_token(account, id, used_at);
}

Task<void> GuardedCatalog::set_mode(CatalogMode mode) {
  closing_ = mode != CatalogMode::open;
  try {
    // What is counted has looked already, or will see closing_.
    while (closing_ && writing_ > 0) co_await env_.sleep(writing_looked_every);
    co_await inner_->set_mode(mode);
    know(mode);
  } catch (...) {
    closing_ = false;
    throw;
  }
  closing_ = false;
}

}  // namespace tapedeck
