// From a data folder to another one.
#include <filesystem>
#include <map>

#include "base/encoding.h"
#include "base/run_task.h"
#include "conformance/transfer_suite.h"
#include "store/rescue.h"

namespace tapedeck {

TEST(CopiedVolumes, KnowWhereInItsRecordingEachPieceBegins) {
  LocalPlace from;
  LocalPlace to;
  Household house(from);
  house.move_in();
  Copying copying({from.reading(), from.blobs()}, {to.writing(), to.blobs()}, {});
  run_task(copying.learn());
  run_task(copying.pass());
  std::vector<std::string> volumes;
  for (const auto& file : std::filesystem::directory_iterator(to.volumes())) {
    volumes.push_back(file.path());
  }
  TemporaryFolder folder;
  std::map<RecordingId, RescuedRecording> rescued;
  auto note = [&](const RescuedRecording& recording) { rescued[recording.id] = recording; };
  rescue(volumes, folder.path(), note);
  for (const auto& whole : {house.ready, house.long_ready}) {
    const auto& found = rescued[whole.id];
    EXPECT_TRUE(found.missing.empty());
    EXPECT_EQ(found.size, whole.size);
    EXPECT_EQ(found.sha256, to_hex(view_of(*whole.sha256)));
  }
}

INSTANTIATE_TEST_SUITE_P(Local, TransferSuite,
                         testing::Values(TransferWay{
                             "LocalToLocal", [] { return std::make_unique<LocalPlace>(); },
                             [] { return std::make_unique<LocalPlace>(); }}),
                         [](const auto& way) { return way.param.name; });

}  // namespace tapedeck
