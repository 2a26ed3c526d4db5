#include "core/catalog.h"

namespace tapedeck {

std::string fold_username(std::string_view username) {
  constexpr std::string_view spaces = " \t\r\n\f\v";
  auto first = username.find_first_not_of(spaces);
  if (first == std::string_view::npos) return {};
  auto last = username.find_last_not_of(spaces);

  std::string folded(username.substr(first, last - first + 1));
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

}  // namespace tapedeck
