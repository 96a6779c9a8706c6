#include "app.hpp"
#include "settings.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <string_view>

namespace cli {

namespace {

constexpr const char* description =
    "Looks into an eventcore store, moves it and checks it. Events go in and out as NDJSON, one a line.";

constexpr const char* footer =
    "Exit status: 0 done, 1 the store failed or something is wrong in it, 2 the command line, the configuration or "
    "the\n"
    "input is wrong, 3 an expectation did not hold, 130 or 143 after SIGINT or SIGTERM. See eventcore(1).";

// strtoull makes a large number of what is negative, and the largest of what is larger.
std::string is_number(const std::string& text) {
  std::uint64_t number = 0;
  const auto [last, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = problem == std::errc{} && last == text.data() + text.size();
  return is_whole ? std::string() : "a number that is not negative is needed, and below 2^64";
}

// Of how many at most. 0 would be none, and stands for no limit further down.
std::string is_limit(const std::string& text) {
  const bool is_zero = text.find_first_not_of('0') == std::string::npos;
  return is_zero ? "a number above 0 is needed; without a limit it is all" : is_number(text);
}

// As a shell takes it for one word.
std::string for_a_shell(std::string_view word) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+,./:@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

class Grammar {
 public:
  explicit Grammar(Options& options) : app_(std::make_unique<CLI::App>(description, "eventcore")), options_(options) {}

  std::unique_ptr<CLI::App> make() {
    app_->footer(footer);
    app_->require_subcommand(1);
    app_->set_version_flag("--version", "eventcore " EVENTCORE_VERSION);
    app_->add_option("--config", options_.config, "The YAML file of the store")
        ->envname("EVENTCORE_CONFIG")
        ->type_name("FILE");
    add_plugins();
    add_info();
    add_streams();
    add_read();
    add_tail();
    add_append();
    add_export();
    add_import();
    add_copy();
    add_verify();
    add_projection();
    add_bench();
    add_completion();
    return std::move(app_);
  }

 private:
  CLI::App& add(CLI::App& parent, const char* name, const char* what, Command command) {
    CLI::App& added = *parent.add_subcommand(name, what);
    added.fallthrough();  // --config may stand behind it
    added.final_callback([&options = options_, command] {
      if (options.command == nullptr) options.command = command;  // the innermost one comes first
    });
    return added;
  }

  void add_json(CLI::App& command) { command.add_flag("--json", options_.json, "JSON instead of text for people"); }

  void add_filter(CLI::App& command) {
    command.add_option("--prefix", options_.filter.prefixes, "Only streams that begin with it; may be repeated");
    command.add_option("--pattern", options_.filter.patterns,
                       "Only streams that match it, as account/*; may be repeated");
    command.add_option("--type", options_.filter.types, "Only events of this type; may be repeated");
  }

  void add_plugins() {
    CLI::App& plugins =
        add(*app_, "plugins", "Lists the plugins that are found, and what is wrong with others", list_plugins);
    add_json(plugins);
    CLI::App& describe = add(plugins, "describe", "Explains a plugin's options", describe_plugin);
    describe.add_option("NAME", options_.name, "Of the plugin, as in the configuration")->required();
    add_json(describe);
  }

  void add_info() { add_json(add(*app_, "info", "Says what the store is, and how far it is", info)); }

  void add_streams() {
    CLI::App& command = add(*app_, "streams", "Lists streams and their versions", streams);
    command.add_option("PREFIX", options_.prefix, "Only streams that begin with it");
    command.add_option("--after", options_.after, "Only streams behind this one")->type_name("STREAM");
    command.add_option("--limit", options_.limit, "At most so many")->type_name("COUNT")->check(is_limit);
    add_json(command);
  }

  void add_read() {
    CLI::App& command = add(*app_, "read", "Prints streams, merged in the store's order", read);
    command.add_option("STREAM", options_.streams, "Their ids")->required();
    command.add_option("--after", options_.after_version, "Only versions above it; backward: below it")
        ->type_name("VERSION")
        ->check(is_number);
    command.add_option("--limit", options_.limit, "At most so many events")->type_name("COUNT")->check(is_limit);
    command.add_flag("--backward", options_.backward, "The last first");
  }

  void add_tail() {
    CLI::App& command = add(*app_, "tail", "Prints the last events, then new ones as they come", tail);
    command.add_option("--last", options_.last, "So many of those that are there")
        ->type_name("COUNT")
        ->check(is_number)
        ->capture_default_str();
    command.add_option("--after", options_.after, "All behind this position instead")->type_name("POSITION");
    add_filter(command);
  }

  void add_append() {
    CLI::App& command = add(*app_, "append", "Writes one event, and prints it as it was stored", append);
    command.add_option("STREAM", options_.streams, "Its stream")->required()->expected(1);
    command.add_option("--type", options_.type, "Its type")->required();
    CLI::Option& data = *command.add_option("--data", options_.data, "Its payload")->type_name("JSON");
    command.add_option("--data-file", options_.data_file, "Its payload, from a file; - is standard input")
        ->type_name("FILE")
        ->excludes(&data);
    command.add_option("--metadata", options_.metadata, "Its metadata")->type_name("JSON");
    command.add_option("--encoding", options_.encoding, "Of the payload: json, bytes, cbor, protobuf or a number")
        ->capture_default_str();
    command.add_option("--schema-version", options_.schema_version, "Of the payload")
        ->check(is_number)
        ->capture_default_str();
    command
        .add_option("--expect", options_.expect, "Only if the stream has this version: a number, absent, exists or any")
        ->capture_default_str();
    command.add_option("--commit", options_.commit, "A commit id: sent again, nothing is written twice")
        ->type_name("UUID");
  }

  void add_export() {
    CLI::App& command = add(*app_, "export", "Writes all events, in the store's order", export_events);
    command.add_option("-o,--output", options_.file, "Into a file, which appears when it is whole")->type_name("FILE");
    command.add_option("--after", options_.after, "Only behind this position")->type_name("POSITION");
    add_filter(command);
  }

  void add_import() {
    CLI::App& command = add(*app_, "import", "Stores the events of an export, each commit as one", import_events);
    command.add_option("FILE", options_.file, "The events; - is standard input")->capture_default_str();
    add_json(command);
  }

  void add_copy() {
    CLI::App& command =
        add(*app_, "copy", "Copies a store into an empty one, or goes on with that, and compares", copy);
    command.add_option("--from", options_.from, "The YAML file of the store to copy")->type_name("FILE")->required();
    command.add_option("--to", options_.to, "The YAML file of the store to fill")->type_name("FILE")->required();
    add_json(command);
  }

  void add_verify() {
    add_json(add(*app_, "verify", "Reads everything, by every way, and says the first place that is wrong", verify));
  }

  void add_projection() {
    CLI::App& group =
        *app_->add_subcommand("projection", "Looks at projections, and asks something of those who run them");
    group.fallthrough();
    group.require_subcommand(1);
    const auto add_one = [&](const char* name, const char* what, Command command) -> CLI::App& {
      CLI::App& added = add(group, name, what, command);
      added.add_option("NAME", options_.name, "Of the projection")->required();
      return added;
    };
    const auto add_timeout = [&](CLI::App& command) {
      command.add_option("--timeout", options_.timeout_s, "How long the answer may take")
          ->type_name("SECONDS")
          ->check(is_limit)
          ->capture_default_str();
    };
    add_json(add(group, "list", "Lists the projections, how they do, and how far behind they are", list_projections));
    add_json(add_one("show", "Says everything of each build of a projection", show_projection));
    CLI::App& rebuild =
        add_one("rebuild", "Has it built anew beside the active build, until that takes over", rebuild_projection);
    rebuild.add_flag("--no-wait", options_.no_wait, "Not until it takes over, but until it has begun");
    add_timeout(rebuild);
    CLI::App& letters = add_one("dead-letters", "Lists the events that it could not handle", list_dead_letters);
    letters.add_flag("--all", options_.all, "Also those that were handled since");
    add_json(letters);
    CLI::App& replay = add_one("replay", "Has dead letters handled again", replay_dead_letters);
    replay.add_option("NUMBER", options_.numbers, "Which, as dead-letters lists them; without, all that are left")
        ->check(is_number);
    add_timeout(replay);
    CLI::App& reset = add_one("reset", "Has it go back, and handle again what came since", reset_projection);
    reset.add_option("--to", options_.to, "Behind this position; without, to the start")->type_name("POSITION");
    add_timeout(reset);
  }

  void add_bench() {
    CLI::App& command = add(*app_, "bench", "Puts load on a store, measures it, and checks what it holds", run_bench);
    command.add_option("FILE", options_.bench_file, "Runs, in YAML; what stands behind it counts for each of them");
    for (const bench::Setting& setting : bench::all_settings()) {
      std::string option(setting.name);
      std::ranges::replace(option, '_', '-');
      command
          .add_option_function<std::string>(
              "--" + option,
              [&options = options_, name = std::string(setting.name)](const std::string& text) {
                options.bench_settings.emplace_back(name, text);
              },
              std::string(setting.what))
          ->type_name(std::string(setting.kind));
    }
    command.add_option("--name", options_.name, "What the runs are called");
    command.add_option("--out", options_.out, "Keep the results in a file too, as JSON")->type_name("FILE");
    add_json(command);
    add_report(command);
  }

  void add_report(CLI::App& bench) {
    CLI::App& command = add(bench, "report", "Makes a page with plots of what runs have measured", bench_report);
    command.fallthrough(false);  // an option of bench says nothing here
    command.add_option("RUN", options_.runs, "Files with runs as bench --json writes them; - is standard input")
        ->required();
    command
        .add_option("-o,--output", options_.page, "Into a file, which appears when it is whole; - is standard output")
        ->type_name("FILE")
        ->capture_default_str();
    command.add_option("--title", options_.title, "Of the page")->capture_default_str();
  }

  void add_completion() {
    CLI::App& command = add(*app_, "completion", "Prints what a shell needs to complete this command line", complete);
    command.add_option("SHELL", options_.name, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  }

  std::unique_ptr<CLI::App> app_;
  Options& options_;
};

}  // namespace

std::unique_ptr<CLI::App> make_app(Options& options) { return Grammar(options).make(); }

bool parse_options(int argc, char** argv, Options& options, int& exit_status) {
  options.command_line = "eventcore";
  for (const std::string_view word : std::span(argv, static_cast<std::size_t>(argc)).subspan(1)) {
    options.command_line += ' ' + for_a_shell(word);
    if (word == "--config" || word.starts_with("--config=")) options.is_config_given = true;
  }
  const std::unique_ptr<CLI::App> app = make_app(options);
  try {
    app->parse(argc, argv);
    return true;
  } catch (const CLI::ParseError& error) {
    exit_status = app->exit(error) == 0 ? 0 : 2;
    return false;
  }
}

}  // namespace cli
