#include "http/head_scanner.h"

#include <fmt/format.h>

namespace tapedeck::http {

HeadScanner::Found HeadScanner::refuse(int status, std::string detail) {
  refusal_ = {.status = status, .detail = std::move(detail)};
  return Found::refusal;
}

HeadScanner::Found HeadScanner::scan(ByteView bytes) {
  for (;;) {
    auto feed = bytes.find('\n', at_);
    if (feed == ByteView::npos) return scan_rest(bytes.substr(at_));
    auto line = bytes.substr(at_, feed - at_);
    if (line.empty() || line.back() != '\r') {
      return refuse(400, "A line ends with a bare LF; every line must end with CR LF.");
    }
    line.remove_suffix(1);
    at_ = feed + 1;
    if (line.empty() && lines_ == 0 && !skipped_empty_line_) {  // RFC 9112 2.2
      skipped_empty_line_ = true;
      begin_ = at_;
      continue;
    }
    auto found = scan_line(line);
    if (found != Found::incomplete) return found;
  }
}

HeadScanner::Found HeadScanner::scan_line(ByteView line) {
  if (line.find('\r') != ByteView::npos) {
    return refuse(400, "The request head holds a bare CR; every line must end with CR LF.");
  }
  if (lines_ == 0 && line.empty()) return refuse(400, "The request line is empty.");
  if (lines_ == 0 && line.size() > limits_->request_line_bytes) {
    return refuse(414, fmt::format("The request line may have at most {} bytes.",
                                   limits_->request_line_bytes));
  }
  if (at_ - begin_ > limits_->header_bytes) {
    return refuse(
        431, fmt::format("The request head may have at most {} bytes.", limits_->header_bytes));
  }
  if (line.empty()) {
    end_ = at_;
    return Found::head;
  }
  if (lines_ > 0 && (line.front() == ' ' || line.front() == '\t')) {
    return refuse(400, "A header line begins with a space; folded lines are obsolete.");
  }
  if (lines_ > limits_->header_fields) {
    return refuse(
        431, fmt::format("The request head may have at most {} fields.", limits_->header_fields));
  }
  ++lines_;
  return Found::incomplete;
}

HeadScanner::Found HeadScanner::scan_rest(ByteView rest) {
  auto carriage = rest.find('\r');
  if (carriage != ByteView::npos && carriage + 1 < rest.size()) {
    return refuse(400, "The request head holds a bare CR; every line must end with CR LF.");
  }
  if (lines_ == 0 && rest.size() > limits_->request_line_bytes + 1) {
    return refuse(414, fmt::format("The request line may have at most {} bytes.",
                                   limits_->request_line_bytes));
  }
  if (at_ - begin_ + rest.size() > limits_->header_bytes) {
    return refuse(
        431, fmt::format("The request head may have at most {} bytes.", limits_->header_bytes));
  }
  return Found::incomplete;
}

}  // namespace tapedeck::http
