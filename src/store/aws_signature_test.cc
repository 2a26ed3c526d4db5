// AWS's published vectors: its Signature Version 4 test suite, and the examples of the S3 manual.
#include "store/aws_signature.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/encoding.h"

namespace tapedeck {
namespace {

const SigningScope suite_scope{"us-east-1", "service"};
const AwsCredentials suite_keys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", {}};
const std::string suite_host = "example.amazonaws.com";
const std::string suite_token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
constexpr std::string_view suite_time = "2015-08-30T12:36:00Z";

const SigningScope manual_scope{"us-east-1", "s3"};
const AwsCredentials manual_keys{
    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", {}};
const std::string manual_host = "examplebucket.s3.amazonaws.com";
constexpr std::string_view manual_time = "2013-05-24T00:00:00Z";

Time time_of(std::string_view text) {
  return parse_rfc3339(text).value();
}

std::string digest_of(std::string_view body) {
  return to_hex(view_of(sha256_of(body)));
}

struct Case {
  const char* name;
  std::string method;
  std::string target;
  std::vector<http::Field> fields;
  std::string_view body;
  std::string signed_fields;
  std::string signature;
};

http::ClientRequest request_of(const Case& item) {
  http::ClientRequest request{.method = item.method, .target = item.target};
  for (const auto& [name, value] : item.fields) request.fields.add(name, value);
  return request;
}

std::string authorization_of(const http::ClientRequest& request) {
  return std::string(request.fields.find("Authorization").value_or("none"));
}

const std::string plain = "host;x-amz-date";
const std::string vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

const std::vector<Case> suite{
    {"get-vanilla", "GET", "/", {}, "", plain, vanilla},
    {"post-vanilla",
     "POST",
     "/",
     {},
     "",
     plain,
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"get-vanilla-query-order-key-case",
     "GET",
     "/?Param2=value2&Param1=value1",
     {},
     "",
     plain,
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"get-vanilla-query-order-encoded",
     "GET",
     "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
     {},
     "",
     plain,
     "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
    {"get-vanilla-utf8-query",
     "GET",
     "/?\xE1\x88\xB4=bar",
     {},
     "",
     plain,
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"get-utf8",
     "GET",
     "/\xE1\x88\xB4",
     {},
     "",
     plain,
     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"get-unreserved",
     "GET",
     "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
     {},
     "",
     plain,
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {"get-space-normalized",
     "GET",
     "/example space/",
     {},
     "",
     plain,
     "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"get-slash-dot-slash-normalized", "GET", "/./", {}, "", plain, vanilla},
    {"get-relative-relative-normalized", "GET", "/example1/example2/../..", {}, "", plain, vanilla},
    {"get-slashes-normalized",
     "GET",
     "//example//",
     {},
     "",
     plain,
     "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
    {"get-header-key-duplicate",
     "GET",
     "/",
     {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
     "",
     "host;my-header1;x-amz-date",
     "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
    {"get-header-value-trim",
     "GET",
     "/",
     {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
     "",
     "host;my-header1;my-header2;x-amz-date",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"post-x-www-form-urlencoded",
     "POST",
     "/",
     {{"Content-Type", "application/x-www-form-urlencoded"},
      {"Content-Length", "13"},
      {"x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"}},
     "Param1=value1",
     "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
     "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"},
};

const std::vector<Case> manual{
    {"GET Object",
     "GET",
     "/test.txt",
     {{"Range", "bytes=0-9"}},
     "",
     "host;range;x-amz-content-sha256;x-amz-date",
     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {"PUT Object",
     "PUT",
     "/test%24file.text",
     {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
     "Welcome to Amazon S3.",
     "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {"GET Bucket Lifecycle",
     "GET",
     "/?lifecycle",
     {},
     "",
     "host;x-amz-content-sha256;x-amz-date",
     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {"List Objects",
     "GET",
     "/?max-keys=2&prefix=J",
     {},
     "",
     "host;x-amz-content-sha256;x-amz-date",
     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
};

TEST(AwsSignatureTest, IsThatOfTheTestSuite) {
  for (const auto& item : suite) {
    auto request = request_of(item);
    sign_request(request, suite_host, suite_scope, suite_keys, digest_of(item.body),
                 time_of(suite_time));
    EXPECT_EQ(authorization_of(request),
              "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
              "SignedHeaders=" +
                  item.signed_fields + ", Signature=" + item.signature)
        << item.name;
  }
}

TEST(AwsSignatureTest, IsThatOfTheManualOfS3) {
  for (const auto& item : manual) {
    auto request = request_of(item);
    sign_request(request, manual_host, manual_scope, manual_keys, digest_of(item.body),
                 time_of(manual_time));
    EXPECT_EQ(authorization_of(request),
              "AWS4-HMAC-SHA256 "
              "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
              "SignedHeaders=" +
                  item.signed_fields + ", Signature=" + item.signature)
        << item.name;
  }
}

TEST(AwsSignatureTest, CoversTheSessionToken) {
  auto keys = suite_keys;
  keys.session_token = suite_token;
  http::ClientRequest request;
  sign_request(request, suite_host, suite_scope, keys, digest_of(""), time_of(suite_time));
  EXPECT_EQ(request.fields.find("X-Amz-Security-Token"), suite_token);
  EXPECT_TRUE(authorization_of(request).ends_with(
      "SignedHeaders=host;x-amz-date;x-amz-security-token, "
      "Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"));
}

TEST(AwsSignatureTest, ASecondSigningReplacesTheFirst) {
  auto keys = suite_keys;
  keys.session_token = suite_token;
  http::ClientRequest request;
  sign_request(request, suite_host, suite_scope, keys, digest_of(""), time_of(manual_time));
  sign_request(request, suite_host, suite_scope, suite_keys, digest_of(""), time_of(suite_time));
  EXPECT_EQ(request.fields.size(), 2u);
  EXPECT_TRUE(authorization_of(request).ends_with(vanilla));
}

TEST(AwsSignatureTest, PresignsAsTheManualOfS3) {
  Presigning call{.target = "/test.txt", .lifetime = std::chrono::hours{24}};
  EXPECT_EQ(presign(call, manual_host, manual_scope, manual_keys, time_of(manual_time)),
            "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(AwsSignatureTest, PresignsAsTheTestSuite) {
  struct Presigned {
    std::string target;
    std::string token;
    std::string signature;
  };
  for (const auto& [target, token, signature] : std::vector<Presigned>{
           {"/\xE1\x88\xB4", "",
            "10eae3f14a260bd3911cc6d008d3c576d143b05b62f09782a7a4b37f52178e44"},
           {"/", suite_token,
            "7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c"}}) {
    auto keys = suite_keys;
    keys.session_token = token;
    Presigning call{.target = target, .lifetime = std::chrono::hours{1}};
    auto presigned = presign(call, suite_host, suite_scope, keys, time_of(suite_time));
    EXPECT_TRUE(presigned.ends_with("&X-Amz-Signature=" + signature)) << presigned;
  }
}

}  // namespace
}  // namespace tapedeck
