#include "core/recording.h"

#include <array>

namespace tapedeck {

namespace {

constexpr std::array all_shown_states = {ShownState::recording,  ShownState::interrupted,
                                         ShownState::processing, ShownState::ready,
                                         ShownState::failed,     ShownState::trashed};

}  // namespace

ShownState shown_state(const Recording& recording, Time now) {
  if (recording.trashed_at) return ShownState::trashed;
  switch (recording.state) {
    case RecordingState::recording:
      return now - recording.last_append_at >= interrupted_after ? ShownState::interrupted
                                                                 : ShownState::recording;
    case RecordingState::processing:
      return ShownState::processing;
    case RecordingState::ready:
      return ShownState::ready;
    case RecordingState::failed:
      return ShownState::failed;
  }
  return ShownState::failed;
}

const char* name_of(ShownState state) {
  switch (state) {
    case ShownState::recording:
      return "recording";
    case ShownState::interrupted:
      return "interrupted";
    case ShownState::processing:
      return "processing";
    case ShownState::ready:
      return "ready";
    case ShownState::failed:
      return "failed";
    case ShownState::trashed:
      return "trashed";
  }
  return "failed";
}

std::optional<ShownState> parse_state(std::string_view name) {
  for (auto state : all_shown_states) {
    if (name == name_of(state)) return state;
  }
  return std::nullopt;
}

}  // namespace tapedeck
