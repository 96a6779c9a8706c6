// eventcore: looks into a store, moves it, checks it.
#include "failure.hpp"
#include "options.hpp"
#include "output.hpp"
#include "signals.hpp"

#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <unistd.h>

namespace {

// Else the next files that are opened, the store's, would get the numbers of those that are closed, and what the program
// says would go into them.
void occupy_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int complain(cli::Exit status, const char* what) {
  // It may quote what others wrote.
  std::fprintf(stderr, "eventcore: %s\n", cli::without_controls(what).c_str());
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
  occupy_standard_descriptors();
  cli::Options options;
  int status = 0;
  if (!cli::parse_options(argc, argv, options, status)) return status;
  status = run(options, cli::stop_on_signals());
  return cli::signal_that_came() != 0 ? cli::killed_by_signal + cli::signal_that_came() : status;
}
