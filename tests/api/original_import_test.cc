// Importing what the original server left behind, and its phone app afterwards.
#include "api/original_deployment.h"

namespace tapedeck::api {
namespace {

/// In pages of two rows, so that there are several.
class MemoryOriginal final : public OriginalData {
 public:
  Task<OriginalPage<OriginalUser>> list_users(const std::string& after) override {
    co_return page_of(deployment.users, after);
  }
  Task<OriginalPage<OriginalRecord>> list_records(const std::string& after) override {
    co_return page_of(deployment.records, after);
  }
  Task<OriginalPage<OriginalObject>> list_objects(const std::string& after) override {
    std::vector<OriginalObject> objects;
    for (const auto& [id, bytes] : deployment.objects) objects.push_back({id, bytes.size()});
    co_return page_of(objects, after);
  }
  Task<std::unique_ptr<ByteSource>> open_object(const std::string& id) override {
    auto found = deployment.objects.find(id);
    if (found == deployment.objects.end()) co_return nullptr;
    co_return std::make_unique<MemorySource>(found->second, 7);
  }
  Task<bool> is_public(const std::string& id) override {
    co_return deployment.public_objects.contains(id);
  }

  OriginalDeployment deployment;

 private:
  template <class Row>
  static OriginalPage<Row> page_of(const std::vector<Row>& rows, const std::string& after) {
    auto begin = after.empty() ? std::size_t{0} : std::stoul(after);
    auto end = std::min(begin + 2, rows.size());
    OriginalPage<Row> page;
    page.rows.assign(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                     rows.begin() + static_cast<std::ptrdiff_t>(end));
    if (end < rows.size()) page.next = std::to_string(end);
    return page;
  }
};

TEST(OriginalImport, TakesOverWhatIsWholeAndTellsTheRest) {
  MemoryOriginal data;
  expect_import_works(data);
}

TEST(OriginalImport, KnowsTypesWithAnUnderscore) {
  MemoryOriginal data;
  data.deployment.users = {{"my_app_7", first_key}, {"other_7", second_key}};
  data.deployment.records = {{"my_app_7_2018-05-01_10-11-12.m4a", "my_app_7", "a", "2018-05-01"}};
  data.deployment.objects = {{"my_app_7_2018-05-01_10-11-12.m4a", "bytes"}};
  data.deployment.public_objects = {};
  ImportingServer server;
  OriginalImport::Options options;
  options.types = {"my", "my_app"};
  EXPECT_EQ(server.import(data, options).imported, 1u);
  EXPECT_EQ(server.findings, std::set<std::string>{"refused_user other_7"});
  Identity identity{"original:my_app", "7"};
  EXPECT_TRUE(run_task(server.world.catalog.find_account_by_identity(identity)));
}

TEST(OriginalImport, TellsWhichHourTheOriginalsClockHad) {
  MemoryOriginal data;
  data.deployment.users = {{"kakao_7", first_key}};
  data.deployment.records = {{"kakao_7_2018-05-01_10-11-12.m4a", "kakao_7", "a", "2018-05-01"}};
  ImportingServer server;
  OriginalImport::Options options;
  options.utc_offset = std::chrono::minutes(9 * 60);
  server.import(data, options);
  Identity identity{"original:kakao", "7"};
  auto account = run_task(server.world.catalog.find_account_by_identity(identity));
  ASSERT_TRUE(account);
  auto page = run_task(server.world.recordings.list(account->id, {}, std::nullopt, 9));
  ASSERT_EQ(page.recordings.size(), 1u);
  EXPECT_EQ(format_rfc3339(page.recordings[0].description.recorded_at), "2018-05-01T01:11:12.000Z");
  // Its id does not depend on that.
  EXPECT_EQ(server.import(data).already_there, 1u);
}

}  // namespace
}  // namespace tapedeck::api
