// The tables of docs/data.md, and how older ones become these.
#pragma once

#include <cstdint>

#include "store/sqlite_database.h"

namespace tapedeck {

/// The `user_version` of the tables that this program reads and writes.
extern const std::int64_t schema_version;

/// Makes the tables of an empty database, or migrates older ones, in one transaction.
/// Throws Error{conflict} for a schema newer than this program, leaving the database as it was.
void migrate(SqliteDatabase& database);

/// The statements that make `version` out of the one before it; from 1 to schema_version.
const char* schema_step(std::int64_t version);

/// Throws Error{conflict} for any other schema than this program's.
void check_schema(SqliteDatabase& database);

}  // namespace tapedeck
