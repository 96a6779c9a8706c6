// Ends the taking of transfers: because of SIGINT or SIGTERM, or because a worker asks for it. What is under way is
// finished. A second signal ends the program at once.
#pragma once

namespace bank {

// One at a time; it owns the handlers of both signals while it lives.
class Stop {
 public:
  Stop();
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;
  ~Stop();

  // Any thread.
  void request() noexcept;
  bool requested() const noexcept;

  // Waits until `fd` has something to read, or its end: true; or until stop is requested: false.
  bool wait_to_read(int fd) const noexcept;

  // From here on a signal ends the program, as if there were no Stop.
  void release() noexcept;

  // The one that came, or 0.
  int signal() const noexcept;
};

}  // namespace bank
