#include "power/product.h"

#include "store/blob_files.h"
#include "store/sqlite_database.h"

namespace tapedeck::power {

namespace {

constexpr std::size_t page_max = 10'000;
const std::string database_path = data_folder + "/tapedeck.db";
const std::string blobs_path = data_folder + "/blobs";

Accounts::Options accounts_options() {
  Accounts::Options options;
  options.password_cost = {.memory_bytes = 8 * 1024, .passes = 1};
  return options;
}

/// Small, so that little happens between two decisions.
Live::Options live_options() {
  Live::Options options;
  options.recording_bytes_max = 1 * MiB;
  options.segment_bytes_max = 3'000;
  options.reserved_step = 4'000;
  options.finish_after = finish_after;
  return options;
}

Recordings::Options recordings_options() {
  Recordings::Options options;
  options.trash_time = trash_time;
  return options;
}

Uploads::Options uploads_options() {
  Uploads::Options options;
  options.resumable_time = resumable_time;
  return options;
}

Sweeper::Options sweeper_options() {
  Sweeper::Options options;
  options.grace = Millis(0);
  options.trash_time = trash_time;
  options.finish_after = finish_after;
  options.resumable_time = resumable_time;
  options.joining.segment_bytes_max = 6'000;
  return options;
}

/// So small that volumes become full, and some segments are files.
VolumeBlobs::Options blobs_options() {
  VolumeBlobs::Options options;
  options.root = blobs_path;
  options.volume_blob_max = 2'700;
  options.volume_bytes_max = 48 * KiB;
  options.writer_threads = 0;
  return options;
}

SqliteCatalog::Options catalog_options(const SimulatedVfs& vfs) {
  SqliteCatalog::Options options;
  options.path = database_path;
  options.vfs = vfs.name();
  options.readers = 0;
  options.checkpoint_frames = 60;
  options.idle_time = std::chrono::hours(1);  // never: when it came would be chance
  return options;
}

/// As DataFolder does it.
SimulatedDisk& make_folders(SimulatedDisk& disk) {
  make_blob_folders(disk, blobs_path);
  disk.sync_folder(data_folder);
  return disk;
}

}  // namespace

DiskImage empty_disk() {
  DiskImage image;
  image.apply({DiskOperation::Kind::make_folder, no_file, {"", data_folder}, 0, {}});
  return image;
}

struct Product::Parts {
  Parts(SimulatedDisk& disk, TestEnv& env, Pace pace, const Bug& bug)
      : vfs(make_folders(disk), bug.synchronous),
        sqlite(catalog_options(vfs), log),
        settled(sqlite),
        disk_of_blobs(bug.disk_of_blobs ? bug.disk_of_blobs(disk) : nullptr),
        disk_blobs(blobs_options(), disk_of_blobs ? *disk_of_blobs : disk, pool, env),
        ports(make_ports(pace, bug)),
        accounts(*ports.catalog, pool, env, accounts_options()),
        live(*ports.catalog, *ports.blobs, env, live_options()),
        recordings(*ports.catalog, *ports.blobs, env, live, recordings_options()),
        uploads(*ports.catalog, *ports.blobs, env, live, accounts, recordings, uploads_options()),
        sweeper(*ports.catalog, *ports.blobs, env, log, sweeper_options()) {}

  Ports make_ports(Pace pace, const Bug& bug) {
    auto& catalog = pace == Pace::settled ? static_cast<Catalog&>(settled) : sqlite;
    Ports made{&catalog, &disk_blobs, database_path, vfs.name(), {}};
    if (bug.ports) bug.ports(made);
    return made;
  }

  Log log{{.format = LogFormat::human, .level = LogLevel::error}};
  Pool pool{{.name = "none", .threads = 0}};
  SimulatedVfs vfs;
  SqliteCatalog sqlite;
  SettledCatalog settled;
  std::unique_ptr<Disk> disk_of_blobs;
  VolumeBlobs disk_blobs;
  Ports ports;
  Accounts accounts;
  Live live;
  Recordings recordings;
  Uploads uploads;
  Sweeper sweeper;
};

Product::Product(SimulatedDisk& d, TestEnv& e, Pace pace, const Bug& bug)
    : parts_(std::make_unique<Parts>(d, e, pace, bug)),
      disk(d),
      env(e),
      catalog(*parts_->ports.catalog),
      blobs(*parts_->ports.blobs),
      accounts(parts_->accounts),
      recordings(parts_->recordings),
      uploads(parts_->uploads),
      sweeper(parts_->sweeper) {}

Product::~Product() = default;

Caller Product::caller(const std::string& username) {
  auto account = run_task(catalog.find_account_by_username(username));
  if (!account) throw Error(Fault::not_found, "there is no account " + username);
  Caller caller;
  caller.account = account->id;
  caller.username = username;
  caller.scopes.add(Scope::capture).add(Scope::read).add(Scope::write);
  caller.has_quota = account->quota_bytes.has_value();
  return caller;
}

std::vector<Account> Product::list_accounts() {
  return run_task(catalog.list_accounts(std::nullopt, page_max)).accounts;
}

std::vector<Recording> Product::list_recordings(AccountId account) {
  std::vector<Recording> all;
  for (int pass = 0; pass < 3; ++pass) {
    ListFilter filter;
    filter.partial = pass == 1;
    if (pass == 2) filter.state = ShownState::trashed;
    auto page =
        run_task(catalog.list_recordings(account, filter, std::nullopt, page_max, env.now()));
    for (auto& recording : page.recordings) {
      if (recording.state == RecordingState::recording) {  // what is listed has no hash_state
        recording = *run_task(catalog.find_recording(account, recording.id));
      }
      all.push_back(std::move(recording));
    }
  }
  return all;
}

std::vector<BlobKey> Product::list_blobs() {
  return run_task(parts_->disk_blobs.list(std::nullopt, page_max)).keys;
}

std::vector<std::string> Product::check_integrity() {
  std::vector<std::string> damages;
  SqliteDatabase database({database_path, SqliteDatabase::Access::read_only, parts_->vfs.name()});
  auto check = database.query("PRAGMA integrity_check");
  while (check.step()) damages.push_back(check.text(0));
  if (damages == std::vector<std::string>{"ok"}) damages.clear();
  return damages;
}

}  // namespace tapedeck::power
