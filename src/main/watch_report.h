// WatchReport: what `watch` says while it goes on, as lines for people or a line of JSON for each
// event.
#pragma once

#include <string>

#include "main/sender.h"

namespace tapedeck {

class WatchReport {
 public:
  explicit WatchReport(bool json) : json_(json) {}

  bool is_json() const { return json_; }
  void watching(const std::string& folder, std::size_t there);
  void sending(const std::string& name);
  void sent(const std::string& name, const Sent& sent);
  void deleted(const std::string& name);
  void failed(const std::string& name, const std::string& why);
  void waiting(const std::string& name, Millis wait, const std::string& why);
  void stopped();

 private:
  const bool json_;
};

}  // namespace tapedeck
