// Pairs of stores that are copied from and to, in tests.
#pragma once

#include <memory>
#include <string>

#include "base/env.h"
#include "base/log.h"
#include "base/pool.h"
#include "core/copying.h"
#include "store/blob_files.h"
#include "store/data_folder.h"
#include "store/sqlite_catalog.h"
#include "store/sqlite_transfer.h"
#include "store/temporary_folder.h"
#include "store/volume_blobs.h"

namespace tapedeck {

/// An empty pair of stores, which lives as long as the place.
class Place {
 public:
  virtual ~Place() = default;
  virtual Catalog& catalog() = 0;          // what a server would use; ends writing()
  virtual CatalogTransfer& reading() = 0;  // beside it
  virtual CatalogTransfer& writing() = 0;  // alone: ends catalog() and reading()
  virtual Blobs& blobs() = 0;
};

/// SQLite and a folder with volumes.
class LocalPlace final : public Place {
 public:
  LocalPlace() : data_(folder_.path() + "/data"), blobs_(options(), disk_, pool_, env_) {}

  Catalog& catalog() override {
    writing_.reset();
    if (!catalog_) {
      SqliteCatalog::Options options;
      options.path = data_.database();
      catalog_ = std::make_unique<SqliteCatalog>(options, log_);
    }
    return *catalog_;
  }
  CatalogTransfer& reading() override {
    catalog();  // the database is made
    if (!reading_) reading_ = open(SqliteTransfer::Access::read);
    return *reading_;
  }
  CatalogTransfer& writing() override {
    reading_.reset();
    catalog_.reset();
    if (!writing_) writing_ = open(SqliteTransfer::Access::write);
    return *writing_;
  }
  Blobs& blobs() override { return blobs_; }
  std::string volumes() const { return volumes_folder(data_.blobs()); }

 private:
  VolumeBlobs::Options options() const {
    VolumeBlobs::Options options;
    options.root = data_.blobs();
    return options;
  }
  std::unique_ptr<SqliteTransfer> open(SqliteTransfer::Access access) {
    return std::make_unique<SqliteTransfer>(data_.database(), access, log_);
  }

  TemporaryFolder folder_;
  Log log_{{}};
  DataFolder data_;
  SystemEnv env_;
  PosixDisk disk_;
  Pool pool_{{.name = "disk", .threads = 4}};
  VolumeBlobs blobs_;
  std::unique_ptr<SqliteCatalog> catalog_;
  std::unique_ptr<SqliteTransfer> reading_;
  std::unique_ptr<SqliteTransfer> writing_;
};

}  // namespace tapedeck
