// The backends that keep the promises.
#include "base/log.h"
#include "conformance/blobs_direct.h"
#include "conformance/blobs_suite.h"
#include "conformance/catalog_suite.h"
#include "core/direct_memory_blobs.h"
#include "store/cached_catalog.h"
#include "store/data_folder.h"
#include "store/disk_blobs.h"
#include "store/guarded_catalog.h"
#include "store/memory_blobs.h"
#include "store/memory_catalog.h"
#include "store/sqlite_catalog.h"
#include "store/temporary_folder.h"
#include "store/volume_blobs.h"

namespace tapedeck {

namespace {

class MemoryCatalogHarness final : public CatalogHarness {
 public:
  Catalog& catalog() override { return catalog_; }
  void reopen() override {}

 private:
  MemoryCatalog catalog_;
};

class SqliteCatalogHarness : public CatalogHarness {
 public:
  SqliteCatalogHarness() { reopen(); }
  Catalog& catalog() override { return *catalog_; }
  void reopen() override {
    catalog_.reset();
    SqliteCatalog::Options options;
    options.path = folder_.path() + "/tapedeck.db";
    options.examined_max = 2;  // pages of filtered lists may be short: here they often are
    catalog_ = make(std::make_unique<SqliteCatalog>(options, log_));
  }

 protected:
  /// What stands between the suite and SQLite.
  virtual std::unique_ptr<Catalog> make(std::unique_ptr<Catalog> sqlite) { return sqlite; }

 private:
  TemporaryFolder folder_;
  Log log_{{}};
  std::unique_ptr<Catalog> catalog_;
};

class CachedSqliteHarness final : public SqliteCatalogHarness {
 public:
  CachedSqliteHarness() { reopen(); }

 protected:
  std::unique_ptr<Catalog> make(std::unique_ptr<Catalog> sqlite) override {
    return std::make_unique<CachedCatalog>(std::move(sqlite));
  }
};

class GuardedHarness final : public CatalogHarness {
 public:
  Catalog& catalog() override { return catalog_; }
  void reopen() override {}

 private:
  SystemEnv env_;
  GuardedCatalog catalog_{std::make_shared<MemoryCatalog>(), env_};
};

class MemoryBlobsHarness final : public BlobsHarness {
 public:
  Blobs& blobs() override { return blobs_; }
  void reopen() override {}

 private:
  MemoryBlobs blobs_;
};

class DiskBlobsHarness final : public BlobsHarness {
 public:
  DiskBlobsHarness() { reopen(); }
  Blobs& blobs() override { return *blobs_; }
  void reopen() override {
    blobs_.reset();
    data_.reset();
    data_ = std::make_unique<DataFolder>(folder_.path() + "/data");
    DiskBlobs::Options options;
    options.root = data_->blobs();
    blobs_ = std::make_unique<DiskBlobs>(options, disk_, pool_);
  }

 private:
  TemporaryFolder folder_;
  PosixDisk disk_;
  Pool pool_{{.name = "disk", .threads = 4}};
  std::unique_ptr<DataFolder> data_;
  std::unique_ptr<DiskBlobs> blobs_;
};

/// The twin that tests of core use.
class DirectMemoryHarness final : public DirectBlobsHarness {
 public:
  Blobs& blobs() override { return blobs_; }
  std::optional<std::string> put_part(const std::string& url, const std::string& bytes) override {
    try {
      return blobs_.put_part(url, bytes);
    } catch (const Error&) {
      return std::nullopt;
    }
  }

 private:
  MemoryBlobs inner_;
  DirectMemoryBlobs blobs_{inner_};
};

class VolumeBlobsHarness final : public BlobsHarness {
 public:
  VolumeBlobsHarness() { reopen(); }
  Blobs& blobs() override { return *blobs_; }
  void reopen() override {
    blobs_.reset();
    data_.reset();
    data_ = std::make_unique<DataFolder>(folder_.path() + "/data");
    VolumeBlobs::Options options;
    options.root = data_->blobs();
    options.volume_bytes_max = 2 * MiB;  // so that there are some
    blobs_ = std::make_unique<VolumeBlobs>(options, disk_, pool_, env_);
  }

 private:
  TemporaryFolder folder_;
  SystemEnv env_;
  PosixDisk disk_;
  Pool pool_{{.name = "disk", .threads = 4}};
  std::unique_ptr<DataFolder> data_;
  std::unique_ptr<VolumeBlobs> blobs_;
};

template <class Interface, class Implementation>
std::unique_ptr<Interface> make() {
  return std::make_unique<Implementation>();
}

std::vector<CatalogBackend> catalogs() {
  return {{"Memory", make<CatalogHarness, MemoryCatalogHarness>},
          {"Sqlite", make<CatalogHarness, SqliteCatalogHarness>},
          {"CachedSqlite", make<CatalogHarness, CachedSqliteHarness>},
          {"Guarded", make<CatalogHarness, GuardedHarness>}};
}

std::vector<BlobsBackend> all_blobs() {
  return {{"Memory", make<BlobsHarness, MemoryBlobsHarness>},
          {"Disk", make<BlobsHarness, DiskBlobsHarness>},
          {"Volumes", make<BlobsHarness, VolumeBlobsHarness>}};
}

template <class Backend>
std::string name_of(const testing::TestParamInfo<Backend>& info) {
  return info.param.name;
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Catalog, CatalogSuite, testing::ValuesIn(catalogs()),
                         name_of<CatalogBackend>);
INSTANTIATE_TEST_SUITE_P(Blobs, BlobsSuite, testing::ValuesIn(all_blobs()), name_of<BlobsBackend>);
INSTANTIATE_TEST_SUITE_P(Blobs, DirectBlobsSuite,
                         testing::Values(DirectBlobsBackend{
                             "Memory", make<DirectBlobsHarness, DirectMemoryHarness>}),
                         name_of<DirectBlobsBackend>);

}  // namespace tapedeck
