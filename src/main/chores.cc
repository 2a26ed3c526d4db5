#include "main/chores.h"

#include <chrono>

#include <fmt/format.h>

#include "base/run_task.h"
#include "core/verify.h"
#include "main/stores.h"
#include "store/sqlite_check.h"

namespace tapedeck {

namespace {

json::object json_of(const Verification::Progress& progress) {
  return {{"accounts", progress.accounts},
          {"recordings", progress.recordings},
          {"blobs", progress.blobs},
          {"bytes", progress.bytes},
          {"findings", progress.findings}};
}

json::object json_of(const Finding& finding) {
  json::object object{{"kind", name_of(finding.kind)},
                      {"account", finding.account.text()},
                      {"detail", finding.detail}};
  object["recording"] = finding.recording ? json::value(finding.recording->text()) : json::value();
  object["blob"] = finding.piece ? json::value(finding.piece->text()) : json::value();
  return object;
}

/// Progress of a verification, not more often than somebody can read it.
class ProgressLines {
 public:
  explicit ProgressLines(const api::EmitLine& emit) : emit_(emit) {}

  /// False: nobody reads any more.
  bool tell(const Verification::Progress& progress) {
    auto now = std::chrono::steady_clock::now();
    if (now < next_at_) return true;
    next_at_ = now + std::chrono::seconds(1);
    return emit_({{"progress", json_of(progress)}});
  }

 private:
  const api::EmitLine& emit_;
  std::chrono::steady_clock::time_point next_at_{};
};

void verify_all(Verification& verification, const api::EmitLine& emit) {
  for (;;) {
    auto finding = run_task(verification.next());
    if (!finding) break;
    if (!emit({{"finding", json_of(*finding)}})) {
      throw Error(Fault::unavailable, "The verification was stopped before its end.");
    }
  }
  emit({{"done", json_of(verification.progress())}});
}

/// Why a copy of the folder would be no backup; nothing where it is one.
std::optional<std::string> refuse_backup(const Config& config) {
  if (config.blobs == BlobsChoice::disk && config.catalog == CatalogChoice::sqlite) return {};
  if (config.catalog == CatalogChoice::memory) return "What is kept in memory has no backup.";
  auto catalog =
      config.catalog == CatalogChoice::sqlite
          ? fmt::format("Before it, copy the catalog: sqlite3 {} \".backup 'COPY'\"",
                        place_of_catalog(config))
          : std::string(
                "The catalog is in DynamoDB: turn on point-in-time recovery for the table, "
                "or use its on-demand backups. Restore the table to a moment before the "
                "bucket's.");
  return fmt::format(
      "The audio is in S3: keep a second copy of the bucket there (versioning, replication or AWS "
      "Backup). {}",
      catalog);
}

}  // namespace

api::LineJob make_sweep_job(Sweeper& sweeper) {
  return [&sweeper](const api::EmitLine& emit) {
    auto report = run_task(sweeper.sweep());
    json::object done{{"purged", report.purged},
                      {"closed_accounts", report.closed_accounts},
                      {"digests", report.digests},
                      {"blobs_seen", report.blobs_seen},
                      {"blobs_erased", report.blobs_erased},
                      {"aborted", report.aborted},
                      {"failures", report.failures}};
    emit({{"done", done}});
  };
}

api::LineJob make_verify_job(Catalog& catalog, Blobs& blobs, Env& env) {
  return [&catalog, &blobs, &env](const api::EmitLine& emit) {
    ProgressLines progress(emit);
    auto watch = [&progress](const Verification::Progress& at) { return progress.tell(at); };
    Verification verification(catalog, blobs, env, std::nullopt, watch);
    verify_all(verification, emit);
  };
}

api::LineJob make_catalog_check_job(std::optional<std::string> database) {
  return [database = std::move(database)](const api::EmitLine& emit) {
    std::vector<std::string> damages;
    if (database) damages = check_database(*database);
    for (const auto& damage : damages) emit({{"damage", damage}});
    emit({{"done", json::object{{"damages", damages.size()}}}});
  };
}

std::function<void(const std::string&, const api::EmitLine&)> make_backup_job(
    const Config& config) {
  auto refusal = refuse_backup(config);
  return [source = config.data.string(), refusal](const std::string& destination,
                                                  const api::EmitLine& emit) {
    if (refusal) throw Error(Fault::invalid, *refusal);
    BackupOptions options;
    options.source = source;
    options.destination = destination;
    constexpr std::uint64_t report_every = 100;  // blobs
    options.progress = [&](const BackupReport& report) {
      if (report.blobs % report_every != 0) return;
      if (emit({{"progress", json_of(report)}})) return;
      throw Error(Fault::unavailable, "The backup was stopped before its end. Run it again.");
    };
    auto report = make_backup(options);
    emit({{"done", json_of(report)}});
  };
}

json::object json_of(const BackupReport& report) {
  // Signed, as all of our JSON numbers are when they are read.
  auto count = [](std::uint64_t number) { return static_cast<std::int64_t>(number); };
  return {{"recordings", count(report.recordings)},
          {"blobs", count(report.blobs)},
          {"copied", count(report.copied)},
          {"bytes_copied", count(report.bytes_copied)},
          {"purged_meanwhile", count(report.purged_meanwhile)},
          {"removed", count(report.removed)}};
}

}  // namespace tapedeck
