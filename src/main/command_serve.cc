#include <CLI/CLI.hpp>

#include "main/command.h"
#include "main/serve.h"

namespace tapedeck {

void add_serve_command(CLI::App& app, Invocation& invocation) {
  auto command = add_command(app, invocation, "serve", "Start the server.", {});
  add_server_settings(*command, invocation);
  command->callback([&invocation] {
    invocation.run = [&invocation] {
      auto loaded = invocation.load();
      // --json on a server means its log.
      if (invocation.json) loaded.config.log_format = LogFormat::json;
      return serve(loaded.config);
    };
  });
}

}  // namespace tapedeck
