#include "main/watch_report.h"

#include <fmt/format.h>

#include "main/console.h"

namespace tapedeck {

void WatchReport::watching(const std::string& folder, std::size_t there) {
  if (json_) {
    print_event("watching", {{"folder", folder}, {"skipped", there}});
  } else {
    print_note(fmt::format("Watching {}. Ctrl-C ends it.", folder));
  }
}

void WatchReport::sending(const std::string& name) {
  if (json_) print_event("sending", {{"name", name}});
}

void WatchReport::sent(const std::string& name, const Sent& sent) {
  auto id = find_string(sent.recording, "id").value_or("");
  if (json_) {
    print_event("sent", {{"name", name},
                         {"recording", sent.recording},
                         {"replayed", sent.is_replayed},
                         {"sent_bytes", sent.sent_bytes}});
  } else {
    print_line(fmt::format("{}  {}{}", id, name, sent.is_replayed ? "  (was there already)" : ""));
  }
}

void WatchReport::deleted(const std::string& name) {
  if (json_) {
    print_event("deleted", {{"name", name}});
  } else {
    print_note(name + " is deleted here; the server has it.");
  }
}

void WatchReport::failed(const std::string& name, const std::string& why) {
  if (json_) {
    print_event("failed", {{"name", name}, {"reason", why}});
  } else {
    print_note(fmt::format("tapedeck: {}: {}", name, why));
  }
}

void WatchReport::waiting(const std::string& name, Millis wait, const std::string& why) {
  auto seconds = std::chrono::duration<double>(wait).count();
  if (json_) {
    print_event("waiting", {{"name", name}, {"seconds", seconds}, {"reason", why}});
  } else {
    print_note(fmt::format("{}: {} Trying again in {:.1f} s.", name, why, seconds));
  }
}

void WatchReport::stopped() {
  if (json_) print_event("stopped", {});
}

}  // namespace tapedeck
