// The rules of a bucket that we set: what S3 calls its lifecycle and CORS configuration. Pure.
//
// A bucket has one document for each, with rules of several owners. Ours has the ID "tapedeck";
// those of others stay as they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tapedeck {

/// Unfinished multipart uploads below blobs/ are removed after so many days.
std::string make_lifecycle_rule(int days);
/// Pages of these origins may fetch and put objects, with a URL that was signed for them.
std::string make_cors_rule(const std::vector<std::string>& origins);

/// The document (or nothing, where the bucket has none) with this rule as ours.
std::string with_lifecycle_rule(std::string_view document, std::string_view rule);
std::string with_cors_rule(std::string_view document, std::string_view rule);

/// Whether the document's rule of ours says the same.
bool has_lifecycle_rule(std::string_view document, int days);
bool has_cors_rule(std::string_view document, const std::vector<std::string>& origins);

}  // namespace tapedeck
