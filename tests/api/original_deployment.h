// A deployment of the original server with every kind of damage, and what importing it must say.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "api/harness.h"
#include "core/original_import.h"

namespace tapedeck::api {

inline const std::string first_key(64, 'k');
inline const std::string second_key(64, 'q');

struct OriginalDeployment {
  std::vector<OriginalUser> users{
      {"kakao_7", first_key},
      {"kakao_7", second_key},  // two logins raced
      {"kakao_a_b", std::string(64, 'a')},
      {"kakao_a/b", std::string(64, 's')},
      {"nobody", std::string(64, 'n')},  // no login could have made it
  };
  std::vector<OriginalRecord> records{
      {"kakao_7_2018-05-01_10-11-12.m4a", "kakao_7", "first.m4a", "2018-05-01"},
      {"kakao_7_2018-05-02_10-11-12", "kakao_7", "../second", "2018-05-02"},
      {"kakao_7_2018-05-03_10-11-12.m4a", "kakao_7", "lost.m4a", "2018-05-03"},  // no object
      {"kakao_7_2018-05-04_23-59-59.m4a", "kakao_7", "late.m4a", "2018-05-05"},  // another date
      {"kakao_7_2018-05-05_10-11-12.m4a", "kakao_7", "empty.m4a", "2018-05-05"},
      {"kakao_7_2018-05-01_10-11-12.m4a", "kakao_8", "same.m4a", "2018-05-01"},  // one object
      {"kakao_a/b_2018-05-01_10-11-12.x y+\xc3\xa9", "kakao_a/b", "odd.x y", "2018-05-01"},
      {"kakao_7-without-time", "kakao_7", "old.wav", "2018-05-06"},
      {"kakao_9_2018-05-01_10-11-12.m4a", "kakao_9", "nine.m4a", "2018-05-01"},  // no such user
      {"nobody_2018-05-01_10-11-12.m4a", "nobody", "n.m4a", "2018-05-01"},
  };
  std::map<std::string, std::string> objects{
      {"kakao_7_2018-05-01_10-11-12.m4a", "the bytes of the first"},
      {"kakao_7_2018-05-02_10-11-12", some_wav()},
      {"kakao_7_2018-05-04_23-59-59.m4a", "late bytes"},
      {"kakao_7_2018-05-05_10-11-12.m4a", ""},
      {"kakao_a/b_2018-05-01_10-11-12.x y+\xc3\xa9", "odd bytes"},
      {"kakao_7-without-time", "old bytes"},
      {"kakao_9_2018-05-01_10-11-12.m4a", "nine bytes"},
      {"nobody_2018-05-01_10-11-12.m4a", "bytes of nobody"},
      {"kakao_7_2018-05-07_10-11-12.m4a", "an orphan"},            // no row
      {"stranger_2018-05-07_10-11-12.m4a", "an orphan's orphan"},  // nor a user
  };
  std::set<std::string> public_objects{"kakao_7_2018-05-01_10-11-12.m4a",
                                       "kakao_7_2018-05-07_10-11-12.m4a"};
};

/// "kind id"
inline const std::set<std::string> expected_findings{
    "double_user kakao_7",
    "ambiguous_user kakao_a_b",
    "refused_user nobody",
    "several_rows kakao_7_2018-05-01_10-11-12.m4a",
    "no_object kakao_7_2018-05-03_10-11-12.m4a",
    "date_differs kakao_7_2018-05-04_23-59-59.m4a",
    "empty_object kakao_7_2018-05-05_10-11-12.m4a",
    "time_unknown kakao_7-without-time",
    "no_user_row kakao_9_2018-05-01_10-11-12.m4a",
    "no_row kakao_7_2018-05-07_10-11-12.m4a",
    "ownerless stranger_2018-05-07_10-11-12.m4a",
    "public_object kakao_7_2018-05-01_10-11-12.m4a",
    "public_object kakao_7_2018-05-07_10-11-12.m4a",
};

/// A server of ours, and one import into it after the other.
struct ImportingServer : ApiHarness {
  ImportingServer() : ApiHarness(with_logins()) {}

  static Options with_logins() {
    Options options;
    options.allow_unverified_social_login = true;
    return options;
  }

  ImportCounts import(OriginalData& data, OriginalImport::Options options = {}) {
    findings.clear();
    options.on_finding = [this](const ImportFinding& finding) {
      findings.insert(std::string(name_of(finding.kind)) + " " + finding.id);
    };
    OriginalImport import(data, world.accounts, world.catalog, world.blobs, world.env, options);
    return run_task(import.run());
  }
  /// What the phone app of the original does: a login, then "user_id auth_key".
  std::string login(const std::string& id) {
    auto answer = get("/login?social_id=" + id + "&social_type=kakao");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.text("user_id") + " " + answer.text("auth_key");
  }
  std::map<std::string, std::string> records(const std::string& who) {
    std::map<std::string, std::string> found;
    auto answer = get("/record/list", who);
    EXPECT_EQ(answer.status, 200) << answer.body;
    if (answer.status != 200) return found;
    auto told = answer.object();
    for (const auto& record : told.at("records").as_array()) {
      found[std::string(record.at("id").as_string())] =
          std::string(record.at("created_at").as_string());
    }
    return found;
  }
  std::size_t count_accounts() {
    return run_task(world.catalog.list_accounts(std::nullopt, 100)).accounts.size();
  }

  std::set<std::string> findings;
};

/// The whole story, whatever the data come from.
void expect_import_works(OriginalData& data);

}  // namespace tapedeck::api
