#include "app.hpp"
#include "failure.hpp"
#include "output.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

namespace {

constexpr std::string_view takes_files = "FILE";
constexpr const char* shells = " bash zsh fish";

struct Word {
  std::string text, what;
  bool takes_value = false, takes_file = false;
};

// What may stand behind a command: its options, those of the whole program among them.
std::vector<Word> options_of(const CLI::App& app) {
  std::vector<Word> words;
  const auto add = [&](const CLI::Option& option) {
    const bool takes_value = option.get_items_expected_max() > 0;
    const auto put = [&](const std::string& text) {
      words.push_back({text, option.get_description(), takes_value, option.get_type_name() == takes_files});
    };
    for (const std::string& name : option.get_lnames()) put("--" + name);
    for (const std::string& name : option.get_snames()) put("-" + name);
  };
  for (const CLI::App* each = &app; each != nullptr; each = each->get_parent())
    for (const CLI::Option* option : each->get_options())
      if (each == &app || option->get_name() == "--config") add(*option);
  return words;
}

std::vector<Word> commands_of(const CLI::App& app) {
  std::vector<Word> words;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    words.push_back({command->get_name(), command->get_description()});
  return words;
}

std::string texts(const std::vector<Word>& words) {
  std::string all;
  for (const Word& word : words) all += (all.empty() ? "" : " ") + word.text;
  return all;
}

struct NamedCommand {
  std::string path;  // as it is typed: "projection list"
  const CLI::App* app;
};

// All of them, each group before what is in it.
std::vector<NamedCommand> all_commands(const CLI::App& app, const std::string& group = {}) {
  std::vector<NamedCommand> all;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    all.push_back({group + command->get_name(), command});
    for (NamedCommand& below : all_commands(*command, all.back().path + " ")) all.push_back(std::move(below));
  }
  return all;
}

std::string either(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : " | ") + text;
  return all;
}

// Both shells: zsh has bash's completion when it is asked for it.
std::string for_bash(const CLI::App& app) {
  std::string cases;
  std::vector<std::string> files = {"*' --config'"}, values, groups;
  for (const auto& [path, command] : all_commands(app)) {
    const std::vector<Word> options = options_of(*command), below = commands_of(*command);
    for (const Word& word : options)
      if (word.takes_value && word.text != "--config")
        (word.takes_file ? files : values).push_back("'" + path + " " + word.text + "'");
    if (!below.empty()) groups.push_back(path);
    cases += "    '" + path + "') words=\"" + texts(options) + (below.empty() ? "" : " " + texts(below)) +
             (path == "completion" ? shells : "") + "\" ;;\n";
  }
  return "_eventcore_files() {\n"
         "  local file\n"
         "  while IFS= read -r file; do COMPREPLY+=(\"$file\"); done < <(compgen -f -- \"$current\")\n"
         "  compopt -o filenames 2>/dev/null\n"
         "}\n"
         "_eventcore() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= words= i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case ${COMP_WORDS[i]} in\n"
         "      --config) ((i++)) ;;\n"
         "      -*) ;;\n"
         "      *)\n"
         "        command+=${command:+ }${COMP_WORDS[i]}\n"
         "        case $command in " +
         either(groups) +
         ") ;; *) break ;; esac ;;\n"
         "    esac\n"
         "  done\n"
         "  case \"$command $previous\" in\n"
         "    " +
         either(files) +
         ") _eventcore_files; return ;;\n"
         "    " +
         either(values) +
         ") return ;;\n"
         "    'plugins describe describe') [[ $current == -* ]] || {\n"
         "      COMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" plugins 2>/dev/null | cut -f1)\" -- \"$current\"))\n"
         "      return\n"
         "    } ;;\n"
         "  esac\n"
         "  case $command in\n"
         "    '') words=\"" +
         texts(commands_of(app)) + " --config --help --version\" ;;\n" + cases +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "  case $command in import | bench) _eventcore_files ;; esac\n"
         "}\n";
}

std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return "'" + text + "'";
}

std::string for_fish(const CLI::App& app) {
  std::string out = "complete -c eventcore -f\n";
  const auto add = [&](const std::string& condition, const Word& word) {
    out += "complete -c eventcore -n " + quoted(condition);
    if (word.text.starts_with("--"))
      out += " -l " + word.text.substr(2);
    else if (word.text.starts_with('-'))
      out += " -s " + word.text.substr(1);
    else
      out += " -a " + word.text;
    if (word.takes_value) out += word.takes_file ? " -r -F" : " -x";
    out += " -d " + quoted(word.what) + "\n";
  };
  for (const Word& command : commands_of(app)) add("__fish_use_subcommand", command);
  for (const auto& [path, command] : all_commands(app)) {
    std::string condition = "__fish_seen_subcommand_from " + path;
    if (const std::size_t space = condition.rfind(' '); space != condition.find(' '))
      condition.replace(space, 1, "; and __fish_seen_subcommand_from ");
    for (const Word& word : options_of(*command)) add(condition, word);
    for (const Word& word : commands_of(*command)) add(condition, word);
  }
  out += "complete -c eventcore -n '__fish_seen_subcommand_from import bench' -F\n";
  out += "complete -c eventcore -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'\n";
  return out;
}

}  // namespace

int complete(const Options& options, const std::stop_token& /*stop*/) {
  Options ignored;
  const std::unique_ptr<CLI::App> app = make_app(ignored);
  Output out;
  if (options.name == "fish")
    out.text() = for_fish(*app);
  else if (options.name == "bash")
    out.text() = for_bash(*app) + "complete -F _eventcore eventcore\n";
  else
    out.text() = "#compdef eventcore\nautoload -U +X bashcompinit && bashcompinit\n" + for_bash(*app) +
                 "complete -F _eventcore eventcore\n"
                 "_bash_complete -F _eventcore\n";  // zsh runs the file for the first completion
  out.finish();
  return done;
}

}  // namespace cli
