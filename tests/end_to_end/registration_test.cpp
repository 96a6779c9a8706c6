// Unique e-mail addresses as in examples/registration.hpp: one at a time, and when many want the same one.
#include "registration.hpp"

#include <eventcore/testing.hpp>

#include <atomic>
#include <latch>
#include <map>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace users;
using ec::StreamId;
using ec::testing::event, ec::testing::given;

const StreamId ada("user/ada"), bob("user/bob"), first("email/first@example.com"), second("email/second@example.com");

std::string normal(std::string_view typed) {
  const auto email = email_of(typed);
  return email ? email->str() : email.error().message;
}

TEST(Registration, AnAddressHasOneFormHoweverItIsTyped) {
  EXPECT_EQ(normal("ada@example.com"), "email/ada@example.com");
  EXPECT_EQ(normal(" \tADA@Example.COM\r\n"), "email/ada@example.com");
  EXPECT_EQ(normal("\"a@b\"@c"), "email/\"a@b\"@c");
  EXPECT_EQ(normal("\xc3\x84nne@example.com"), "email/\xc3\x84nne@example.com");
}

TEST(Registration, WhatIsNoAddressIsRefusedInWords) {
  for (const char* typed : {"", "  ", "ada", "@example.com", "ada@", "ada lovelace@example.com"})
    EXPECT_NE(normal(typed).find("' is no e-mail address"), std::string::npos) << normal(typed);
  EXPECT_NE(normal("a*@example.com").find("'*'"), std::string::npos) << normal("a*@example.com");
}

TEST(Registration, ClaimsTheAddress) {
  const auto verdict =
      given().when(RegisterUser{ada, first}).then(event(ada, UserRegistered{first}), event(first, EmailClaimed{ada}));
  EXPECT_TRUE(verdict) << verdict.why();
}

TEST(Registration, ATakenAddressIsARejectionWithAType) {
  auto history = given(event(ada, UserRegistered{first}), event(first, EmailClaimed{ada}));
  const auto when = history.when(RegisterUser{bob, first});
  const auto verdict = when.then_rejected("first@example.com is taken");
  EXPECT_TRUE(verdict) << verdict.why();
  ASSERT_NE(when.outcome().error().rejection<AddressTaken>(), nullptr);
  EXPECT_EQ(when.outcome().error().rejection<AddressTaken>()->email, first);
}

TEST(Registration, AChangeReleasesTheOldAddressForOthers) {
  auto history = given(event(ada, UserRegistered{first}), event(first, EmailClaimed{ada}));
  const auto changed =
      history.when(ChangeEmail{ada, second})
          .then(event(first, EmailReleased{ada}), event(second, EmailClaimed{ada}), event(ada, EmailChanged{second}));
  EXPECT_TRUE(changed) << changed.why();
  const auto taken = history.when(RegisterUser{bob, second}).then_rejected("is taken");
  EXPECT_TRUE(taken) << taken.why();
  const auto free =
      history.when(RegisterUser{bob, first}).then(event(bob, UserRegistered{first}), event(first, EmailClaimed{bob}));
  EXPECT_TRUE(free) << free.why();
}

TEST(Registration, OnceAndOnlyOfWhoIsThere) {
  auto history = given(event(ada, UserRegistered{first}), event(first, EmailClaimed{ada}));
  const auto again = history.when(RegisterUser{ada, second}).then_rejected("user/ada is registered already");
  EXPECT_TRUE(again) << again.why();
  const auto same = history.when(ChangeEmail{ada, first}).then();
  EXPECT_TRUE(same) << same.why();
  const auto nobody = history.when(ChangeEmail{bob, second}).then_rejected("user/bob is not registered");
  EXPECT_TRUE(nobody) << nobody.why();
}

// Reads all, step by step: whose each address is, and that it is never claimed while somebody has it.
std::map<std::string, StreamId> owners(ec::Store& store) {
  std::map<std::string, StreamId> owner;
  auto events = store.read_all();
  while (events && events->next())
    for (const ec::RecordedEvent event : events->batch()) {
      const std::string email(event.stream());
      if (const auto claimed = event.as<EmailClaimed>()) {
        EXPECT_TRUE(owner.emplace(email, claimed->user).second) << email << " is claimed twice";
      }
      if (const auto released = event.as<EmailReleased>()) {
        EXPECT_EQ(owner[email], released->user) << email << " is released by another one";
        owner.erase(email);
      }
    }
  EXPECT_TRUE(events && !events->error());
  return owner;
}

TEST(Registration, OfManyWhoWantTheSameAddressOneWins) {
  constexpr int threads = 4, rounds = 8'000;
  ec::Store store = ec::testing::memory_store();
  std::atomic<int> won = 0, taken = 0;
  std::latch together(threads);
  {
    std::vector<std::jthread> team;
    for (int thread = 0; thread < threads; ++thread)
      team.emplace_back([&, thread] {
        together.arrive_and_wait();
        for (int round = 0; round < rounds; ++round) {
          const StreamId user(ec::format("user/{}-{}", thread, round));
          const auto done = ec::execute(store, RegisterUser{user, *email_of(ec::format("{}@example.com", round))});
          if (done)
            ++won;
          else
            EXPECT_NE(done.error().rejection<AddressTaken>(), nullptr) << done.error().message;
          taken += done ? 0 : 1;
        }
      });
  }
  EXPECT_EQ(won, rounds);
  EXPECT_EQ(taken, rounds * (threads - 1));
  EXPECT_EQ(owners(store).size(), static_cast<std::size_t>(rounds));
}

// Fewer addresses are free than users want one, and all move all the time.
TEST(Registration, NobodyLosesAnAddressWhileAllMove) {
  constexpr int threads = 4, moves = 500, addresses = 6;
  ec::Store store = ec::testing::memory_store();
  const auto address = [](int number) { return *email_of(ec::format("{}@example.com", number % addresses)); };
  const auto user = [](int number) { return StreamId(ec::format("user/{}", number)); };
  for (int i = 0; i < threads; ++i) {
    const auto done = ec::execute(store, RegisterUser{user(i), address(i)});
    ASSERT_TRUE(done) << done.error().message;
  }
  std::vector<StreamId> last(threads);
  ec::ExecuteOptions options;
  options.max_attempts = 1'000;
  std::latch together(threads);
  {
    std::vector<std::jthread> team;
    for (int thread = 0; thread < threads; ++thread)
      team.emplace_back([&, thread] {
        last[static_cast<std::size_t>(thread)] = address(thread);
        together.arrive_and_wait();
        for (int move = 1; move <= moves; ++move) {
          const StreamId wanted = address(thread + move);
          const auto done = ec::execute(store, ChangeEmail{user(thread), wanted}, options);
          if (done)
            last[static_cast<std::size_t>(thread)] = wanted;
          else
            EXPECT_NE(done.error().rejection<AddressTaken>(), nullptr) << done.error().message;
        }
      });
  }
  const auto owner = owners(store);
  EXPECT_EQ(owner.size(), static_cast<std::size_t>(threads));
  for (int i = 0; i < threads; ++i) {
    const auto found = owner.find(last[static_cast<std::size_t>(i)].str());
    ASSERT_NE(found, owner.end());
    EXPECT_EQ(found->second, user(i));
  }
}

}  // namespace
