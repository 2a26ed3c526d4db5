#include "main/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "main/setting_values.h"
#include "main/settings.h"
#include "main/store_settings.h"
#include "store/s3_bucket.h"

namespace tapedeck {
namespace {

using ::testing::HasSubstr;

ConfigSources sources_with_file(std::string text) {
  ConfigSources sources;
  sources.file_name = "tapedeck.toml";
  sources.file_text = std::move(text);
  sources.read_file = [](const std::string& path) { return "from " + path; };
  return sources;
}

std::string mistakes_of(const ConfigSources& sources) {
  try {
    load_config(sources);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Config, ComesFromFlagThenEnvironmentThenFileThenDefault) {
  auto sources = sources_with_file("trash_days = 1\nquota = \"1GiB\"\nthreads = 1\n");
  sources.environment = {{"TAPEDECK_TRASH_DAYS", "2"}, {"TAPEDECK_QUOTA", "2GiB"}};
  sources.flags = {{"trash_days", {"3"}}};
  auto loaded = load_config(sources);
  EXPECT_EQ(loaded.config.trash_days, 3u);
  EXPECT_EQ(loaded.config.quota, 2 * GiB);
  EXPECT_EQ(loaded.config.threads, 1u);
  EXPECT_EQ(loaded.config.data, "tapedeck-data");
  EXPECT_EQ(loaded.origins.at("trash_days"), "--trash-days");
  EXPECT_EQ(loaded.origins.at("quota"), "TAPEDECK_QUOTA");
  EXPECT_EQ(loaded.origins.at("threads"), "tapedeck.toml line 3");
  EXPECT_EQ(loaded.origins.at("data"), "default");
}

TEST(Config, NamesEveryMistakeAtOnceWithANearMiss) {
  auto sources = sources_with_file("trash_day = 1\nquota = \"plenty\"\nlisten = [[1]]\n");
  sources.environment = {{"TAPEDECK_LISEN", "x"}, {"TAPEDECK_THREADS", "many"}};
  sources.flags = {{"signup", {"maybe"}}, {"tls_cert", {"cert.pem"}}};
  auto text = mistakes_of(sources);
  for (auto part : {"trash_days?", "tapedeck.toml line 2", "plenty", "line 3", "TAPEDECK_LISTEN?",
                    "TAPEDECK_THREADS", "--signup", "open, invite, closed", "tls_key"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(Config, RefusesEachWrongValueAndSaysWhatIsRight) {
  struct Case {
    const char* name;
    const char* value;
    const char* said;
  };
  for (auto [name, value, said] :
       {Case{"listen", "8080", "HOST:PORT"}, Case{"listen", "host:70000", "HOST:PORT"},
        Case{"server", "localhost", "URL"}, Case{"quota", "-1", "10GiB"},
        Case{"log_level", "loud", "debug, info, warning, error"},
        Case{"allow_unverified_social_login", "maybe", "yes or no"},
        Case{"catalog", "memory", "both in memory"}, Case{"s3_bucket", "Tapes", "small letters"},
        Case{"s3_bucket", "-tapes", "small letters"}, Case{"dynamo_table", "a/b", "a table"},
        Case{"s3_endpoint", "localhost:9000", "http://localhost:9000"},
        Case{"dynamo_endpoint", "http://host/path", "an endpoint"},
        Case{"s3_region", "eu central", "eu-central-1"}, Case{"s3_style", "host", "virtual_host"},
        Case{"blobs", "s3", "needs s3_bucket"}, Case{"blobs", "s3", "s3_region is not set"},
        Case{"catalog", "dynamo", "set blobs to s3"},
        Case{"catalog", "dynamo", "dynamo_region is not set"}}) {
    ConfigSources sources;
    sources.flags[name] = {value};
    EXPECT_THAT(mistakes_of(sources), HasSubstr(said)) << name << "=" << value;
  }
}

TEST(Config, ReadsASecretFromTheFileThatIsNamed) {
  auto sources = sources_with_file("token_file = \"/a\"\n");
  EXPECT_EQ(load_config(sources).config.token, "from /a");
  sources.environment = {{"TAPEDECK_TOKEN_FILE", "/b"}};
  EXPECT_EQ(load_config(sources).config.token, "from /b");
  EXPECT_EQ(find_setting("token")->show(load_config(sources).config), "(set)");
}

TEST(Config, TakesTheRegionOfAwsFromTheEnvironmentAllToolsUse) {
  ConfigSources sources;
  sources.aws.region = "eu-central-1";
  sources.flags = {{"catalog", {"dynamo"}},
                   {"blobs", {"s3"}},
                   {"s3_bucket", {"tapes"}},
                   {"s3_region", {"eu-west-1"}}};
  auto loaded = load_config(sources);
  EXPECT_EQ(s3_region_in_force(loaded.config), "eu-west-1");
  EXPECT_EQ(dynamo_region_in_force(loaded.config), "eu-central-1");
  EXPECT_EQ(loaded.origins.at("s3_region"), "--s3-region");
  EXPECT_EQ(loaded.origins.at("dynamo_region"), "AWS_REGION");
}

TEST(StoreSettings, MeanAwsUnlessAnEndpointIsNamed) {
  struct Case {
    const char* endpoint;
    const char* region;
    const char* bucket;
    const char* endpoint_in_force;
    const char* region_in_force;
    S3Style style;
  };
  for (const auto& expected :
       {Case{"", "eu-west-1", "tapes", "https://s3.eu-west-1.amazonaws.com", "eu-west-1",
             S3Style::virtual_host},
        Case{"", "eu-west-1", "my.tapes", "https://s3.eu-west-1.amazonaws.com", "eu-west-1",
             S3Style::path},
        Case{"", "cn-north-1", "tapes", "https://s3.cn-north-1.amazonaws.com.cn", "cn-north-1",
             S3Style::virtual_host},
        Case{"https://s3.amazonaws.com", "", "tapes", "https://s3.amazonaws.com", "",
             S3Style::virtual_host},
        Case{"http://[::1]:9000", "", "tapes", "http://[::1]:9000", "us-east-1", S3Style::path},
        Case{"", "", "tapes", "", "", S3Style::path}}) {
    Config config;
    config.s3_endpoint = expected.endpoint;
    config.s3_region = expected.region;
    config.s3_bucket = expected.bucket;
    EXPECT_EQ(s3_endpoint_in_force(config), expected.endpoint_in_force);
    EXPECT_EQ(s3_region_in_force(config), expected.region_in_force) << expected.endpoint;
    EXPECT_EQ(s3_style_in_force(config), expected.style) << expected.endpoint_in_force;
  }
}

TEST(Config, OpensSignUpOnlyWhenEveryAddressIsLoopback) {
  struct Case {
    std::vector<std::string> listen;
    SignupMode expected;
  };
  for (const auto& [listen, expected] :
       {Case{{"localhost:1"}, SignupMode::open}, Case{{"127.0.0.1:1", "[::1]:1"}, SignupMode::open},
        Case{{"unix:/run/t"}, SignupMode::open}, Case{{"0.0.0.0:1"}, SignupMode::invite},
        Case{{"localhost:1", "10.0.0.1:1"}, SignupMode::invite},
        Case{{"127.example.org:1"}, SignupMode::invite}}) {
    Config config;
    config.listen = listen;
    EXPECT_EQ(signup_in_force(config), expected) << listen.front();
  }
}

TEST(Settings, HaveNamesThatLeadToFlagsAndVariables) {
  EXPECT_EQ(find_setting("trash_days")->flag(), "--trash-days");
  EXPECT_EQ(find_setting("trash_days")->variable(), "TAPEDECK_TRASH_DAYS");
  EXPECT_EQ(find_setting("token")->flag(), "--token-file");
  EXPECT_EQ(nearest_name("trashdays", {"data", "trash_days"}), "trash_days");
  EXPECT_EQ(nearest_name("zebra", {"data", "trash_days"}), "");
}

TEST(ByteCounts, AreReadWithUnitsAndWrittenExactly) {
  struct Case {
    const char* text;
    std::optional<ByteCount> expected;
  };
  for (auto [text, expected] :
       {Case{"0", 0}, Case{"10GiB", 10 * GiB}, Case{"500 MB", 500'000'000}, Case{"1k", 1024},
        Case{"", std::nullopt}, Case{"-1", std::nullopt}, Case{"1 GB ", std::nullopt},
        Case{"99999999TiB", std::nullopt}, Case{"18446744073709551616", std::nullopt}}) {
    EXPECT_EQ(parse_byte_count(text), expected) << text;
  }
  for (ByteCount bytes : {ByteCount{0}, ByteCount{1500}, 3 * KiB, 10 * GiB}) {
    EXPECT_EQ(parse_byte_count(format_byte_count(bytes)), bytes);
  }
}

}  // namespace
}  // namespace tapedeck
