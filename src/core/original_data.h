// OriginalData: the port to what a deployment of the original server left behind.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"

namespace tapedeck {

/// A row of its table of users. One id may have several rows: its logins raced.
struct OriginalUser {
  std::string id;        // "{social_type}_{social_id}"
  std::string auth_key;  // in clear
};

/// A row of its table of recordings.
struct OriginalRecord {
  std::string id;  // also the name of its object
  std::string user_id;
  std::string file_name;
  std::string created_at;  // "YYYY-MM-DD"
};

/// An object in its bucket, whose name there is "record/" and this id.
struct OriginalObject {
  std::string id;
  ByteCount bytes = 0;
};

template <class Row>
struct OriginalPage {
  std::vector<Row> rows;
  std::string next;  // pass it on as `after`; empty at the end
};

/// Only reads. Every method throws Error{unavailable} when the service does not answer, and invalid
/// for rows that are none of the original's.
class OriginalData {
 public:
  virtual ~OriginalData() = default;

  virtual Task<OriginalPage<OriginalUser>> list_users(const std::string& after) = 0;
  virtual Task<OriginalPage<OriginalRecord>> list_records(const std::string& after) = 0;
  virtual Task<OriginalPage<OriginalObject>> list_objects(const std::string& after) = 0;
  /// Null when there is no such object. Must not outlive this.
  virtual Task<std::unique_ptr<ByteSource>> open_object(const std::string& id) = 0;
  /// Anybody can read it, without a key.
  virtual Task<bool> is_public(const std::string& id) = 0;
};

}  // namespace tapedeck
