#include "store/original_cloud.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "http/target.h"
#include "store/s3_xml.h"

namespace tapedeck {

namespace {

constexpr std::string_view folder = "record/";  // of its objects
constexpr std::size_t page_items = 1'000;
constexpr Millis head_time_max{15'000};

[[noreturn]] void refuse(const std::string& what, const AwsAnswer& answer) {
  throw Error(Fault::unavailable,
              "S3 refused " + what + ": " +
                  (answer.code.empty() ? std::to_string(answer.status) : answer.code));
}

/// An attribute that is a text; DynamoItem reads others as damage, and here they are not.
std::string text_in(const DynamoItem& item, std::string_view name) {
  const auto* attribute = item.wire().if_contains(name);
  if (attribute == nullptr || !attribute->is_object()) return {};
  return find_string(attribute->get_object(), "S").value_or("");
}

/// As S3 encodes names on request: a form's encoding.
std::string decode_name(std::string name) {
  std::replace(name.begin(), name.end(), '+', ' ');
  auto decoded = http::percent_decode(name);
  if (!decoded) throw Error(Fault::unavailable, "S3's list of objects has a name that is none");
  return *decoded;
}

}  // namespace

OriginalCloud::OriginalCloud(Parts parts)
    : parts_(std::move(parts)),
      path_(parts_.bucket.style == S3Style::path ? "/" + parts_.bucket.bucket : "") {}

std::string OriginalCloud::target(const std::string& id) const {
  std::string target = path_ + "/" + std::string(folder);
  std::string_view rest = id;
  for (;;) {
    auto slash = rest.find('/');  // as it is in a key: it must stay one
    target += http::percent_encode(rest.substr(0, slash));
    if (slash == std::string_view::npos) return target;
    target += '/';
    rest.remove_prefix(slash + 1);
  }
}

Task<OriginalPage<OriginalUser>> OriginalCloud::list_users(const std::string& after) {
  auto scanned = co_await parts_.users.scan(after, page_items);
  OriginalPage<OriginalUser> page;
  for (const auto& item : scanned.items) {
    OriginalUser user{text_in(item, "id"), text_in(item, "auth_key")};
    if (user.id.empty()) {
      throw Error(Fault::invalid, "The table " + parts_.users.table() +
                                      " has a row without an \"id\": it is not the original's "
                                      "table of users.");
    }
    page.rows.push_back(std::move(user));
  }
  page.next = scanned.next;
  co_return page;
}

Task<OriginalPage<OriginalRecord>> OriginalCloud::list_records(const std::string& after) {
  auto scanned = co_await parts_.records.scan(after, page_items);
  OriginalPage<OriginalRecord> page;
  for (const auto& item : scanned.items) {
    OriginalRecord record{text_in(item, "id"), text_in(item, "user_id"), text_in(item, "file_name"),
                          text_in(item, "created_at")};
    if (record.id.empty() || record.user_id.empty()) {
      throw Error(Fault::invalid, "The table " + parts_.records.table() +
                                      " has a row without an \"id\" or a \"user_id\": it is not "
                                      "the original's table of recordings.");
    }
    page.rows.push_back(std::move(record));
  }
  page.next = scanned.next;
  co_return page;
}

OriginalPage<OriginalObject> parse_original_listing(const std::string& xml) {
  auto cut = find_xml_text(xml, "IsTruncated");
  auto names = find_xml_texts(xml, "Key");
  auto sizes = find_xml_texts(xml, "Size");
  if (!cut || names.size() != sizes.size()) {
    throw Error(Fault::unavailable, "S3's list of objects cannot be read");
  }
  OriginalPage<OriginalObject> page;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto name = decode_name(names[i]);
    OriginalObject object;
    const auto& size = sizes[i];
    auto [stopped, failed] = std::from_chars(size.data(), size.data() + size.size(), object.bytes);
    if (failed != std::errc() || stopped != size.data() + size.size()) {
      throw Error(Fault::unavailable, "S3's list of objects has a size that is none");
    }
    if (name.size() > folder.size() && name.starts_with(folder)) {
      object.id = name.substr(folder.size());
      page.rows.push_back(std::move(object));
    }
    if (*cut == "true") page.next = name;
  }
  return page;
}

Task<OriginalPage<OriginalObject>> OriginalCloud::list_objects(const std::string& after) {
  AwsCall call;
  call.target = path_ + "/?list-type=2&encoding-type=url&max-keys=" + std::to_string(page_items) +
                "&prefix=" + http::percent_encode(folder);
  if (!after.empty()) call.target += "&start-after=" + http::percent_encode(after);
  auto answer = co_await parts_.s3.send(call);
  if (!answer.is_success()) refuse("to list the bucket " + parts_.bucket.bucket, answer);
  co_return parse_original_listing(answer.body);
}

Task<std::unique_ptr<ByteSource>> OriginalCloud::open_object(const std::string& id) {
  AwsCall call{.target = target(id), .streamed = true};
  auto answer = co_await parts_.s3.send(call);
  if (answer.status == 404) co_return nullptr;
  if (!answer.is_success()) refuse("to read record/" + id, answer);
  if (!answer.stream) co_return std::make_unique<MemorySource>(std::move(answer.body));
  co_return std::move(answer.stream);
}

Task<bool> OriginalCloud::is_public(const std::string& id) {
  http::ClientRequest request;
  request.method = "HEAD";
  request.target = target(id);
  request.time_max = head_time_max;
  auto response = co_await parts_.anybody.send(request);
  co_return response.status == 200;
}

}  // namespace tapedeck
