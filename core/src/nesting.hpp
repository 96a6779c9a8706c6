// Whether a command is being executed on this thread already: then the one to come is called from within it. It takes no
// turns, because the outer one may hold some, and who holds one and waits for another may wait in a circle.
#pragma once

namespace ec::core {

class Nesting {
 public:
  Nesting() : nested_(running_++ > 0) {}
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  ~Nesting() { --running_; }
  bool nested() const { return nested_; }
  static bool is_under_way() { return running_ > 0; }

 private:
  static inline thread_local int running_ = 0;
  const bool nested_;
};

}  // namespace ec::core
