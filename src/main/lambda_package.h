// The package: the bootstrap, and the templates that deploy it.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "main/config.h"

namespace tapedeck::lambda {

enum class TemplateFormat { sam, cfn, terraform };

inline constexpr const char* zip_name = "tapedeck-lambda.zip";

/// What the zip's only file is called; Lambda runs it.
inline constexpr const char* bootstrap_name = "bootstrap";

/// What Lambda calls the machine that the program is for: "x86_64" or "arm64". Throws
/// Error{invalid} for what is no program, or one that needs libraries beside it.
std::string find_architecture(std::string_view program);

/// The template's file name; its text for that machine.
std::string template_name(TemplateFormat format);
std::string make_template(TemplateFormat format, const std::string& architecture);

/// The policy of the function's role, in JSON: of the stores that the settings name, and the logs.
json::object make_policy(const Config& config, const std::string& stage);

}  // namespace tapedeck::lambda
