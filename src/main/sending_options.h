// The flags that upload, record and watch have in common.
#pragma once

#include <string>

#include "main/file_upload.h"

namespace CLI {
class App;
}

namespace tapedeck {

/// --title, --note, --tag; the labels outlive the command.
void add_labels(CLI::App& command, FileLabels& labels);
/// --wait, with the value that is there as its default.
void add_wait(CLI::App& command, std::string& wait);
/// The patience that --wait asks for. Throws UsageError.
Patience::Options patience_of(const std::string& wait);

}  // namespace tapedeck
