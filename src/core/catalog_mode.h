// What a catalog says about itself: what it may be used for, and which one it is. docs/data.md,
// "Moving".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tapedeck {

enum class CatalogMode {
  open,
  read_only,  // it is being moved, or was: another place has what comes next
  filling,    // it is being moved to here, and is not whole yet: no server may use it
};

/// The name of the secret that says it. Stored. Do not change.
inline constexpr const char* mode_name = "mode";

/// The name of the secret that is the catalog's own id, which a bucket that holds its audio names.
/// Stored. Do not change.
inline constexpr const char* catalog_id_name = "catalog";

/// "open", "read-only", "filling". Stored. Do not change.
std::string text_of(CatalogMode mode);
std::optional<CatalogMode> parse_mode(std::string_view text);

}  // namespace tapedeck
