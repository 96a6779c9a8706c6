// Real threads on one store: one winner, no gap, nothing torn, nothing late.
#include "contract.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>

namespace ec::conformance {
namespace {

// Tells the others that this thread is done, also when it failed.
class CountsDown {
 public:
  explicit CountsDown(std::atomic<std::size_t>& running) : running_(running) {}
  CountsDown(const CountsDown&) = delete;
  CountsDown& operator=(const CountsDown&) = delete;
  ~CountsDown() { --running_; }

 private:
  std::atomic<std::size_t>& running_;
};

class Threads : public Contract {
 protected:
  static constexpr std::size_t racers = 8;
  static std::size_t rounds() { return settings().operations / 40; }

  // All racers send their append at once; gives how many went through. The others must be told of a conflict.
  template <class Send>
  static int winners(std::size_t count, Send&& send) {
    std::atomic<int> won = 0;
    on_threads(count, [&](std::size_t i) {
      const Answer answer = send(i);
      if (answer.status != EC_OK && answer.status != EC_CONFLICT)
        throw ContractBroken(std::string("a racing append ended in ") + ec_status_name(answer.status));
      won += answer.status == EC_OK ? 1 : 0;
    });
    return won;
  }
};

TEST_F(Threads, ThatRaceToAVersionHaveOneWinner) {
  for (std::size_t round = 0; round < rounds(); ++round)
    EXPECT_EQ(winners(racers,
                      [&](std::size_t i) {
                        return append({Expect::exact(stream("raced"), round)}, {event(0, std::to_string(i))});
                      }),
              1);
  EXPECT_EQ(version(stream("raced")), rounds());
}

TEST_F(Threads, ThatRaceToCreateAStreamHaveOneWinner) {
  for (std::size_t round = 0; round < rounds(); ++round) {
    const StreamId raced = stream(std::to_string(round));
    EXPECT_EQ(winners(racers,
                      [&](std::size_t i) {
                        return append({Expect::absent(raced)}, {event(0, std::to_string(i)), event(0, "and more")});
                      }),
              1);
    EXPECT_EQ(version(raced), 2U);
  }
}

TEST_F(Threads, ThatReadBothAndWriteOneHaveOneWinner) {
  for (std::size_t round = 0; round < rounds(); ++round) {
    const StreamId streams[] = {stream(std::to_string(round) + "x"), stream(std::to_string(round) + "y")};
    EXPECT_EQ(winners(2,
                      [&](std::size_t i) {
                        return append({Expect::exact(streams[i], 0), Expect::exact(streams[1 - i], 0)},
                                      {event(0, "mine")});
                      }),
              1)
        << "write skew: both saw the other's stream empty, both wrote";
  }
}

TEST_F(Threads, ThatAppendWithoutAConditionAllSucceed) {
  on_threads(racers, [&](std::size_t) {
    for (std::size_t i = 0; i < rounds(); ++i) written({Expect::any(stream("shared"))}, {event(0, "x")});
  });
  const Reading reading = read({{stream("shared")}});
  ASSERT_EQ(reading.events.size(), racers * rounds());
  for (std::size_t i = 0; i < reading.events.size(); ++i) EXPECT_EQ(reading.events[i].version, i + 1);
}

TEST_F(Threads, ThatListStreamsWhileOthersMakeThemSeeNoneWithoutEvents) {
  constexpr std::size_t at_once = 50;
  const std::size_t appends = rounds() / 5;
  std::atomic<std::size_t> making = racers - 1;
  on_threads(racers, [&](std::size_t i) {
    if (i > 0) {
      const CountsDown done(making);
      for (std::size_t n = 0; n < appends; ++n) {
        std::vector<Expect> expects;
        std::vector<NewEvent> events;
        for (std::size_t k = 0; k < at_once; ++k) {
          expects.push_back(Expect::absent(stream(std::to_string(k) + "/" + std::to_string(i * appends + n))));
          events.push_back(event(k, "x"));
        }
        written(expects, events);
      }
      return;
    }
    while (making > 0)
      for (const StreamVersion& each : value(store().list_streams(prefix())))
        if (each.version != 1) throw ContractBroken("a stream of one event is listed at another version");
  });
  EXPECT_EQ(value(store().list_streams(prefix())).size(), (racers - 1) * appends * at_once);
}

// A list shows no more than a read that comes after it.
TEST_F(Threads, ThatListStreamsSeeNoEventThatCannotBeReadYet) {
  std::atomic<std::size_t> writing = 2;
  on_threads(3, [&](std::size_t i) {
    if (i < 2) {
      const CountsDown done(writing);
      for (std::size_t n = 0; n < rounds(); ++n)
        written({Expect::any(stream("shared")), Expect::absent(stream(std::to_string(i) + "/" + std::to_string(n)))},
                {event(0, "x"), event(1, "x")});
      return;
    }
    std::string last;
    while (writing > 0) {
      const auto listed = value(store().list_streams(prefix(), last, 10));
      for (const StreamVersion& each : listed)
        if (const std::uint64_t readable = version(each.stream); readable < each.version)
          throw ContractBroken("a stream is listed at version " + std::to_string(each.version) +
                               ", and can be read up to " + std::to_string(readable));
      last = listed.empty() ? "" : listed.back().stream.str();
    }
  });
}

// Whoever is called after an acknowledgement comes behind it, and sees it.
TEST_F(Threads, SeeWhatWasAcknowledgedBeforeTheyWereCalled) {
  std::atomic<std::uint64_t> acknowledged = 0;  // how many events of the stream
  std::mutex mutex;
  Position latest;
  on_threads(racers, [&](std::size_t i) {
    for (std::size_t n = 0; n < rounds(); ++n) {
      const std::uint64_t known = acknowledged;
      Position before;
      {
        const std::scoped_lock lock(mutex);
        before = latest;
      }
      if (i % 2 == 0) {
        const Answer answer = written({Expect::any(stream("shared"))}, {event(0, "x")});
        if (answer.first <= before) throw ContractBroken("an append came before one acknowledged before it was sent");
        const std::scoped_lock lock(mutex);
        latest = std::max(latest, answer.last);
        acknowledged = std::max<std::uint64_t>(acknowledged, answer.versions.at(0));
      } else {
        if (head() < before) throw ContractBroken("the head is below an acknowledged append");
        const Reading last = read({{stream("shared")}}, {.backward = true, .limit = 1});
        if ((last.events.empty() ? 0 : last.events[0].version) < known)
          throw ContractBroken("a read does not see an acknowledged append");
      }
    }
  });
}

// Readers that follow while writers run. Each gets what is new in its own way; what it got must in the end be the
// whole history, in order, each event once.
class Follow : public Contract {
 protected:
  static constexpr std::size_t writers = 4, events_each = 3;
  static std::size_t appends_each() { return settings().operations / 20; }

  void write(std::size_t writer) const {
    for (std::size_t n = 0; n < appends_each(); ++n) {
      const std::string text = std::to_string(writer) + "/" + std::to_string(n);
      written({Expect::any(stream(std::to_string(writer))), Expect::any(stream("shared"))},
              std::vector<NewEvent>{event(0, text), event(1, text), event(0, text)});
    }
  }

  // Runs the writers and one reader; `page(after, got)` adds what is new and gives the position to go on from.
  using Page = std::function<Position(Position after, std::vector<Seen>& got)>;
  void expect_complete(const Page& page) const {
    std::atomic<std::size_t> writing = writers;
    std::vector<Seen> got;
    Position after = head();
    on_threads(writers + 1, [&](std::size_t i) {
      if (i < writers) {
        const CountsDown done(writing);
        write(i);
        return;
      }
      for (bool last = false; !last;) {
        last = writing == 0;
        const Position end = head();
        for (bool moved = true; moved; moved = last && after < end && moved) {
          const Position next = page(after, got);
          moved = next > after;
          after = next;
        }
      }
    });
    EXPECT_EQ(got.size(), writers * appends_each() * events_each);
    EXPECT_TRUE(got == all().events) << "the reader skipped an event, or saw one twice, or out of order";
  }
  Reading new_events(Position after, std::uint64_t limit = 0) const {
    return read_all({.prefixes = {prefix()}}, after, {.limit = limit});
  }
  // Takes what is at or below a head that was shown, and goes on from there.
  Position take_up_to(Position shown, Position after, std::vector<Seen>& got) const {
    for (const Seen& each : new_events(after).events)
      if (each.position <= shown) got.push_back(each);
    return std::max(after, shown);
  }
};

void add(std::vector<Seen>& got, const Reading& reading) {
  got.insert(got.end(), reading.events.begin(), reading.events.end());
}

TEST_F(Follow, ByThroughMissesNothing) {
  expect_complete([&](Position after, std::vector<Seen>& got) {
    const Reading reading = new_events(after);
    add(got, reading);
    return reading.through;
  });
}

TEST_F(Follow, ByThroughInSmallPagesMissesNothing) {
  expect_complete([&](Position after, std::vector<Seen>& got) {
    const Reading reading = new_events(after, 7);
    add(got, reading);
    return reading.through;
  });
}

TEST_F(Follow, ByTheLastEventSeenMissesNothing) {
  expect_complete([&](Position after, std::vector<Seen>& got) {
    const Reading reading = new_events(after, 50);
    add(got, reading);
    return reading.events.empty() ? after : reading.events.back().position;
  });
}

TEST_F(Follow, ByTheHeadMissesNothing) {
  expect_complete([&](Position after, std::vector<Seen>& got) { return take_up_to(head(), after, got); });
}

TEST_F(Follow, ByTheHeadOfAStreamsReadMissesNothing) {
  expect_complete([&](Position after, std::vector<Seen>& got) {
    return take_up_to(read({{stream("shared")}}, {.backward = true, .limit = 1}).head, after, got);
  });
}

TEST_F(Follow, SeesNoPartOfAnAppend) {
  expect_complete([&](Position after, std::vector<Seen>& got) {
    const Reading reading = new_events(after);
    std::map<std::string, std::size_t> events_of;
    for (const Seen& each : reading.events) ++events_of[each.payload];
    for (const auto& [text, count] : events_of)
      if (count != events_each) throw ContractBroken("a reader saw part of append " + text);
    add(got, reading);
    return reading.through;
  });
}

TEST_F(Follow, OfAStreamSetSeesNoPartOfAnAppend) {
  // Each append writes two events to the writer's own stream and one to the shared one.
  std::vector<ReadFrom> from;
  from.reserve(writers + 1);
  for (std::size_t i = 0; i < writers; ++i) from.push_back({stream(std::to_string(i))});
  from.push_back({stream("shared")});
  expect_complete([&](Position after, std::vector<Seen>& got) {
    const Reading reading = read(from);
    const auto shared = static_cast<std::size_t>(
        std::ranges::count_if(reading.events, [](const Seen& each) { return each.stream_index == writers; }));
    if (shared * events_each != reading.events.size())
      throw ContractBroken("a read of a stream set saw an append in one stream and not in the other");
    for (const Seen& each : reading.events) from[each.stream_index].after_version = each.version;
    return take_up_to(reading.head, after, got);
  });
}

}  // namespace
}  // namespace ec::conformance
