// Several appends in one call of a plugin come out as if they were carried out one after the other: tests for any
// plugin.
//
//   class Place {  // where stores can be made; gone with it
//    public:
//     std::unique_ptr<Backend> open(const std::string& store);
//     std::vector<std::string> contents(const std::string& store);  // position stream@version payload, in order
//   };
//   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, GroupCall, Place);
#pragma once

#include "backend.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace ec::test {

inline Uuid id(std::uint8_t number) {
  Uuid made;
  made.value.bytes[0] = number;
  return made;
}

inline StreamId name(const std::string& text) { return StreamId(text); }
inline NewEvent event(std::size_t expect, std::string payload) { return {expect, "happened", std::move(payload)}; }

template <class Place>
class GroupCall : public testing::Test {
 protected:
  Place place_;
};
TYPED_TEST_SUITE_P(GroupCall);

TYPED_TEST_P(GroupCall, LetsALaterAppendSeeAnEarlierOne) {
  const auto backend = this->place_.open("a");
  const auto told = backend->append({{{Expect::absent(name("a"))}, {event(0, "1"), event(0, "2")}},
                                     {{Expect::exact(name("a"), 2)}, {event(0, "3")}},
                                     {{Expect::absent(name("a"))}, {event(0, "never")}},
                                     {{Expect::exact(name("a"), 3)}, {}},
                                     {{Expect::exists(name("a")), Expect::absent(name("b"))}, {event(1, "4")}}});
  EXPECT_EQ(told[0], (Outcome{EC_OK, false, 1, 2, {2}}));
  EXPECT_EQ(told[1], (Outcome{EC_OK, false, 3, 3, {3}}));
  EXPECT_EQ(told[2], (Outcome{EC_CONFLICT, false, 0, 0, {}, 3, 0}));
  EXPECT_EQ(told[3], (Outcome{EC_OK, false, 0, 0, {3}}));
  EXPECT_EQ(told[4], (Outcome{EC_OK, false, 4, 4, {3, 1}}));
}

TYPED_TEST_P(GroupCall, KeepsNothingOfAConflictInTheMiddle) {
  {
    const auto backend = this->place_.open("a");
    const auto told = backend->append({{{Expect::any(name("a"))}, {event(0, "1")}},
                                       {{Expect::any(name("b")), Expect::exact(name("a"), 7)}, {event(0, "never")}},
                                       {{Expect::absent(name("b"))}, {event(0, "2")}}});
    EXPECT_EQ(told[1], (Outcome{EC_CONFLICT, false, 0, 0, {}, 1, 1}));
    EXPECT_EQ(told[2], (Outcome{EC_OK, false, 2, 2, {1}}));
  }
  EXPECT_EQ(this->place_.contents("a"), (std::vector<std::string>{"1 a@1 1", "2 b@1 2"}));
}

TYPED_TEST_P(GroupCall, RepeatsACommitIdOfTheSameCall) {
  const auto backend = this->place_.open("a");
  const Request first{{Expect::any(name("a"))}, {event(0, "1")}, id(1)};
  const Request other{{Expect::any(name("a"))}, {event(0, "other")}, id(1)};
  const auto told = backend->append({first, {{Expect::any(name("a"))}, {event(0, "2")}}, first, other});
  EXPECT_EQ(told[0], (Outcome{EC_OK, false, 1, 1, {1}}));
  EXPECT_EQ(told[2], (Outcome{EC_OK, true, 1, 1, {1}}));
  EXPECT_EQ(told[3].status, EC_DUPLICATE);
  EXPECT_EQ(backend->append({first})[0], told[2]);
}

TYPED_TEST_P(GroupCall, LooksUpWhatIsPending) {
  const auto backend = this->place_.open("a");
  const Request lookup{{}, {}, id(1), EC_APPEND_LOOKUP};
  const auto told = backend->append({lookup, {{Expect::any(name("a"))}, {event(0, "1")}, id(1)}, lookup});
  EXPECT_EQ(told[0].status, EC_NOT_FOUND);
  EXPECT_EQ(told[2], (Outcome{EC_OK, true, 1, 1, {}}));
}

TYPED_TEST_P(GroupCall, DoesNotUseUpTheCommitIdOfARefusedAppendOrAValidation) {
  const auto backend = this->place_.open("a");
  const Request wrong{{Expect::exists(name("a"))}, {event(0, "1")}, id(1)};
  const Request validation{{Expect::absent(name("a"))}, {}, id(1)};
  const Request right{{Expect::absent(name("a"))}, {event(0, "1")}, id(1)};
  const auto told = backend->append({wrong, validation, right});
  EXPECT_EQ(told[0].status, EC_CONFLICT);
  EXPECT_EQ(told[1].status, EC_OK);
  EXPECT_EQ(told[2], (Outcome{EC_OK, false, 1, 1, {1}}));
}

// On four streams and with five commit ids that nothing but this round uses.
inline rc::Gen<Request> any_request(std::uint8_t round) {
  return rc::gen::exec([round] {
    const auto few = [](int below) { return *rc::gen::inRange(0, below); };
    Request request;
    for (int i = 0, first = few(4), count = 1 + few(2); i < count; ++i) {
      const std::string stream = std::to_string(round) + "/" + std::to_string((first + i) % 4);
      request.expects.push_back({name(stream), static_cast<std::uint32_t>(1 + few(4)), 0});
      if (request.expects.back().mode == EC_EXPECT_EXACT)
        request.expects.back().version = static_cast<std::uint64_t>(few(4));
    }
    for (int i = 0, count = few(4); i < count; ++i)
      request.events.push_back(
          event(static_cast<std::size_t>(few(static_cast<int>(request.expects.size()))), std::to_string(few(2))));
    if (few(2) == 0) return request;
    request.commit_id = id(round);
    request.commit_id.value.bytes[1] = static_cast<std::uint8_t>(1 + few(5));
    if (few(8) == 0) request.flags = EC_APPEND_LOOKUP;
    return request;
  });
}

// One store gets the appends in calls of several, the other one by one.
TYPED_TEST_P(GroupCall, IsLikeOneAppendAfterTheOther) {
  {
    const auto grouped = this->place_.open("grouped"), single = this->place_.open("single");
    std::uint8_t round = 0;
    EXPECT_TRUE(rc::check("calls of several appends", [&] {
      const auto groups = *rc::gen::container<std::vector<std::vector<Request>>>(
          rc::gen::nonEmpty(rc::gen::container<std::vector<Request>>(any_request(++round))));
      for (const std::vector<Request>& group : groups) {
        std::vector<Outcome> one_by_one;
        for (const Request& request : group) one_by_one.push_back(single->append({request})[0]);
        RC_ASSERT(grouped->append(group) == one_by_one);
      }
    }));
  }
  EXPECT_EQ(this->place_.contents("grouped"), this->place_.contents("single"));
}

REGISTER_TYPED_TEST_SUITE_P(GroupCall, LetsALaterAppendSeeAnEarlierOne, KeepsNothingOfAConflictInTheMiddle,
                            RepeatsACommitIdOfTheSameCall, LooksUpWhatIsPending,
                            DoesNotUseUpTheCommitIdOfARefusedAppendOrAValidation, IsLikeOneAppendAfterTheOther);

}  // namespace ec::test
