// The admin's long jobs, as lines that report what they do.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "api/line_stream.h"
#include "core/blobs.h"
#include "core/catalog.h"
#include "core/sweeper.h"
#include "main/config.h"
#include "store/backup.h"

namespace tapedeck {

/// One sweep. Ends with {"done": {…}}.
api::LineJob make_sweep_job(Sweeper& sweeper);

/// Reads everything again. {"finding": {…}} for each, {"progress": {…}} at the first and then once
/// a second, and at the end {"done": {…}} with the same counts.
api::LineJob make_verify_job(Catalog& catalog, Blobs& blobs, Env& env);

/// SQLite's own check of the catalog's file, if there is one. {"damage": TEXT} for each thing it
/// finds, at the end {"done": {"damages": N}}.
api::LineJob make_catalog_check_job(std::optional<std::string> database);

/// Copies the data folder. {"progress": {…}} now and then, at the end {"done": {…}}. Refuses where
/// the data is elsewhere, and says what to use instead.
std::function<void(const std::string& destination, const api::EmitLine& emit)> make_backup_job(
    const Config& config);

json::object json_of(const BackupReport& report);

}  // namespace tapedeck
