#include "store/sqlite_writer.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/run_task.h"
#include "store/sqlite_schema.h"
#include "store/temporary_folder.h"

namespace tapedeck {
namespace {

class WriterTest : public testing::Test {
 protected:
  SqliteDatabase::Options database_options() {
    return {.path = folder_.path() + "/tapedeck.db", .access = SqliteDatabase::Access::read_write};
  }
  static void add_secret(SqliteDatabase& database, const std::string& name) {
    database.query("INSERT INTO secrets (name, value) VALUES (?, x'00')").bind(name).run();
  }
  std::int64_t count_secrets() {
    SqliteDatabase database(database_options());
    auto row = database.query("SELECT count(*) FROM secrets");
    EXPECT_TRUE(row.step());
    return row.integer(0);
  }

  TemporaryFolder folder_;
  Log log_{{}};
};

TEST_F(WriterTest, AJobThatFailsFailsAloneAmongThoseOfItsTransaction) {
  std::atomic<int> failed = 0;
  {
    SqliteWriter writer({.database = database_options()}, log_);
    std::vector<std::thread> threads;
    for (int i = 0; i < 40; ++i) {
      threads.emplace_back([&, i] {
        auto job = [i](SqliteDatabase& database) {
          add_secret(database, std::to_string(i));
          if (i % 4 == 0) throw Error(Fault::conflict, "as asked");
        };
        try {
          run_task(writer.write(job));
        } catch (const Error& error) {
          EXPECT_EQ(error.fault(), Fault::conflict);
          ++failed;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_TRUE(writer.is_healthy());
  }
  EXPECT_EQ(failed, 10);
  EXPECT_EQ(count_secrets(), 30);
}

TEST_F(WriterTest, ADamagedDatabaseStopsAllWrites) {
  SqliteWriter writer({.database = database_options()}, log_);
  auto broken = [](SqliteDatabase&) { throw SqliteError(10, "as an I/O error does"); };
  EXPECT_THROW(run_task(writer.write(broken)), Error);
  EXPECT_FALSE(writer.is_healthy());
  auto job = [](SqliteDatabase& database) { add_secret(database, "late"); };
  EXPECT_THROW(run_task(writer.write(job)), Error);
  EXPECT_EQ(count_secrets(), 0);
}

TEST_F(WriterTest, AFullDiskIsNotTheEndOfWriting) {
  SqliteWriter writer({.database = database_options()}, log_);
  auto full = [](SqliteDatabase& database) {
    add_secret(database, "lost");
    database.execute("ROLLBACK");  // as SQLite does by itself then
    throw SqliteError(13, "full");
  };
  try {
    run_task(writer.write(full));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::storage_full);
  }
  auto job = [](SqliteDatabase& database) { add_secret(database, "kept"); };
  run_task(writer.write(job));
  EXPECT_EQ(count_secrets(), 1);
}

TEST_F(WriterTest, TheWalIsRecycled) {
  SqliteWriter writer({.database = database_options(), .checkpoint_frames = 16}, log_);
  for (int i = 0; i < 300; ++i) {
    auto job = [i](SqliteDatabase& database) { add_secret(database, std::to_string(i)); };
    run_task(writer.write(job));
  }
  EXPECT_LT(std::filesystem::file_size(folder_.path() + "/tapedeck.db-wal"), 200u * 1'024);
}

TEST_F(WriterTest, ALongWalThatAKilledProcessLeftIsTakenOver) {
  TemporaryFolder left;
  {
    SqliteWriter writer({.database = database_options(), .idle_time = Millis(60'000)}, log_);
    auto job = [](SqliteDatabase& database) {
      for (int i = 0; i < 100; ++i)
        add_secret(database, std::string(5'000, 'x') + std::to_string(i));
    };
    run_task(writer.write(job));
    for (const auto* name : {"/tapedeck.db", "/tapedeck.db-wal"}) {
      std::filesystem::copy(folder_.path() + name, left.path() + name);
    }
  }
  ASSERT_GT(std::filesystem::file_size(left.path() + "/tapedeck.db-wal"), 300'000u);
  auto options = database_options();
  options.path = left.path() + "/tapedeck.db";
  SqliteWriter writer({.database = options}, log_);
  SqliteDatabase database(options);
  auto row = database.query("SELECT count(*) FROM secrets");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), 100);
}

/// The machine's own file system, on which a WAL opens for reading only, as it does for SQLite when
/// the system refuses to open it for writing.
int open_read_only(sqlite3_vfs* self, const char* name, sqlite3_file* file, int flags, int* got) {
  if ((flags & SQLITE_OPEN_WAL) != 0) {
    flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
  }
  auto* system = static_cast<sqlite3_vfs*>(self->pAppData);
  return system->xOpen(system, name, file, flags, got);
}

TEST_F(WriterTest, ADatabaseThatCanOnlyBeReadIsRefusedAtTheStart) {
  {
    SqliteWriter writer({.database = database_options()}, log_);
    auto job = [](SqliteDatabase& database) { add_secret(database, "before"); };
    run_task(writer.write(job));
    std::filesystem::copy(folder_.path() + "/tapedeck.db-wal", folder_.path() + "/left");
  }
  std::filesystem::rename(folder_.path() + "/left", folder_.path() + "/tapedeck.db-wal");
  sqlite3_vfs reading = *sqlite3_vfs_find(nullptr);
  reading.zName = "reading";
  reading.pAppData = sqlite3_vfs_find(nullptr);
  reading.xOpen = open_read_only;
  sqlite3_vfs_register(&reading, 0);
  auto options = database_options();
  options.vfs = "reading";
  EXPECT_THROW(SqliteWriter({.database = options}, log_), Error);
  sqlite3_vfs_unregister(&reading);
}

TEST_F(WriterTest, ANewerSchemaIsRefusedAndLeftAlone) {
  {
    SqliteDatabase database(database_options());
    database.execute("PRAGMA user_version = 1000");
  }
  try {
    SqliteWriter writer({.database = database_options()}, log_);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::conflict);
    EXPECT_NE(std::string(error.what()).find("newer Tapedeck (schema 1000"), std::string::npos);
  }
  SqliteDatabase database(database_options());
  EXPECT_EQ(database.user_version(), 1'000);
}

TEST_F(WriterTest, MigratingTwiceChangesNothing) {
  SqliteDatabase database(database_options());
  EXPECT_THROW(check_schema(database), Error);
  migrate(database);
  migrate(database);
  EXPECT_EQ(database.user_version(), schema_version);
  check_schema(database);
}

}  // namespace
}  // namespace tapedeck
