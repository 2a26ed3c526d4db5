#include "api/original_deployment.h"

#include "http/target.h"

namespace tapedeck::api {

namespace {

const std::string first = "kakao_7_2018-05-01_10-11-12.m4a";
const std::string odd = "kakao_a/b_2018-05-01_10-11-12.x y+\xc3\xa9";

void expect_old_client_works(ImportingServer& server) {
  auto who = server.login("7");
  std::map<std::string, std::string> expected{{first, "2018-05-01"},
                                              {"kakao_7_2018-05-02_10-11-12", "2018-05-02"},
                                              {"kakao_7_2018-05-04_23-59-59.m4a", "2018-05-04"},
                                              {"kakao_7-without-time", "2018-05-06"}};
  EXPECT_EQ(server.records(who), expected);

  // Somebody else's delete does nothing, though it knows the id.
  auto other = server.login("9");
  EXPECT_EQ(server.ask({"DELETE", "/record/" + first, other}).status, 400);
  auto odd_one = server.login("a%2Fb");
  EXPECT_EQ(server.records(odd_one).count(odd), 1u);
  EXPECT_EQ(server.ask({"DELETE", "/record/" + http::percent_encode(odd), odd_one}).body,
            R"({"result": "success"})");
  EXPECT_EQ(server.records(odd_one).size(), 0u);

  EXPECT_EQ(server.ask({"DELETE", "/record/" + first, who}).body, R"({"result": "success"})");
  expected.erase(first);
  EXPECT_EQ(server.records(who), expected);
  EXPECT_EQ(server.ask({"DELETE", "/record/" + first, who}).status, 400);
}

void expect_bytes_arrived(ImportingServer& server, const OriginalDeployment& original) {
  auto accounts = run_task(server.world.catalog.list_accounts(std::nullopt, 100)).accounts;
  std::size_t played = 0;
  for (const auto& account : accounts) {
    auto page = run_task(server.world.recordings.list(account.id, {}, std::nullopt, 100));
    for (const auto& recording : page.recordings) {
      Caller caller;
      caller.account = account.id;
      ByteRange all{0, recording.size};
      auto opened = run_task(server.world.recordings.find(account.id, recording.id));
      auto segments = run_task(server.world.catalog.list_segments(account.id, recording.id, 0, 10));
      ASSERT_EQ(segments.size(), 1u);
      auto source = run_task(server.world.blobs.open(blob_key(opened, segments[0]), all));
      auto bytes = run_task(read_all(*source, 1 * MiB));
      EXPECT_EQ(bytes, original.objects.at(recording.description.client_id));
      EXPECT_EQ(recording.sha256, sha256_of(bytes));
      ++played;
    }
    auto counted = run_task(server.world.catalog.find_account(account.id));
    EXPECT_EQ(counted->used_bytes > 0, !page.recordings.empty());
  }
  EXPECT_EQ(played, 6u);
}

}  // namespace

void expect_import_works(OriginalData& data) {
  ImportingServer server;
  OriginalDeployment original;

  OriginalImport::Options dry;
  dry.is_dry_run = true;
  auto planned = server.import(data, dry);
  EXPECT_EQ(server.findings, expected_findings);
  EXPECT_EQ(planned.users, 4u);
  EXPECT_EQ(planned.rows, 10u);
  EXPECT_EQ(planned.objects, 10u);
  EXPECT_EQ(planned.imported, 6u);
  EXPECT_EQ(server.count_accounts(), 0u);

  auto counts = server.import(data);
  EXPECT_EQ(server.findings, expected_findings);
  EXPECT_EQ(counts.imported, planned.imported);
  EXPECT_EQ(counts.bytes, planned.bytes);
  EXPECT_EQ(counts.keys, 0u);
  EXPECT_EQ(server.count_accounts(), 4u);  // the three of the table, and kakao_9
  expect_bytes_arrived(server, original);
  EXPECT_EQ(server.get("/record/list", "kakao_7 " + first_key).status, 401);

  auto again = server.import(data);
  EXPECT_EQ(again.imported, 0u);
  EXPECT_EQ(again.already_there, 6u);

  expect_old_client_works(server);

  // What was deleted here stays deleted, in the trash and after it.
  EXPECT_EQ(server.import(data).imported, 0u);
  server.world.env.pass(std::chrono::days(31));
  run_task(server.world.sweeper.sweep());
  EXPECT_EQ(server.import(data).imported, 0u);

  OriginalImport::Options all;
  all.takes_keys = true;
  all.takes_orphans = true;
  auto more = server.import(data, all);
  EXPECT_EQ(more.imported, 1u);
  EXPECT_EQ(more.keys, 4u);
  EXPECT_EQ(server.import(data, all).keys, 0u);
  auto records = server.records("kakao_7 " + second_key);
  EXPECT_EQ(records.count("kakao_7_2018-05-07_10-11-12.m4a"), 1u);
  EXPECT_EQ(server.get("/record/list", "kakao_a_b " + second_key).status, 401);
  server.world.env.pass(std::chrono::days(91));
  EXPECT_EQ(server.get("/record/list", "kakao_7 " + second_key).status, 401);
}

}  // namespace tapedeck::api
