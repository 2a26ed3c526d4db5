// The table itself: making it, and knowing whether it is one of ours.
#pragma once

#include "store/dynamo_client.h"

namespace tapedeck {

/// Stored. Raised by a change that older programs cannot read.
inline constexpr std::uint64_t dynamo_schema_version = 1;

/// Makes the table with its two indexes if there is none, waits until it can be used, and writes
/// down its version. Safe to repeat. Throws as check_table.
Task<void> make_dynamo_table(DynamoClient& client, Env& env);

/// Finishes a table that a deployment tool made: writes down its version when it has none. Does
/// nothing for any other; check_table says what is wrong with it. Throws unavailable.
Task<void> adopt_dynamo_table(DynamoClient& client);

/// Throws Error{conflict} for a table without our keys and indexes or of a newer version,
/// not_found for none; says what to do.
Task<void> check_dynamo_table(DynamoClient& client);

}  // namespace tapedeck
