// Workbench: what all connections of one I/O thread share.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "base/pool.h"
#include "http/admission.h"
#include "http/buffers.h"
#include "http/forwarded.h"
#include "http/lately_sent.h"
#include "http/poller.h"
#include "http/server.h"
#include "http/timer_wheel.h"
#include "http/tls.h"

namespace tapedeck::http {

/// What all threads share. Constant, or safe for concurrent use.
struct Door {
  Door(ServerOptions o, Handler h, Log& l);

  ServerOptions options;
  Handler handler;
  Log& log;
  TrustedProxies proxies;
  Admission admission;
  std::unique_ptr<TlsIdentity> tls;  // null: plain
  Pool file_pool;                    // reads files that are not in the page cache
};

/// How far a stop has come.
enum class Stop {
  no,
  live_bodies,  // bodies of unknown length end when they would have to wait
  all_bodies,   // half of stop_time is over: every body ends
};

/// For one thread.
class Workbench {
 public:
  Workbench(Door& the_door, asio::io_context& the_context);

  /// For a Date field; made once a second.
  std::string_view date();

  Door& door;
  asio::io_context& context;
  TimerWheel wheel;
  Poller poller;
  BufferPool buffers;
  LatelySent lately_sent;
  Stop stop = Stop::no;

  /// Valid between two awaits only.
  static constexpr std::size_t receive_bytes = 16 * KiB;
  std::unique_ptr<char[]> received;
  std::string scratch;

 private:
  std::string date_;
  std::chrono::sys_seconds date_second_{};
};

}  // namespace tapedeck::http
