#include "main/lambda_package.h"

#include <optional>

#include <elf.h>
#include <fmt/format.h>

#include "base/check.h"
#include "base/error.h"
#include "main/storage_policy.h"

namespace tapedeck {

std::optional<std::string_view> find_template(std::string_view name);  // by cmake/embed.cmake

}  // namespace tapedeck

namespace tapedeck::lambda {

namespace {

[[noreturn]] void refuse_program(std::string_view what) {
  throw Error(Fault::invalid,
              fmt::format("The bootstrap cannot be packaged: {}. Build it with `cmake --preset "
                          "release && ninja -C build/release tapedeck-lambda`.",
                          what));
}

/// A header at that place, copied; it need not be aligned there.
template <class Header>
Header header_at(std::string_view program, std::size_t at) {
  if (at > program.size() || program.size() - at < sizeof(Header))
    refuse_program("it is cut short");
  Header header;
  std::copy_n(program.data() + at, sizeof header, reinterpret_cast<char*>(&header));
  return header;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::string embedded(std::string_view name) {
  auto text = find_template(name);
  MUST(text);
  return std::string(*text);
}

}  // namespace

std::string find_architecture(std::string_view program) {
  if (!program.starts_with(ELFMAG)) refuse_program("it is no Linux program");
  auto head = header_at<Elf64_Ehdr>(program, 0);
  if (head.e_ident[EI_CLASS] != ELFCLASS64) refuse_program("it is not of 64 bits");
  for (std::size_t i = 0; i < head.e_phnum; ++i) {
    auto segment = header_at<Elf64_Phdr>(program, head.e_phoff + i * sizeof(Elf64_Phdr));
    if (segment.p_type == PT_INTERP) refuse_program("it needs libraries beside it");
  }
  if (head.e_machine == EM_X86_64) return "x86_64";
  if (head.e_machine == EM_AARCH64) return "arm64";
  refuse_program("Lambda has no such machine");
}

std::string template_name(TemplateFormat format) {
  return format == TemplateFormat::terraform ? "main.tf" : "template.yaml";
}

std::string make_template(TemplateFormat format, const std::string& architecture) {
  std::string text;
  switch (format) {
    case TemplateFormat::sam:
      text = embedded("sam.yaml");
      break;
    case TemplateFormat::cfn:
      text = embedded("cfn.yaml");
      break;
    case TemplateFormat::terraform:
      text = embedded("main.tf");
      break;
  }
  replace_all(text, "x86_64", architecture);
  return text;
}

json::object make_policy(const Config& config, const std::string& stage) {
  auto policy = make_storage_policy(config);
  auto logs = fmt::format("arn:aws:logs:*:*:log-group:/aws/lambda/tapedeck-{}:*", stage);
  policy.at("Statement")
      .as_array()
      .push_back(json::object{{"Sid", "Logs"},
                              {"Effect", "Allow"},
                              {"Action", json::array{"logs:CreateLogStream", "logs:PutLogEvents"}},
                              {"Resource", std::move(logs)}});
  return policy;
}

}  // namespace tapedeck::lambda
