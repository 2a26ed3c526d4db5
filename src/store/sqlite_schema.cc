#include "store/sqlite_schema.h"

#include <array>

#include <fmt/format.h>

namespace tapedeck {

namespace {

// Stored. Never change a step that was released: add one.
constexpr const char* step_1 = R"(
CREATE TABLE accounts (
  id BLOB NOT NULL PRIMARY KEY,
  username TEXT NOT NULL,
  username_key TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  state INTEGER NOT NULL,
  admin INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  session_epoch INTEGER NOT NULL,
  quota_bytes INTEGER,
  used_bytes INTEGER NOT NULL CHECK (used_bytes >= 0),
  reserved_bytes INTEGER NOT NULL CHECK (reserved_bytes >= 0)
) WITHOUT ROWID;

CREATE TABLE identities (
  key BLOB NOT NULL PRIMARY KEY,
  account BLOB NOT NULL REFERENCES accounts,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX identities_account ON identities (account);

CREATE TABLE invitations (
  secret_hash BLOB NOT NULL PRIMARY KEY,
  admin INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE tokens (
  secret_hash BLOB NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  account BLOB NOT NULL REFERENCES accounts,
  kind INTEGER NOT NULL,
  name TEXT NOT NULL,
  scopes INTEGER NOT NULL,
  session_epoch INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tokens_account ON tokens (account);
CREATE INDEX tokens_expiry ON tokens (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE recordings (
  account BLOB NOT NULL REFERENCES accounts,
  id BLOB NOT NULL,
  title TEXT NOT NULL,
  note TEXT NOT NULL,
  tags TEXT NOT NULL,
  file_name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  client_id TEXT NOT NULL,
  sniffed_type TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_append_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  state INTEGER NOT NULL,
  recovered INTEGER NOT NULL,
  trashed_at INTEGER,
  version INTEGER NOT NULL,
  size INTEGER NOT NULL,
  length INTEGER,
  reserved_bytes INTEGER NOT NULL CHECK (reserved_bytes >= 0),
  sha256 BLOB,
  hash_state BLOB NOT NULL,
  tail BLOB NOT NULL,
  PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE INDEX listed ON recordings (account, recorded_at, id) WHERE trashed_at IS NULL;
CREATE INDEX trash ON recordings (account, recorded_at, id) WHERE trashed_at IS NOT NULL;
CREATE INDEX changed ON recordings (account, changed_at, id);

CREATE TABLE chunks (
  account BLOB NOT NULL,
  recording BLOB NOT NULL,
  begin INTEGER NOT NULL,
  segments BLOB NOT NULL,
  PRIMARY KEY (account, recording, begin)
) WITHOUT ROWID;

CREATE TABLE tombstones (
  account BLOB NOT NULL,
  recording BLOB NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (account, recording)
) WITHOUT ROWID;
CREATE INDEX tombstones_feed ON tombstones (account, changed_at, recording);
CREATE INDEX tombstones_age ON tombstones (changed_at);

CREATE TABLE claims (
  account BLOB NOT NULL,
  key BLOB NOT NULL,
  recording BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account, key)
) WITHOUT ROWID;
CREATE INDEX claims_age ON claims (created_at);

CREATE TABLE due (
  hour INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  account BLOB NOT NULL,
  recording BLOB NOT NULL,
  PRIMARY KEY (hour, at, kind, account, recording)
) WITHOUT ROWID;

CREATE TABLE secrets (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
)";

constexpr const char* step_2 = R"(
ALTER TABLE tokens ADD COLUMN recording_bytes_max INTEGER;
ALTER TABLE tokens ADD COLUMN recording_time_max INTEGER;
ALTER TABLE tokens ADD COLUMN live_max INTEGER;

ALTER TABLE recordings ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recordings ADD COLUMN maker BLOB;

DROP INDEX listed;
DROP INDEX trash;
DROP INDEX changed;
CREATE INDEX listed ON recordings (account, recorded_at, id)
  WHERE trashed_at IS NULL AND partial = 0;
CREATE INDEX trash ON recordings (account, recorded_at, id)
  WHERE trashed_at IS NOT NULL AND partial = 0;
CREATE INDEX partials ON recordings (account, recorded_at, id) WHERE partial = 1;
CREATE INDEX changed ON recordings (account, changed_at, id) WHERE partial = 0;
CREATE INDEX live ON recordings (account, maker) WHERE state = 1;

CREATE TABLE uploads (
  secret_hash BLOB NOT NULL PRIMARY KEY,
  account BLOB NOT NULL,
  recording BLOB NOT NULL,
  token BLOB,
  metadata TEXT NOT NULL,
  concatenation TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX uploads_age ON uploads (created_at);
CREATE INDEX uploads_account ON uploads (account);
)";

constexpr const char* step_3 = R"(
ALTER TABLE recordings ADD COLUMN direct TEXT NOT NULL DEFAULT '';
)";

/// The same tables; but blobs may be in volumes, of which an older program knows nothing.
constexpr const char* step_4 = "";

/// steps[n] makes version n + 1 out of n.
constexpr std::array steps = {step_1, step_2, step_3, step_4};

}  // namespace

const std::int64_t schema_version = static_cast<std::int64_t>(steps.size());

const char* schema_step(std::int64_t version) {
  return steps.at(static_cast<std::size_t>(version - 1));
}

namespace {

void refuse_newer(std::int64_t version) {
  if (version <= schema_version) return;
  throw Error(Fault::conflict,
              fmt::format("This data folder was written by a newer Tapedeck (schema {}, this "
                          "program knows {}). Use the newer program.",
                          version, schema_version));
}

}  // namespace

void check_schema(SqliteDatabase& database) {
  auto version = database.user_version();
  refuse_newer(version);
  if (version == schema_version) return;
  throw Error(Fault::conflict,
              fmt::format("The catalog has the older schema {}, this program wants {}. Start "
                          "`tapedeck serve` on the folder once: it migrates the catalog.",
                          version, schema_version));
}

void migrate(SqliteDatabase& database) {
  refuse_newer(database.user_version());
  database.execute("BEGIN IMMEDIATE");
  try {
    auto version = database.user_version();
    refuse_newer(version);
    for (auto at = version; at < schema_version; ++at) {
      database.execute(schema_step(at + 1));
    }
    if (version != schema_version) {
      auto pragma = fmt::format("PRAGMA user_version = {}", schema_version);
      database.execute(pragma.c_str());
    }
    database.execute("COMMIT");
  } catch (...) {
    if (!database.is_autocommit()) database.execute("ROLLBACK");
    throw;
  }
}

}  // namespace tapedeck
