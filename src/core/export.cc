#include "core/export.h"

#include <array>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/error.h"
#include "base/json.h"
#include "core/sniff.h"
#include "core/tar.h"

namespace tapedeck {

namespace {

constexpr std::size_t page_max = 100;

json::value time_or_null(std::optional<Time> time) {
  return time ? json::value(format_rfc3339(*time)) : json::value(nullptr);
}

std::string describe(const Account& account, Time now) {
  json::object object{
      {"id", account.id.text()},
      {"username", account.username},
      {"admin", account.admin},
      {"created_at", format_rfc3339(account.created_at)},
      {"quota_bytes",
       account.quota_bytes ? json::value(*account.quota_bytes) : json::value(nullptr)},
      {"used_bytes", account.used_bytes},
      {"exported_at", format_rfc3339(now)},
  };
  return json::serialize(object) + "\n";
}

std::string describe(const Recording& recording, const std::string& audio_path, Time now) {
  const auto& said = recording.description;
  auto sha256 =
      recording.sha256 ? json::value(to_hex(view_of(*recording.sha256))) : json::value(nullptr);
  json::object object{
      {"id", recording.id.text()},
      {"audio", audio_path},
      {"title", said.title},
      {"note", said.note},
      {"tags", json::value_from(said.tags)},
      {"file_name", said.file_name},
      {"client_id", said.client_id},
      {"content_type", said.content_type},
      {"sniffed_type", recording.sniffed_type},
      {"state", name_of(shown_state(recording, now))},
      {"recovered", recording.recovered},
      {"size", recording.size},
      {"sha256", sha256},
      {"recorded_at", format_rfc3339(said.recorded_at)},
      {"created_at", format_rfc3339(recording.created_at)},
      {"changed_at", format_rfc3339(recording.changed_at)},
      {"trashed_at", time_or_null(recording.trashed_at)},
  };
  return json::serialize(object) + "\n";
}

/// A whole small file of the archive.
std::string make_file(const std::string& path, const std::string& bytes, Time modified_at) {
  return make_tar_head({path, bytes.size(), modified_at}) + bytes + make_tar_padding(bytes.size());
}

/// Walks the feed of changes from its start. Nothing that changes meanwhile is missed, since it
/// moves behind where we are: it may come twice, and the later file wins when it is extracted.
class ExportSource final : public ByteSource {
 public:
  ExportSource(Catalog& catalog, Recordings& recordings, const Account& account, Time now)
      : catalog_(catalog), recordings_(recordings), account_(account), now_(now) {}

  Task<ByteView> read() override {
    if (audio_left_ > 0) {
      auto chunk = co_await audio_->read();
      count(chunk.size());
      co_return chunk;
    }
    audio_.reset();
    if (!begun_) {
      begun_ = true;
      text_ = make_file("account.json", describe(account_, now_), now_);
      co_return text_;
    }
    text_ = std::exchange(padding_, {});
    co_await add_next();
    co_return text_;
  }

  Task<std::optional<FileSlice>> take_file() override {
    if (audio_left_ == 0) co_return std::nullopt;
    auto slice = co_await audio_->take_file();
    if (slice) count(slice->range.size());
    co_return slice;
  }

 private:
  /// The archive's head has promised the size: a short one would damage all that follows.
  void count(ByteCount bytes) {
    if (bytes == 0 || bytes > audio_left_) {
      throw Error(Fault::unavailable, "An export met a recording with other bytes than its size.");
    }
    audio_left_ -= bytes;
  }

  /// Appends the next recording's files to text_ up to its bytes, or the archive's end.
  Task<void> add_next() {
    for (;;) {
      if (next_ == page_.changes.size()) {
        if (ended_) co_return;
        co_await turn_page();
        continue;
      }
      auto id = page_.changes[next_++].id;
      auto recording = co_await open(id);
      if (!recording) continue;
      add_files(*recording);
      co_return;
    }
  }

  /// The next page of changes; or, when there is none, the archive's end.
  Task<void> turn_page() {
    if (!more_) {
      ended_ = true;
      text_ += make_tar_end();
      co_return;
    }
    page_ = co_await catalog_.list_changes(account_.id, position_, page_max);
    more_ = page_.more;
    next_ = 0;
    if (page_.changes.empty()) co_return;
    const auto& last = page_.changes.back();
    position_ = next_position(last);
  }

  /// Just behind this change: the feed gives what is at a position, too.
  static ChangePosition next_position(const Change& change) {
    ChangePosition position{change.changed_at, change.id};
    auto& bytes = position.id.value.bytes;
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
      if (++*byte != 0) return position;
    }
    position.changed_at += Millis(1);
    return position;
  }

  /// The recording as it is now, its audio open; nothing when it is gone, also when it goes just
  /// while it is opened.
  Task<std::optional<Recording>> open(RecordingId id) {
    auto recording = co_await catalog_.find_recording(account_.id, id);
    if (!recording || recording->size == 0) co_return recording;
    ByteRange whole{0, recording->size};
    std::exception_ptr failed;
    try {
      audio_ = co_await recordings_.open(*recording, whole);
    } catch (...) {
      failed = std::current_exception();
    }
    if (!failed) co_return recording;
    auto still = co_await catalog_.find_recording(account_.id, id);
    if (still) std::rethrow_exception(failed);
    co_return std::nullopt;
  }

  void add_files(const Recording& recording) {
    auto name = "recordings/" + recording.id.text();
    auto audio_path = fmt::format("{}.{}", name, audio_extension(recording.sniffed_type));
    auto about = describe(recording, audio_path, now_);
    text_ += make_file(name + ".json", about, recording.changed_at);
    text_ += make_tar_head({audio_path, recording.size, recording.description.recorded_at});
    padding_ = make_tar_padding(recording.size);
    audio_left_ = recording.size;
  }

  Catalog& catalog_;
  Recordings& recordings_;
  const Account account_;
  const Time now_;

  bool begun_ = false;
  bool ended_ = false;
  ChangePosition position_{};
  ChangePage page_;
  bool more_ = true;
  std::size_t next_ = 0;  // in page_

  std::unique_ptr<ByteSource> audio_;
  ByteCount audio_left_ = 0;
  std::string padding_;  // behind audio_
  std::string text_;     // what read() gave last
};

}  // namespace

std::unique_ptr<ByteSource> export_account(Catalog& catalog, Recordings& recordings,
                                           const Account& account, Time now) {
  return std::make_unique<ExportSource>(catalog, recordings, account, now);
}

}  // namespace tapedeck
