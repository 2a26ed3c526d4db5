// Inspection: whether a product shows what was acknowledged.
#pragma once

#include <string>
#include <vector>

#include "power/model.h"
#include "power/product.h"

namespace tapedeck::power {

/// What is wrong, a sentence each. Changes nothing.
std::vector<std::string> inspect(Product& product, const Stages& stages);

/// What `tapedeck verify` and SQLite itself find wrong: bytes, digests, quotas, the database's
/// form.
std::vector<std::string> inspect_bytes(Product& product);

/// Blobs that no recording names; right after a sweep there are none.
std::vector<std::string> find_garbage(Product& product);

}  // namespace tapedeck::power
