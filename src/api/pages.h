// The pages and the OpenAPI document, built into the program (cmake/embed.cmake).
#pragma once

#include <optional>
#include <string_view>

namespace tapedeck::api {

/// The bytes of src/api/openapi.json or src/api/pages/NAME. Static.
std::optional<std::string_view> find_page(std::string_view name);

}  // namespace tapedeck::api
