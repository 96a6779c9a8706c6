// Appends of many threads reach the backend in groups: each keeps its own outcome.
#include "contract.hpp"

#include <atomic>

namespace ec::conformance {
namespace {

class Group : public Contract {
 protected:
  static constexpr std::size_t threads = 16;
  static constexpr std::size_t rounds = 25;
  StreamId own(std::size_t thread) const { return stream("own " + std::to_string(thread)); }

  // Runs body(0) to body(threads - 1) beside a thread whose appends take long, so that groups form behind them.
  template <class Body>
  void on_grouped_threads(Body&& body) const {
    const std::vector<NewEvent> many(500, event(0, ""));
    on_threads(threads + 1, [&](std::size_t i) {
      if (i < threads) return body(i);
      for (std::size_t round = 0; round < rounds; ++round) written({Expect::any(stream("slow"))}, many);
    });
    EXPECT_EQ(version(stream("slow")), rounds * many.size());
  }

  // Each thread writes to a stream of its own, round by round; thread `odd` does `instead`.
  template <class Instead>
  void run_with_one_odd(std::size_t odd, Instead&& instead) const {
    on_grouped_threads([&](std::size_t i) {
      for (std::size_t round = 0; round < rounds; ++round) {
        if (i == odd) {
          instead(round);
        } else {
          const Answer answer = append({Expect::exact(own(i), round)}, {event(0, std::to_string(round))});
          if (answer.status != EC_OK)
            throw ContractBroken("an append failed because of another one in its group: " +
                                 std::string(answer.error.message));
          if (answer.versions != std::vector<std::uint64_t>{round + 1})
            throw ContractBroken("an append of a group got another one's versions");
        }
      }
    });
  }
  void expect_all_but(std::size_t odd) const {
    for (std::size_t i = 0; i < threads; ++i) EXPECT_EQ(version(own(i)), i == odd ? 0 : rounds) << "thread " << i;
  }
};

void must_end(const Told& told, ec_status status) {
  if (told.status != status)
    throw ContractBroken(std::string("ended in ") + ec_status_name(told.status) + ": " + told.error.message);
}

TEST_F(Group, WithAConflictInItFailsForThatOneAlone) {
  run_with_one_odd(7, [&](std::size_t) {
    must_end(append({Expect::any(own(7)), Expect::exists(stream("none"))}, {event(0, "x")}), EC_CONFLICT);
  });
  expect_all_but(7);
}

TEST_F(Group, WithADuplicateInItFailsForThatOneAlone) {
  const Uuid taken = Uuid::make();
  written({Expect::any(stream("first"))}, {event(0, "x")}, {.commit_id = taken});
  run_with_one_odd(3, [&](std::size_t) {
    must_end(append({Expect::any(own(3))}, {event(0, "other")}, {.commit_id = taken}), EC_DUPLICATE);
  });
  expect_all_but(3);
}

TEST_F(Group, AnswersLookupsAndValidationsOfItsOwn) {
  run_with_one_odd(5, [&](std::size_t round) {
    if (round % 2 == 0)
      must_end(look_up(store(), Uuid::make()), EC_NOT_FOUND);
    else
      must_end(append({Expect::absent(own(5))}, {}), EC_OK);
  });
  expect_all_but(5);
}

TEST_F(Group, LetsALaterAppendSeeWhatAnEarlierOneWrote) {
  std::vector<std::vector<std::uint64_t>> versions(threads);
  on_grouped_threads([&](std::size_t i) {
    for (std::size_t round = 0; round < rounds; ++round)
      versions[i].push_back(written({Expect::any(stream("shared"))}, {event(0, std::to_string(i))}).versions.at(0));
  });
  std::vector<bool> given(threads * rounds + 1, false);
  for (const auto& of_thread : versions)
    for (const std::uint64_t each : of_thread) {
      EXPECT_FALSE(given.at(each)) << "version " << each << " was given twice";
      given.at(each) = true;
    }
  EXPECT_EQ(version(stream("shared")), threads * rounds);
}

// Each decides on the version that it read; when one of them has come first, the others are too late.
TEST_F(Group, HasOneWinnerOfThoseThatExpectTheSameVersion) {
  on_grouped_threads([&](std::size_t i) {
    for (std::size_t round = 0; round < rounds; ++round) {
      const std::uint64_t seen = version(stream("shared"));
      const Answer answer = append({Expect::exact(stream("shared"), seen)}, {event(0, std::to_string(i))});
      if (answer.status == EC_CONFLICT) continue;
      must_end(answer, EC_OK);
      if (answer.versions.at(0) != seen + 1)
        throw ContractBroken("two appends of a group that expected version " + std::to_string(seen) +
                             " both went through");
    }
  });
}

TEST_F(Group, TellsEachAppendItsOwnPositionsAndVersions) {
  std::vector<std::vector<Answer>> answers(threads);
  on_grouped_threads([&](std::size_t i) {
    for (std::size_t round = 0; round < rounds; ++round)
      answers[i].push_back(written({Expect::any(own(i)), Expect::any(stream("shared"))},
                                   {event(0, "x"), event(1, std::to_string(i) + "/" + std::to_string(round))}));
  });
  for (const Seen& each : read({{stream("shared")}}).events) {
    const std::size_t slash = each.payload.find('/');
    const Answer& answer = answers.at(std::stoul(each.payload)).at(std::stoul(each.payload.substr(slash + 1)));
    EXPECT_EQ(answer.last, each.position);
    EXPECT_EQ(answer.versions.at(1), each.version);
  }
}

TEST_F(Group, OfAllSizesOfAppendsLosesNothing) {
  std::atomic<std::size_t> sent = 0;
  on_grouped_threads([&](std::size_t i) {
    for (std::size_t round = 0; round < rounds; ++round) {
      const std::vector<NewEvent> events((i * rounds + round) % 5, event(0, std::string(i * 100, 'x')));
      written({Expect::any(own(i))}, events);
      sent += events.size();
    }
  });
  std::size_t stored = 0;
  for (std::size_t i = 0; i < threads; ++i) stored += version(own(i));
  EXPECT_EQ(stored, sent);
}

}  // namespace
}  // namespace ec::conformance
