// The table of settings: one row is one setting, with all its names, its meaning and its parser.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "main/config.h"

namespace tapedeck {

enum class SettingShape {
  single,
  list,    // several values: the flag repeats or has commas, the file has an array
  toggle,  // yes or no; the bare flag means yes
  secret,  // never a flag and never shown; NAME_file, --NAME-file or TAPEDECK_NAME_FILE name a file
};
enum class SettingUser { server, client };

struct Setting {
  std::string_view name;   // the key in tapedeck.toml: "trash_days"
  std::string_view value;  // what to write: "DAYS"
  std::string_view doc;
  SettingShape shape;
  SettingUser user;
  /// Throws Error{invalid} with what a right value looks like.
  void (*take)(Config& config, const std::vector<std::string>& values);
  std::string (*show)(const Config& config);

  std::string flag() const;      // "--trash-days"
  std::string variable() const;  // "TAPEDECK_TRASH_DAYS"
};

/// In the order in which they are shown.
std::span<const Setting> all_settings();
const Setting* find_setting(std::string_view name);

/// The name that is most like `wrong`, when one is like it at all; else empty.
std::string nearest_name(std::string_view wrong, const std::vector<std::string>& names);

/// The reference of all settings as Markdown; docs/operating.md holds it between two marks.
std::string settings_reference();

}  // namespace tapedeck
