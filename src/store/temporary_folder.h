// A folder for one test.
#pragma once

#include <filesystem>
#include <string>

#include <stdlib.h>

#include "base/check.h"

namespace tapedeck {

/// Made by the constructor, removed with all it holds by the destructor.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    path_ = (std::filesystem::temp_directory_path() / "tapedeck-XXXXXX").string();
    MUST(::mkdtemp(path_.data()) != nullptr);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace tapedeck
