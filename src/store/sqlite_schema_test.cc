#include "store/sqlite_schema.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/env.h"
#include "base/run_task.h"
#include "store/segment_codec.h"
#include "store/sqlite_catalog.h"
#include "store/temporary_folder.h"

namespace tapedeck {
namespace {

constexpr Time then{Millis{1'790'000'000'000}};

/// A database as the first release left it.
class SchemaTest : public testing::Test {
 protected:
  SchemaTest() {
    SqliteDatabase database({.path = path_, .access = SqliteDatabase::Access::read_write});
    database.execute(schema_step(1));
    database.execute("PRAGMA user_version = 1");
    add_account(database);
    add_recording(database, kept_, std::nullopt);
    add_recording(database, trashed_, then);
    auto chunk = database.query("INSERT INTO chunks VALUES (?, ?, 0, ?)");
    chunk.bind(account_, kept_).bind_bytes(encode_segments({first_})).run();
    database.query("INSERT INTO tombstones VALUES (?, ?, ?)").bind(account_, purged_, then).run();
  }

  void add_account(SqliteDatabase& database) {
    auto account = database.query(
        "INSERT INTO accounts VALUES (?, 'Ada', 'ada', 'hash', 1, 0, ?, 4, NULL, 20, 0)");
    account.bind(account_, then).run();
    auto token =
        database.query("INSERT INTO tokens VALUES (?, ?, ?, 2, 'recorder', 3, 4, ?, NULL, ?)");
    token.bind(sha256_of("secret"), token_, account_, then, then).run();
  }

  void add_recording(SqliteDatabase& database, RecordingId id, std::optional<Time> trashed_at) {
    auto row = database.query(R"(
        INSERT INTO recordings VALUES (?, ?, 'Memo', 'note', '["a"]', 'memo.wav', 'audio/wav',
                                       'phone-1', 'audio/wav', ?, ?, ?, ?, 3, 0, ?, 5, 10, NULL, 0,
                                       ?, x'', ?))");
    row.bind(account_, id, then, then, then, then, trashed_at, sha256_of("whole"));
    row.bind_bytes(encode_segments({second_})).run();
  }

  SystemEnv env_;
  Log log_{{}};
  TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/tapedeck.db";
  const AccountId account_ = AccountId::make(env_);
  const TokenId token_ = TokenId::make(env_);
  const RecordingId kept_ = RecordingId::make(env_);
  const RecordingId trashed_ = RecordingId::make(env_);
  const RecordingId purged_ = RecordingId::make(env_);
  const Segment first_{Ulid::make(env_), 0, 4, sha256_of("first")};
  const Segment second_{Ulid::make(env_), 4, 10, sha256_of("second")};
};

TEST(Schema, TheStepsThatWereReleasedAreAsTheyWere) {
  EXPECT_EQ(to_hex(view_of(sha256_of(schema_step(1)))),
            "a308c4cd1ad2ea81d83381093e7beb1b761ac15c97dbed11b94cfb4812bd1ab4");
}

TEST_F(SchemaTest, AVersion1DatabaseKeepsItsRecordings) {
  SqliteCatalog catalog({.path = path_}, log_);
  auto found = run_task(catalog.find_recording(account_, kept_));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->description.title, "Memo");
  EXPECT_EQ(found->description.tags, std::vector<std::string>{"a"});
  EXPECT_EQ(found->description.client_id, "phone-1");
  EXPECT_EQ(found->state, RecordingState::ready);
  EXPECT_EQ(found->version, 5u);
  EXPECT_EQ(found->size, 10u);
  EXPECT_EQ(found->sha256, sha256_of("whole"));
  EXPECT_EQ(found->tail, std::vector{second_});
  EXPECT_FALSE(found->partial);
  EXPECT_FALSE(found->maker);
  auto segments = run_task(catalog.list_segments(account_, kept_, 0, 9));
  EXPECT_EQ(segments, (std::vector{first_, second_}));
}

TEST_F(SchemaTest, AVersion1DatabaseKeepsItsAccountsAndTokens) {
  SqliteCatalog catalog({.path = path_}, log_);
  auto found = run_task(catalog.find_credential(sha256_of("secret")));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->token.id, token_);
  EXPECT_EQ(found->token.name, "recorder");
  EXPECT_EQ(found->token.limits, TokenLimits{});
  EXPECT_EQ(found->account.username, "Ada");
  EXPECT_EQ(found->account.session_epoch, 4u);
  EXPECT_EQ(found->account.used_bytes, 20u);
}

TEST_F(SchemaTest, AVersion1DatabaseListsWhatItDid) {
  SqliteCatalog catalog({.path = path_}, log_);
  ListFilter filter;
  auto page = run_task(catalog.list_recordings(account_, filter, {}, 9, then));
  ASSERT_EQ(page.recordings.size(), 1u);
  EXPECT_EQ(page.recordings[0].id, kept_);
  filter.state = ShownState::trashed;
  page = run_task(catalog.list_recordings(account_, filter, {}, 9, then));
  ASSERT_EQ(page.recordings.size(), 1u);
  EXPECT_EQ(page.recordings[0].id, trashed_);
  ListFilter partial;
  partial.partial = true;
  EXPECT_TRUE(run_task(catalog.list_recordings(account_, partial, {}, 9, then)).recordings.empty());
  auto changes = run_task(catalog.list_changes(account_, {}, 9)).changes;
  ASSERT_EQ(changes.size(), 3u);
  auto is_purged = [&](const Change& change) { return change.id == purged_ && !change.recording; };
  EXPECT_TRUE(std::any_of(changes.begin(), changes.end(), is_purged));
}

TEST_F(SchemaTest, AVersion1DatabaseTakesLiveRecordingsAndUploads) {
  SqliteCatalog catalog({.path = path_}, log_);
  Recording live;
  live.id = RecordingId::make(env_);
  live.account = account_;
  live.maker = token_;
  auto added = run_task(catalog.add_recording(live, {}, {1, 1}));
  EXPECT_EQ(added.outcome, AddRecording::added);
  Upload upload{sha256_of("upload"), account_, live.id, {}, {}, {}, then};
  run_task(catalog.add_upload(upload));
  EXPECT_TRUE(run_task(catalog.find_upload(upload.secret_hash)));
}

TEST_F(SchemaTest, AMigratedDatabaseHasTheTablesOfANewOne) {
  auto tables_of = [](const std::string& path) {
    SqliteDatabase database({.path = path, .access = SqliteDatabase::Access::read_write});
    migrate(database);
    EXPECT_EQ(database.user_version(), schema_version);
    std::vector<std::string> all;
    auto rows = database.query("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name");
    while (rows.step()) all.push_back(rows.text(0));
    return all;
  };
  EXPECT_EQ(tables_of(path_), tables_of(folder_.path() + "/new.db"));
}

}  // namespace
}  // namespace tapedeck
