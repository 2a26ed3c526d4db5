#include "store/s3_rules.h"

#include <algorithm>

#include <fmt/format.h>

#include "store/s3_xml.h"

namespace tapedeck {

namespace {

constexpr std::string_view our_id = "tapedeck";  // Stored, in buckets. Do not change.

/// The names of a document's root and of one rule in it.
struct Kind {
  std::string root;
  std::string rule;
};
const Kind lifecycle{"LifecycleConfiguration", "Rule"};
const Kind cors{"CORSConfiguration", "CORSRule"};

std::string escape(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

/// The rules of a document, each with its own tags.
std::vector<std::string_view> rules_of(std::string_view document, const Kind& kind) {
  std::vector<std::string_view> rules;
  auto start = "<" + kind.rule + ">";
  auto end = "</" + kind.rule + ">";
  for (;;) {
    auto first = document.find(start);
    auto last = document.find(end);
    if (first == std::string_view::npos || last == std::string_view::npos || last < first) {
      return rules;
    }
    last += end.size();
    rules.push_back(document.substr(first, last - first));
    document.remove_prefix(last);
  }
}

bool is_ours(std::string_view rule) {
  return find_xml_text(rule, "ID") == our_id;
}

std::string_view our_rule(std::string_view document, const Kind& kind) {
  for (auto rule : rules_of(document, kind)) {
    if (is_ours(rule)) return rule;
  }
  return {};
}

std::string with_rule(std::string_view document, const Kind& kind, std::string_view ours) {
  std::string made = "<" + kind.root + ">";
  for (auto rule : rules_of(document, kind)) {
    if (!is_ours(rule)) made += rule;
  }
  return made + std::string(ours) + "</" + kind.root + ">";
}

}  // namespace

std::string make_lifecycle_rule(int days) {
  return fmt::format(
      "<Rule><ID>{}</ID><Filter><Prefix>blobs/</Prefix></Filter><Status>Enabled</Status>"
      "<AbortIncompleteMultipartUpload><DaysAfterInitiation>{}</DaysAfterInitiation>"
      "</AbortIncompleteMultipartUpload></Rule>",
      our_id, days);
}

std::string make_cors_rule(const std::vector<std::string>& origins) {
  auto rule = fmt::format("<CORSRule><ID>{}</ID>", our_id);
  for (const auto& origin : origins) {
    rule += "<AllowedOrigin>" + escape(origin) + "</AllowedOrigin>";
  }
  for (const auto* method : {"GET", "HEAD", "PUT"}) {
    rule += fmt::format("<AllowedMethod>{}</AllowedMethod>", method);
  }
  rule += "<AllowedHeader>*</AllowedHeader>";
  for (const auto* field : {"ETag", "Content-Range", "Accept-Ranges", "Content-Length"}) {
    rule += fmt::format("<ExposeHeader>{}</ExposeHeader>", field);
  }
  return rule + "<MaxAgeSeconds>3600</MaxAgeSeconds></CORSRule>";
}

std::string with_lifecycle_rule(std::string_view document, std::string_view rule) {
  return with_rule(document, lifecycle, rule);
}

std::string with_cors_rule(std::string_view document, std::string_view rule) {
  return with_rule(document, cors, rule);
}

bool has_lifecycle_rule(std::string_view document, int days) {
  auto rule = our_rule(document, lifecycle);
  return find_xml_text(rule, "DaysAfterInitiation") == std::to_string(days) &&
         find_xml_text(rule, "Status") == "Enabled";
}

bool has_cors_rule(std::string_view document, const std::vector<std::string>& origins) {
  auto found = find_xml_texts(our_rule(document, cors), "AllowedOrigin");
  auto wanted = origins;
  std::sort(found.begin(), found.end());
  std::sort(wanted.begin(), wanted.end());
  return !found.empty() && found == wanted;
}

}  // namespace tapedeck
