// The settings of commands for the admin.
#pragma once

#include <initializer_list>

#include "main/command.h"

namespace tapedeck {

/// Those of all of them, and these.
inline std::vector<std::string_view> admin_settings_and(
    std::initializer_list<std::string_view> more) {
  auto settings = admin_settings;
  settings.insert(settings.end(), more);
  return settings;
}

}  // namespace tapedeck
