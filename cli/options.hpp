// The command line: what was asked for.
#pragma once

#include <eventcore/store.hpp>

#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace cli {

struct Options;

// What a subcommand does, each in a file of its name; gives the exit status. Throws Failure.
using Command = int (*)(const Options&, const std::stop_token&);
int list_plugins(const Options& options, const std::stop_token& stop);
int describe_plugin(const Options& options, const std::stop_token& stop);
int info(const Options& options, const std::stop_token& stop);
int streams(const Options& options, const std::stop_token& stop);
int read(const Options& options, const std::stop_token& stop);
int tail(const Options& options, const std::stop_token& stop);
int append(const Options& options, const std::stop_token& stop);
int export_events(const Options& options, const std::stop_token& stop);
int import_events(const Options& options, const std::stop_token& stop);
int copy(const Options& options, const std::stop_token& stop);
int verify(const Options& options, const std::stop_token& stop);
int list_projections(const Options& options, const std::stop_token& stop);
int show_projection(const Options& options, const std::stop_token& stop);
int rebuild_projection(const Options& options, const std::stop_token& stop);
int reset_projection(const Options& options, const std::stop_token& stop);
int list_dead_letters(const Options& options, const std::stop_token& stop);
int replay_dead_letters(const Options& options, const std::stop_token& stop);
int run_bench(const Options& options, const std::stop_token& stop);
int bench_report(const Options& options, const std::stop_token& stop);
int complete(const Options& options, const std::stop_token& stop);

struct Options {
  Command command = nullptr;
  std::string config;            // of the store; may be empty
  bool is_config_given = false;  // on the command line, and not by the environment alone
  std::string command_line;      // all of it, as it can be given again
  bool json = false;             // instead of a table or a sentence

  std::string name;    // plugins describe: of the plugin; projection; completion: of the shell; bench: of the runs
  std::string prefix;  // streams
  std::vector<std::string> streams;  // read: these; append: the one
  ec::Filter filter;                 // tail, export
  std::uint64_t after_version = 0;   // read
  std::string after;                 // streams: a stream; tail, export: a position
  std::uint64_t limit = 0;           // streams, read; 0: none
  bool backward = false;             // read
  std::uint64_t last = 10;           // tail: how many of those that are there
  std::string file = "-";            // export, import
  std::string from, to;              // copy; projection reset: to, a position

  // projection
  bool no_wait = false;                // rebuild
  bool all = false;                    // dead-letters: also those that are resolved
  std::vector<std::uint64_t> numbers;  // replay: these dead letters
  std::uint64_t timeout_s = 30;        // how long an answer may take

  // bench
  std::string bench_file, out;  // its runs; where results are kept
  std::vector<std::pair<std::string, std::string>> bench_settings;

  // bench report
  std::vector<std::string> runs;  // files
  std::string page = "report.html";
  std::string title = "What eventcore bench measured";

  // append
  std::string type, data, data_file, metadata, expect = "any", commit, encoding = "json";
  std::uint32_t schema_version = 1;
};

// True: go on. False: end with `exit_status`; what there was to say has been said.
bool parse_options(int argc, char** argv, Options& options, int& exit_status);

}  // namespace cli
