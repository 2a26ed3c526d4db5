#include "core/catalog_mode.h"

namespace tapedeck {

std::string text_of(CatalogMode mode) {
  switch (mode) {
    case CatalogMode::open:
      return "open";
    case CatalogMode::read_only:
      return "read-only";
    case CatalogMode::filling:
      return "filling";
  }
  return "?";
}

std::optional<CatalogMode> parse_mode(std::string_view text) {
  for (auto mode : {CatalogMode::open, CatalogMode::read_only, CatalogMode::filling}) {
    if (text == text_of(mode)) return mode;
  }
  return std::nullopt;
}

}  // namespace tapedeck
