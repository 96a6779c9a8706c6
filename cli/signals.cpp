#include "signals.hpp"

#include <atomic>
#include <csignal>
#include <thread>
#include <unistd.h>

namespace cli {

namespace {

std::atomic<int> came{0};

// Those that are ignored stay so: a shell has its background jobs ignore SIGINT.
sigset_t watched() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM})
    if (struct sigaction action{}; sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_IGN)
      sigaddset(&signals, number);
  return signals;
}

void watch(const std::stop_source& stop) {
  const sigset_t signals = watched();
  int number = 0;
  if (sigwait(&signals, &number) != 0) return;
  came.store(number);
  stop.request_stop();
  // timeout(1) and others send it to the process and to its group, which is one signal and not two.
  constexpr timespec moment{0, 200'000'000};
  sigtimedwait(&signals, nullptr, &moment);
  // This thread alone takes the next one, and as the system does.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  for (;;) pause();
}

}  // namespace

std::stop_token stop_on_signals() {
  const sigset_t signals = watched();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const std::stop_source stop;
  std::thread(watch, stop).detach();  // for as long as there is a process
  return stop.get_token();
}

int signal_that_came() { return came.load(); }

}  // namespace cli
