// What the settings of the stores mean when they are left out, and what contradicts what. Pure.
#pragma once

#include <string>
#include <vector>

#include "main/config.h"

namespace tapedeck {

/// As set, else what the endpoint asks for: us-east-1 for one that is not AWS's. Empty: unknown.
std::string s3_region_in_force(const Config& config);
std::string dynamo_region_in_force(const Config& config);

/// As set, else AWS's in that region. Empty when the region is unknown.
std::string s3_endpoint_in_force(const Config& config);
std::string dynamo_endpoint_in_force(const Config& config);

/// As set, else as AWS wants it for AWS, and path for all others.
S3Style s3_style_in_force(const Config& config);

/// Where the catalog is, and where the blobs are, for people: "the table tapedeck at https://…".
std::string place_of_catalog(const Config& config);
std::string place_of_blobs(const Config& config);

/// Nothing is stored on this machine.
bool is_cloud_alone(const Config& config);

/// One sentence for each mistake: which setting lacks or contradicts another one.
std::vector<std::string> find_store_mistakes(const Config& config);

}  // namespace tapedeck
