#include "options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <thread>
#include <unistd.h>

namespace bank {

namespace {

constexpr const char* description =
    "Moves money between accounts, from a CSV of transfers (id,from,to,amount), then proves that none was lost.\n"
    "\n"
    "Each account is opened with the opening balance when it is first met. A transfer is committed under an id that "
    "is\n"
    "derived from its own, so running the same file again on the same store moves nothing twice. A rejected transfer\n"
    "leaves nothing in the store: another run decides it anew, and may then find the money there.\n";

constexpr const char* exit_statuses =
    "Exit status: 0 all is well (rejected transfers and malformed lines are), 1 the check found a mismatch or the "
    "store\n"
    "failed, 2 the command line, the configuration or the input is wrong, 130 or 143 after SIGINT or SIGTERM.";

// Workers wait for the disk more than they compute, and those that wait share one flush.
unsigned default_workers() { return std::clamp(4 * std::thread::hardware_concurrency(), 4U, 256U); }

int complain(const char* what) {
  std::fprintf(stderr, "bank: %s\n", what);
  return 2;
}

}  // namespace

bool parse_options(int argc, char** argv, Options& options, int& exit_status) {
  options.workers = default_workers();
  CLI::App app(description, "bank");
  app.footer(exit_statuses);
  app.add_option("--config", options.config, "The YAML file of the store")->envname("EVENTCORE_CONFIG");
  app.add_option("--workers", options.workers, "How many transfers are under way at once")
      ->check(CLI::Range(1U, 1024U))
      ->capture_default_str();
  app.add_option("--in-flight", options.in_flight, "Instead of workers: one thread, so many transfers under way")
      ->check(CLI::Range(1U, 65'536U))
      ->excludes("--workers");
  app.add_option("--opening-balance", options.opening_balance, "What an account is opened with")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000'000'000}))
      ->capture_default_str();
  app.add_option("--balances", options.balances, "Write account,balance of all accounts to this file in the end");
  app.add_option("FILE", options.input, "The transfers; - is standard input")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_status = app.exit(error) == 0 ? 0 : 2;
    return false;
  }
  if (options.config.empty())
    exit_status = complain("which store? Give --config FILE or set EVENTCORE_CONFIG, e.g. to config/memory.yaml");
  else if (options.input == "-" && isatty(STDIN_FILENO) != 0)
    exit_status = complain("which transfers? Name a CSV file, or send one to standard input");
  else
    return true;
  return false;
}

}  // namespace bank
