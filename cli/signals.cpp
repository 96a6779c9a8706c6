#include "signals.hpp"

#include <atomic>
#include <csignal>
#include <thread>
#include <unistd.h>

namespace cli {

namespace {

std::atomic<int> came{0};

sigset_t watched() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

void watch(std::stop_source stop) {
  const sigset_t signals = watched();
  int number = 0;
  if (sigwait(&signals, &number) != 0) return;
  came.store(number);
  // This thread alone takes the next one, and as the system does.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  stop.request_stop();
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
