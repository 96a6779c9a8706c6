// eventcore: looks into a store, moves it, checks it.
#include "failure.hpp"
#include "options.hpp"
#include "signals.hpp"

#include <cstdio>
#include <exception>

namespace {

int complain(cli::Exit status, const char* what) {
  std::fprintf(stderr, "eventcore: %s\n", what);
  return status;
}

int run(const cli::Options& options, const std::stop_token& stop) {
  try {
    return options.command(options, stop);
  } catch (const cli::Failure& failure) {
    return complain(failure.status(), failure.what());
  } catch (const std::exception& failure) {
    return complain(cli::failed, failure.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  cli::Options options;
  int status = 0;
  if (!cli::parse_options(argc, argv, options, status)) return status;
  status = run(options, cli::stop_on_signals());
  return cli::signal_that_came() != 0 ? cli::killed_by_signal + cli::signal_that_came() : status;
}
