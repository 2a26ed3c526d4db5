#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "main/command.h"
#include "main/console.h"
#include "main/lambda_emulate.h"
#include "main/lambda_package.h"
#include "main/lambda_zip.h"

namespace tapedeck {

namespace {

namespace fs = std::filesystem;

using lambda::TemplateFormat;

std::string read_program(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) {
    throw UsageError(fmt::format("The file {} cannot be read. Name the bootstrap with --bootstrap.",
                                 path.string()));
  }
  return bytes;
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  if (!file) throw Error(Fault::unavailable, fmt::format("Writing {} failed.", path.string()));
}

/// Built beside this program.
fs::path default_bootstrap() {
  return fs::read_symlink("/proc/self/exe").parent_path() / "tapedeck-lambda";
}

struct PackageOptions {
  std::string format = "sam";
  std::string folder = "tapedeck-lambda";
  std::string bootstrap;
};

TemplateFormat format_of(const std::string& name) {
  if (name == "sam") return TemplateFormat::sam;
  if (name == "cfn") return TemplateFormat::cfn;
  if (name == "terraform") return TemplateFormat::terraform;
  throw UsageError("--format is sam, cfn or terraform.");
}

std::string next_step(TemplateFormat format) {
  switch (format) {
    case TemplateFormat::sam:
      return "sam deploy --guided --capabilities CAPABILITY_IAM";
    case TemplateFormat::cfn:
      return "aws cloudformation package --template-file template.yaml --s3-bucket CODE-BUCKET "
             "--output-template-file packaged.yaml && aws cloudformation deploy --template-file "
             "packaged.yaml --stack-name tapedeck --capabilities CAPABILITY_IAM";
    case TemplateFormat::terraform:
      return "terraform init && terraform apply";
  }
  return "";
}

int package(const Invocation& invocation, const PackageOptions& options) {
  auto format = format_of(options.format);
  auto bootstrap = options.bootstrap.empty() ? default_bootstrap() : fs::path(options.bootstrap);
  auto program = read_program(bootstrap);
  auto architecture = lambda::find_architecture(program);
  auto zip = lambda::make_zip({lambda::bootstrap_name, program});
  fs::path folder = options.folder;
  fs::create_directories(folder);
  write_file(folder / lambda::zip_name, zip);
  auto template_path = folder / lambda::template_name(format);
  write_file(template_path, lambda::make_template(format, architecture));
  if (invocation.json) {
    print_json(json::object{{"zip", (folder / lambda::zip_name).string()},
                            {"bytes", zip.size()},
                            {"architecture", architecture},
                            {"template", template_path.string()}});
    return exit_done;
  }
  print_line(fmt::format("{} ({:.1f} MB, {})\n{}\nDeploy it there:  {}",
                         (folder / lambda::zip_name).string(),
                         static_cast<double>(zip.size()) / 1e6, architecture,
                         template_path.string(), next_step(format)));
  return exit_done;
}

void add_package_command(CLI::App& parent, Invocation& invocation) {
  auto options = std::make_shared<PackageOptions>();
  auto command = add_command(parent, invocation, "package",
                             "Write the function's zip and a template that deploys it.", {});
  command->add_option("--format", options->format, "sam, cfn or terraform.")->type_name("FORMAT");
  command->add_option("-o,--out", options->folder, "The folder to write to.")->type_name("DIR");
  command->add_option("--bootstrap", options->bootstrap, "The program; else the one beside this.")
      ->type_name("FILE");
  command->callback([&invocation, options] {
    invocation.run = [&invocation, options] { return package(invocation, *options); };
  });
}

/// What the templates set; a bucket's name is the deployment's.
Config config_of_stage(const std::string& stage, const std::string& table,
                       const std::string& bucket) {
  Config config;
  config.catalog = CatalogChoice::dynamo;
  config.blobs = BlobsChoice::s3;
  config.dynamo_table = table.empty() ? "tapedeck-" + stage : table;
  config.s3_bucket = bucket;
  config.s3_region = config.dynamo_region = "*";
  return config;
}

void add_policy_command(CLI::App& parent, Invocation& invocation) {
  struct Names {
    std::string stage = "prod";
    std::string table;
    std::string bucket = "*";
  };
  auto names = std::make_shared<Names>();
  auto command = add_command(parent, invocation, "policy",
                             "Print the policy of the function's role (JSON).", {});
  command->add_option("--stage", names->stage, "The stage.")->type_name("NAME");
  command->add_option("--table", names->table, "The table; else tapedeck-STAGE.")
      ->type_name("NAME");
  command->add_option("--bucket", names->bucket, "The bucket; else any.")->type_name("NAME");
  command->callback([&invocation, names] {
    invocation.run = [names] {
      auto config = config_of_stage(names->stage, names->table, names->bucket);
      print_json(lambda::make_policy(config, names->stage));
      return exit_done;
    };
  });
}

void add_emulate_command(CLI::App& parent, Invocation& invocation) {
  auto options = std::make_shared<lambda::EmulateOptions>();
  auto command = add_command(
      parent, invocation, "emulate",
      "Run the function on this machine, behind a front that does what API Gateway does.", {});
  command->add_option("--listen", options->listen, "Where clients connect.")
      ->type_name("HOST:PORT");
  command
      ->add_option("--events", options->events,
                   "What the front is: rest (REST API), http (HTTP API), url (Function URL that "
                   "streams) or url-buffered.")
      ->type_name("KIND");
  command->add_option("--stage", options->stage, "The API's stage.")->type_name("NAME");
  command->add_flag("--no-binary", options->no_binary,
                    "A REST API without binaryMediaTypes: it damages audio.");
  command->add_option("--instances", options->instances, "How many instances at one time.")
      ->type_name("N");
  command->add_option("--zip", options->zip, "The packaged function.")->type_name("FILE");
  command->add_option("--bootstrap", options->bootstrap, "Its program; else the one beside this.")
      ->type_name("FILE");
  command->callback([&invocation, options] {
    invocation.run = [&invocation, options] {
      auto chosen = *options;
      chosen.json_log = invocation.json;
      if (chosen.bootstrap.empty()) chosen.bootstrap = default_bootstrap().string();
      return lambda::emulate(chosen);
    };
  });
}

}  // namespace

void add_lambda_commands(CLI::App& app, Invocation& invocation) {
  auto parent = app.add_subcommand("lambda", "Package, try and describe the serverless server.");
  parent->require_subcommand(1);
  add_package_command(*parent, invocation);
  add_policy_command(*parent, invocation);
  add_emulate_command(*parent, invocation);
}

}  // namespace tapedeck
