// One recorder of the live load: begins an upload by tus, appends to it, reads it back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/load/connection.h"

namespace live {

using Clock = load::Clock;

/// What all recorders do.
struct Plan {
  std::string path = "/api/v1/uploads";  // where uploads begin
  std::string audio_path;                // "{id}" becomes the Recording-Id; empty: the upload's URL
  std::string authorization;             // a whole header line, or nothing
  std::uint64_t append_bytes = 4096;
  std::uint64_t appends = 60;
};

/// Has one request at a time under way on a connection of its own. Its owner calls go_on() when the
/// socket is ready, until that tells what ended.
class Recorder {
 public:
  Recorder(const Plan& plan, load::Address address, std::string_view payload, std::size_t number);

  void open() { connection_.open(); }
  void begin_upload();
  /// The next append. Only after the last one was acknowledged.
  void begin_append();
  /// Reads back what was acknowledged.
  void begin_compare();

  enum class Progress { waiting, begun, acknowledged, compared, failed };
  /// After `failed` on the way to an acknowledgement it asks by itself, on a new connection, what
  /// arrived, and goes on: the owner calls go_on() again.
  Progress go_on();

  int descriptor() const { return connection_.descriptor(); }
  bool wants_to_write() const { return connection_.wants_to_write(); }
  bool is_busy() const { return doing_ != Doing::nothing; }
  std::uint64_t acknowledged_appends() const { return offset_ / plan_.append_bytes; }
  std::uint64_t acknowledged_bytes() const { return offset_; }
  /// Whether the last compare found every acknowledged byte.
  bool is_intact() const { return compared_bytes_ == offset_ && !differs_; }
  int status() const { return connection_.status(); }
  Clock::time_point began() const { return connection_.began(); }

 private:
  enum class Doing { nothing, creating, appending, asking, comparing };

  std::string head(std::string_view method, std::string_view path, std::string_view fields) const;
  void begin_append_at_offset();
  void ask_offset();
  Progress finish();
  Progress finish_create();
  Progress note_offset();
  Progress recover();
  void compare(std::string_view bytes);

  const Plan& plan_;
  const std::string_view payload_;
  const std::uint64_t payload_at_;  // each recorder has bytes of its own
  load::Connection connection_;

  Doing doing_ = Doing::nothing;
  std::string url_;
  std::string audio_url_;
  std::uint64_t offset_ = 0;  // acknowledged
  std::uint64_t wanted_ = 0;  // where the append under way ends
  std::uint64_t compared_bytes_ = 0;
  bool differs_ = false;
};

}  // namespace live
