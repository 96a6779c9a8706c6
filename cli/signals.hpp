// SIGINT and SIGTERM as a stop token: what is under way ends in order. A second signal ends the program at once.
#pragma once

#include <stop_token>

namespace cli {

// For the start of main, before there are other threads.
std::stop_token stop_on_signals();

// The signal that came, or 0.
int signal_that_came();

}  // namespace cli
