// eventcore-conformance --config FILE: runs the contract of abi/*.h against the store that the file describes.
#include "kill_child.hpp"
#include "support.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace ec::conformance;

constexpr int bad_usage = 2;

// GoogleTest's own flags go to GoogleTest, so that everything else that is unknown is an error.
bool is_googletest_flag(std::string_view argument) { return argument.starts_with("--gtest_"); }

void hand_to_googletest(int argc, char** argv) {
  std::vector<char*> flags{argv[0]};
  for (int i = 1; i < argc; ++i)
    if (is_googletest_flag(argv[i])) flags.push_back(argv[i]);
  flags.push_back(nullptr);
  int count = static_cast<int>(flags.size()) - 1;
  testing::InitGoogleTest(&count, flags.data());
}

std::vector<std::string> own_arguments(int argc, char** argv) {
  std::vector<std::string> own;
  for (int i = argc - 1; i > 0; --i)  // CLI11 takes them from the back
    if (!is_googletest_flag(argv[i])) own.emplace_back(argv[i]);
  return own;
}

// What the model test hands to RapidCheck; an environment that sets it itself has the last word.
void configure_rapidcheck() {
  constexpr std::uint64_t operations_per_sequence = 50;  // on average
  const std::uint64_t sequences = settings().operations / operations_per_sequence + 1;
  const std::string parameters =
      "seed=" + std::to_string(settings().seed) + " max_success=" + std::to_string(sequences);
  setenv("RC_PARAMS", parameters.c_str(), 0);
}

int refuse(const std::string& why) {
  std::fprintf(stderr, "eventcore-conformance: %s\n", why.c_str());
  return bad_usage;
}

int run_tests() {
  try {
    if ((info_of_store().capabilities & EC_CAP_READ_ONLY) != 0)
      return refuse(settings().config + " opens the store for reading only; the suite must write");
  } catch (const ContractBroken& failure) {
    return refuse(failure.what());
  }
  std::printf("random seed: %llu (repeat with --seed)\n", static_cast<unsigned long long>(settings().seed));
  configure_rapidcheck();
  const int status = RUN_ALL_TESTS();
  close_store();
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs the contract that every eventcore plugin must pass against the store that a file describes."};
  app.name("eventcore-conformance");
  app.footer("GoogleTest's flags work too: --gtest_filter=Append.* runs one suite, --gtest_list_tests lists all.");
  KillChild child;
  settings().seed = std::random_device{}();
  app.add_option("--config", settings().config, "the store's YAML file; the suite writes into the store")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--kills", settings().kills, "how often a writing process is killed")->capture_default_str();
  app.add_option("--seed", settings().seed, "of the random runs; default: another one each time");
  app.add_option("--operations", settings().operations, "calls of each random or threaded run")
      ->check(CLI::Range(std::uint64_t{100}, std::uint64_t{100'000'000}))
      ->capture_default_str();
  app.add_option("--patience", settings().patience_s,
                 "seconds after which a wait that does not end is taken for hanging")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--kill-child-pipe", child.pipe)->group("");
  app.add_option("--kill-child-prefix", child.prefix)->group("");
  try {
    app.parse(own_arguments(argc, argv));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : bad_usage;
  }
  if (child.pipe >= 0) return run_kill_child(child);
  hand_to_googletest(argc, argv);
  return run_tests();
}
