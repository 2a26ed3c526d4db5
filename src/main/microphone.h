// Microphone: sound from this machine, through whichever recording tool is installed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "http/descriptor.h"

namespace tapedeck {

/// A running tool that writes samples, 16 bits, little-endian, into a pipe. ALSA's arecord,
/// PulseAudio's parec or PipeWire's pw-record, in that order; no sound library is linked.
class Microphone {
 public:
  struct Options {
    std::string device;  // in the tool's own words; empty: its default
    std::uint32_t rate = 48'000;
    std::uint16_t channels = 1;
  };

  /// Throws Error{unavailable} naming the packages when there is no tool.
  explicit Microphone(const Options& options);
  /// Ends the tool, if it is not gone yet.
  ~Microphone();
  Microphone(const Microphone&) = delete;
  Microphone& operator=(const Microphone&) = delete;

  /// The pipe to read from.
  int descriptor() const { return output_.number(); }
  const std::string& tool() const { return tool_; }

  /// Asks it to end; what it has is still in the pipe, and then its end.
  void stop() const;
  /// Waits a moment for its end, after that of the pipe; true when it was as it should be.
  bool wait();

 private:
  bool start(const std::string& tool, std::vector<std::string> arguments);

  std::string tool_;
  pid_t process_ = -1;
  http::Descriptor output_;  // of the tool; ours to read
};

}  // namespace tapedeck
