#include "main/config.h"

#include <algorithm>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "main/settings.h"
#include "main/store_settings.h"

namespace tapedeck {

namespace {

using Values = std::vector<std::string>;

/// "a,b" and "a", "b" mean the same.
Values split(const Values& given) {
  Values values;
  for (const auto& text : given) {
    std::size_t begin = 0;
    while (begin <= text.size()) {
      auto end = std::min(text.find(',', begin), text.size());
      auto value = text.substr(begin, end - begin);
      value.erase(0, value.find_first_not_of(' '));
      value.erase(value.find_last_not_of(' ') + 1);
      if (!value.empty()) values.push_back(value);
      begin = end + 1;
    }
  }
  return values;
}

/// The texts of a TOML value; nothing for tables, dates and such.
std::optional<Values> texts_of(const toml::node& node) {
  if (auto text = node.as_string()) return Values{text->get()};
  if (auto number = node.as_integer()) return Values{std::to_string(number->get())};
  if (auto toggle = node.as_boolean()) return Values{toggle->get() ? "yes" : "no"};
  auto array = node.as_array();
  if (!array) return std::nullopt;
  Values values;
  for (const auto& element : *array) {
    auto one = element.is_array() ? std::nullopt : texts_of(element);
    if (!one) return std::nullopt;
    values.push_back(one->front());
  }
  return values;
}

/// Goes from the weakest source to the strongest, and collects what is wrong.
class Loader {
 public:
  explicit Loader(const ConfigSources& sources) : sources_(sources) {}

  LoadedConfig load() {
    for (const auto& setting : all_settings()) {
      loaded_.origins[std::string(setting.name)] = "default";
      names_.emplace_back(setting.name);
      variables_.push_back(setting.variable());
      if (setting.shape != SettingShape::secret) continue;
      names_.push_back(std::string(setting.name) + "_file");
      variables_.push_back(setting.variable() + "_FILE");
    }
    take_region();
    take_file();
    take_environment();
    for (const auto& [name, values] : sources_.flags) take_named(name, values);
    check_pairs();
    if (mistakes_.empty()) return std::move(loaded_);
    std::string text = mistakes_.size() == 1 ? "The configuration has a mistake:"
                                             : "The configuration has mistakes:";
    for (const auto& mistake : mistakes_) text += "\n  " + mistake;
    throw UsageError(text);
  }

 private:
  /// The region that all of AWS's tools use is weaker than what is set for us alone.
  void take_region() {
    loaded_.config.aws = sources_.aws;
    if (sources_.aws.region.empty()) return;
    for (auto name : {"s3_region", "dynamo_region"}) {
      take(*find_setting(name), {sources_.aws.region}, "AWS_REGION", false);
    }
  }

  void take_file() {
    if (sources_.file_name.empty()) return;
    toml::table table;
    try {
      table = toml::parse(sources_.file_text, sources_.file_name);
    } catch (const toml::parse_error& error) {
      mistakes_.push_back(fmt::format("{}: line {}: {}", sources_.file_name,
                                      error.source().begin.line, error.description()));
      return;
    }
    for (const auto& [key, node] : table) take_key(std::string(key.str()), node);
  }

  void take_key(const std::string& key, const toml::node& node) {
    auto where = fmt::format("{} line {}", sources_.file_name, node.source().begin.line);
    auto file_of_secret = secret_of(key);
    auto setting = file_of_secret ? file_of_secret : find_setting(key);
    if (!setting) {
      unknown(where, key, names_);
      return;
    }
    auto values = texts_of(node);
    if (!values) {
      mistakes_.push_back(
          fmt::format("{}: {} must be a text, a number, true or false, or a list of "
                      "texts",
                      where, key));
      return;
    }
    if (values->size() != 1 && setting->shape != SettingShape::list) {
      mistakes_.push_back(fmt::format("{}: {} takes one value, not a list", where, key));
      return;
    }
    take(*setting, *values, where, file_of_secret != nullptr);
  }

  void take_environment() {
    for (const auto& [variable, value] : sources_.environment) {
      if (variable == "TAPEDECK_CONFIG") continue;
      auto known = std::find_if(all_settings().begin(), all_settings().end(), [&](auto& setting) {
        return setting.variable() == variable ||
               (setting.shape == SettingShape::secret && setting.variable() + "_FILE" == variable);
      });
      if (known == all_settings().end()) {
        unknown("the environment", variable, variables_);
      } else {
        take(*known, {value}, variable, known->variable() != variable);
      }
    }
  }

  /// A flag: of a secret it always names a file.
  void take_named(const std::string& name, const Values& values) {
    auto setting = find_setting(name);
    take(*setting, values, setting->flag(), setting->shape == SettingShape::secret);
  }

  void take(const Setting& setting, const Values& given, const std::string& where, bool from_file) {
    try {
      auto values = setting.shape == SettingShape::list ? split(given) : given;
      if (from_file) values = {sources_.read_file(given.back())};
      setting.take(loaded_.config, values);
      loaded_.origins[std::string(setting.name)] = where;
    } catch (const Error& error) {
      auto name = where.starts_with("--") || where.starts_with("TAPEDECK_")
                      ? std::string()
                      : std::string(setting.name) + ": ";
      mistakes_.push_back(fmt::format("{}: {}{}.", where, name, error.what()));
    }
  }

  const Setting* secret_of(const std::string& key) const {
    if (!key.ends_with("_file")) return nullptr;
    auto setting = find_setting(key.substr(0, key.size() - 5));
    return setting && setting->shape == SettingShape::secret ? setting : nullptr;
  }

  void unknown(const std::string& where, const std::string& name, const Values& names) {
    auto near = nearest_name(name, names);
    auto hint = near.empty() ? std::string("`tapedeck config` lists all settings.")
                             : fmt::format("Did you mean {}?", near);
    mistakes_.push_back(fmt::format("{}: there is no setting {}. {}", where, name, hint));
  }

  void check_pairs() {
    const auto& config = loaded_.config;
    if (config.tls_cert.empty() != config.tls_key.empty()) {
      mistakes_.push_back("tls_cert and tls_key belong together: set both, or none.");
    }
    auto of_stores = find_store_mistakes(config);
    mistakes_.insert(mistakes_.end(), of_stores.begin(), of_stores.end());
  }

  const ConfigSources& sources_;
  LoadedConfig loaded_;
  Values names_;
  Values variables_;
  Values mistakes_;
};

std::string host_of(std::string_view address) {
  return std::string(address.substr(0, address.rfind(':')));
}

}  // namespace

LoadedConfig load_config(const ConfigSources& sources) {
  return Loader(sources).load();
}

bool is_loopback(std::string_view address) {
  if (address.starts_with("unix:")) return true;
  auto host = host_of(address);
  if (host.starts_with("127.")) {
    return host.find_first_not_of("0123456789.") == std::string::npos;
  }
  return host == "localhost" || host == "[::1]" || host == "::1";
}

SignupMode signup_in_force(const Config& config) {
  if (config.signup) return *config.signup;
  bool local = std::all_of(config.listen.begin(), config.listen.end(),
                           [](const auto& address) { return is_loopback(address); });
  return local ? SignupMode::open : SignupMode::invite;
}

const char* name_of(SignupMode mode) {
  switch (mode) {
    case SignupMode::open:
      return "open";
    case SignupMode::invite:
      return "invite";
    case SignupMode::closed:
      return "closed";
  }
  return "closed";
}

std::string public_url_in_force(const Config& config) {
  if (!config.public_url.empty()) return config.public_url;
  std::string address = config.listen.front();
  if (address.starts_with("unix:")) address = "localhost:8080";
  auto host = host_of(address);
  auto port = address.substr(host.size());
  if (host == "0.0.0.0" || host == "[::]" || host == "*" || host.empty()) host = "localhost";
  return fmt::format("{}://{}{}", config.tls_cert.empty() ? "http" : "https", host, port);
}

}  // namespace tapedeck
