#include "kill_child.hpp"
#include "support.hpp"

#include <cerrno>
#include <cstdio>
#include <unistd.h>

namespace ec::conformance {

namespace {

// False when nobody reads any more.
bool report(int pipe, const Acknowledged& acknowledged) {
  ssize_t done = 0;
  do done = write(pipe, &acknowledged, sizeof acknowledged);
  while (done < 0 && errno == EINTR);
  return done == static_cast<ssize_t>(sizeof acknowledged);
}

// Between a stream of the thread's own and one that all threads share.
void append_for_ever(const KillChild& child, std::size_t thread) {
  const std::vector<Expect> expects = {Expect::any(StreamId(child.prefix + "own/" + std::to_string(thread))),
                                       Expect::any(StreamId(child.prefix + "shared"))};
  for (std::size_t n = 0;; ++n) {
    std::vector<NewEvent> events;
    events.reserve(events_per_kill_append);
    for (std::size_t i = 0; i < events_per_kill_append; ++i)
      events.push_back(event(i % 2, std::to_string(i) + std::string(n % 300, '.')));
    const Uuid commit_id = Uuid::make();
    const Answer answer = append(the_store(), expects, events, {.commit_id = commit_id});
    if (answer.status != EC_OK) throw ContractBroken(std::string("append: ") + answer.error.message);
    if (!report(
            child.pipe,
            {commit_id.value, answer.first.raw(), answer.last.raw(), {answer.versions.at(0), answer.versions.at(1)}}))
      return;
  }
}

}  // namespace

int run_kill_child(const KillChild& child) {
  try {
    the_store();
    on_threads(kill_threads, [&](std::size_t thread) { append_for_ever(child, thread); });
    close_store();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "the writing process: %s\n", failure.what());
    return 1;
  }
  return 0;
}

}  // namespace ec::conformance
