#include "store/aws_signature.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/check.h"
#include "base/digest.h"
#include "base/encoding.h"
#include "http/target.h"

namespace tapedeck {

namespace {

using FieldMap = std::map<std::string, std::string>;

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

/// "20150830T123600Z"
std::string format_amz_time(Time now) {
  auto text = format_rfc3339(now).substr(0, std::string_view("2015-08-30T12:36:00").size());
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text + "Z";
}

std::string hex_digest(ByteView bytes) {
  return to_hex(view_of(sha256_of(bytes)));
}

/// Without "." and "..", and one slash where there are several (RFC 3986 5.2.4).
std::string normalize_path(std::string_view path) {
  std::vector<std::string_view> kept;
  auto rest = path;
  while (!rest.empty()) {
    auto slash = rest.find('/');
    auto segment = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!segment.empty() && segment != "." && segment != "..") kept.push_back(segment);
  }
  std::string clean;
  for (auto segment : kept) clean.append("/").append(segment);
  return path.ends_with('/') || clean.empty() ? clean + "/" : clean;
}

/// All services but S3 sign the path as they get it, encoded once more.
std::string canonical_path(std::string_view path, const SigningScope& scope) {
  if (scope.service == "s3") return std::string(path);
  std::string encoded;
  auto clean = normalize_path(path);
  for (std::size_t begin = 0; begin < clean.size();) {
    auto slash = std::min(clean.find('/', begin), clean.size());
    encoded += http::percent_encode(std::string_view(clean).substr(begin, slash - begin));
    if (slash < clean.size()) encoded += "/";
    begin = slash + 1;
  }
  return encoded;
}

std::string encode_again(std::string_view text) {
  auto plain = http::percent_decode(text);
  MUST(plain);  // our own targets are well encoded
  return http::percent_encode(*plain);
}

/// Each parameter encoded the one right way, in the order of the encoded names, then values.
std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    auto end = std::min(query.find('&'), query.size());
    auto parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    auto equals = std::min(parameter.find('='), parameter.size());
    auto value = parameter.substr(std::min(equals + 1, parameter.size()));
    parameters.emplace_back(encode_again(parameter.substr(0, equals)), encode_again(value));
  }
  std::sort(parameters.begin(), parameters.end());
  std::string text;
  for (const auto& [name, value] : parameters) {
    text += (text.empty() ? "" : "&") + name + "=" + value;
  }
  return text;
}

/// Trimmed, and each run of spaces one.
std::string canonical_value(std::string_view value) {
  std::string text;
  for (char c : value) {
    auto is_repeat = text.empty() || text.back() == ' ';
    if (c != ' ' || !is_repeat) text += c;
  }
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

/// The fields and Host by name in lower case; those of one name are one, with commas.
FieldMap canonical_fields(const http::Fields& fields, const std::string& host) {
  FieldMap joined{{"host", host}};
  for (const auto& [name, value] : fields) {
    std::string lower(name);
    for (auto& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    auto [at, is_new] = joined.emplace(std::move(lower), canonical_value(value));
    if (!is_new) at->second += "," + canonical_value(value);
  }
  return joined;
}

std::string names_of(const FieldMap& fields) {
  std::string names;
  for (const auto& [name, value] : fields) names += (names.empty() ? "" : ";") + name;
  return names;
}

/// One call as both sides see it.
struct Signing {
  std::string_view method;
  std::string_view target;
  FieldMap fields;
  std::string_view payload;
  const SigningScope& scope;
  const AwsCredentials& credentials;
  std::string time;

  /// "20150830/us-east-1/service/aws4_request"
  std::string scope_text() const {
    return fmt::format("{}/{}/{}/aws4_request", time.substr(0, 8), scope.region, scope.service);
  }
  std::string canonical() const;
  std::string sign() const;
};

std::string Signing::canonical() const {
  auto mark = std::min(target.find('?'), target.size());
  auto query = target.substr(std::min(mark + 1, target.size()));
  auto text = fmt::format("{}\n{}\n{}\n", method, canonical_path(target.substr(0, mark), scope),
                          canonical_query(query));
  for (const auto& [name, value] : fields) text += name + ":" + value + "\n";
  return text + fmt::format("\n{}\n{}", names_of(fields), payload);
}

std::string Signing::sign() const {
  auto day = time.substr(0, 8);
  auto key = hmac_sha256("AWS4" + credentials.secret_access_key, day);
  for (std::string_view part : {std::string_view(scope.region), std::string_view(scope.service),
                                std::string_view("aws4_request")}) {
    key = hmac_sha256(view_of(key), part);
  }
  auto text = fmt::format("{}\n{}\n{}\n{}", algorithm, time, scope_text(), hex_digest(canonical()));
  return to_hex(view_of(hmac_sha256(view_of(key), text)));
}

}  // namespace

void sign_request(http::ClientRequest& request, const std::string& host, const SigningScope& scope,
                  const AwsCredentials& credentials, std::string_view payload_sha256_hex,
                  Time now) {
  auto& fields = request.fields;
  auto time = format_amz_time(now);
  fields.remove("Authorization");
  fields.set("X-Amz-Date", time);
  fields.remove("X-Amz-Security-Token");
  if (!credentials.session_token.empty()) {
    fields.set("X-Amz-Security-Token", credentials.session_token);
  }
  if (scope.service == "s3") fields.set("X-Amz-Content-Sha256", std::string(payload_sha256_hex));

  Signing signing{request.method,     request.target, canonical_fields(fields, host),
                  payload_sha256_hex, scope,          credentials,
                  std::move(time)};
  fields.add("Authorization",
             fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", algorithm,
                         credentials.access_key_id, signing.scope_text(), names_of(signing.fields),
                         signing.sign()));
}

std::string presign(const Presigning& call, const std::string& host, const SigningScope& scope,
                    const AwsCredentials& credentials, Time now) {
  auto payload = scope.service == "s3" ? std::string(unsigned_payload) : hex_digest("");
  Signing signing{
      call.method,         "", canonical_fields(call.fields, host), payload, scope, credentials,
      format_amz_time(now)};
  auto identity = credentials.access_key_id + "/" + signing.scope_text();
  auto target = call.target;
  target += target.find('?') == std::string::npos ? "?" : "&";
  target += fmt::format(
      "X-Amz-Algorithm={}&X-Amz-Credential={}&X-Amz-Date={}&X-Amz-Expires={}&X-Amz-SignedHeaders={"
      "}",
      algorithm, http::percent_encode(identity), signing.time, call.lifetime.count(),
      http::percent_encode(names_of(signing.fields)));
  if (!credentials.session_token.empty()) {
    target += "&X-Amz-Security-Token=" + http::percent_encode(credentials.session_token);
  }
  signing.target = target;
  auto signature = signing.sign();
  return target + "&X-Amz-Signature=" + signature;
}

}  // namespace tapedeck
