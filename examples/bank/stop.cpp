#include "stop.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <unistd.h>

namespace bank {

namespace {

// A signal handler reaches nothing but globals.
std::atomic<bool> is_requested{false};
std::atomic<int> signal_that_came{0};
std::atomic<int> wake_fd{-1};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

void wake() noexcept {
  is_requested.store(true);
  const std::uint64_t one = 1;
  if (::write(wake_fd.load(), &one, sizeof one) < 0) {
    // The counter is full: whoever waits has been woken.
  }
}

extern "C" void on_signal(int number) {
  const int saved = errno;
  signal_that_came.store(number);
  wake();
  errno = saved;
}

void handle(int number, void (*handler)(int)) noexcept {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  sigaction(number, &action, nullptr);
}

}  // namespace

Stop::Stop() {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) throw std::runtime_error("the system gave no event descriptor; too many files are open");
  wake_fd.store(fd);
  is_requested.store(false);
  signal_that_came.store(0);
  handle(SIGINT, on_signal);
  handle(SIGTERM, on_signal);
}

Stop::~Stop() {
  release();
  ::close(wake_fd.exchange(-1));
}

void Stop::request() noexcept { wake(); }

bool Stop::requested() const noexcept { return is_requested.load(); }

bool Stop::wait_to_read(int fd) const noexcept {
  pollfd watched[2] = {{fd, POLLIN, 0}, {wake_fd.load(), POLLIN, 0}};
  while (!requested()) {
    if (poll(watched, 2, -1) < 0 && errno != EINTR) return true;  // then reading says what is wrong
    if (watched[0].revents != 0) return !requested();
  }
  return false;
}

void Stop::release() noexcept {
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
}

int Stop::signal() const noexcept { return signal_that_came.load(); }

}  // namespace bank
