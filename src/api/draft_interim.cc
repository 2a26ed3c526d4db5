#include "api/draft_interim.h"

#include <utility>

namespace tapedeck::api {

namespace {
constexpr int upload_resumption_supported = 104;
constexpr Millis told_every{1'000};
}  // namespace

Task<void> DraftInterim::offer(std::string location, std::string limits) {
  location_ = std::move(location);
  auto response = http::make_response(upload_resumption_supported);
  response.fields.set("Location", location_);
  response.fields.set("Upload-Limit", std::move(limits));
  co_await inform(std::move(response));
}

OnDurable DraftInterim::progress() {
  if (!draft_.may_hear_progress()) return {};
  return [this](ByteCount offset) { return tell(offset); };
}

Task<void> DraftInterim::tell(ByteCount offset) {
  auto now = env_.now();
  if (told_at_ && now - *told_at_ < told_every) co_return;
  told_at_ = now;
  auto response = http::make_response(upload_resumption_supported);
  // All answers to one creation name the same place; those to an append name none.
  if (!location_.empty()) response.fields.set("Location", location_);
  response.fields.set("Upload-Offset", std::to_string(offset));
  co_await inform(std::move(response));
}

Task<void> DraftInterim::inform(http::Response response) {
  if (!draft_.version || !call_.request.inform) co_return;
  add_draft_version(draft_, response.fields);
  if (!location_.empty()) call_.resumable = true;
  co_await call_.request.inform(std::move(response));
}

}  // namespace tapedeck::api
