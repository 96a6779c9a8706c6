// The caller's deadline and its wish to stop, noticed wherever an execution waits.
#include "support.hpp"

#include <chrono>
#include <stop_token>
#include <thread>
#include <tuple>
#include <vector>

namespace ec::test {
namespace {

using namespace std::chrono_literals;

enum class Way { deadline, stop };
enum class Where { before_it_begins, a_thread, a_read, the_group, a_turn, a_sleep };

// One execution is held in each of the places, with company where it takes some to be held there.
class AsyncEnds : public testing::TestWithParam<std::tuple<Where, Way>> {
 protected:
  void TearDown() override { finish_others(); }

  void hold_another(const std::string& function, int runs) {
    Holds::all().hold(function);
    others_.push_back(begin(store_, pump_, deposit("other")));
    for (int i = 0; i < runs; ++i) pump_.run_one();
    Holds::all().await_inside(function, others_.size());
  }

  // Until the execution, which is the only one with a deadline or a stop, is where it is to be.
  void set_up(Where where) {
    switch (where) {
      case Where::before_it_begins: break;
      case Where::a_thread:
        for (int i = 0; i < 4; ++i) hold_another("read", 1);
        break;
      case Where::a_read: Holds::all().hold("read"); break;
      case Where::the_group: hold_another("append", 2); break;
      case Where::a_turn: hold_one_with_a_turn(); break;
      case Where::a_sleep: Holds::all().fail_appends(1); break;
    }
  }
  // It meets a conflict, lines up for the stream, and its second append is held inside.
  void hold_one_with_a_turn() {
    typed::Probe probe;
    probe.account = deposit("mine").account;
    probe.on_decide = [&, attempt = 0](const auto&, auto& out) mutable -> ec::Result<> {
      if (++attempt == 1) {
        EXPECT_TRUE(ec::execute(store_, deposit("mine")));
      } else {
        Holds::all().hold("append");
      }
      out.template write<&typed::Probe::account>(typed::Deposited{1});
      return {};
    };
    has_turn_ = begin(store_, pump_, probe);
    for (int i = 0; i < 4; ++i) pump_.run_one();
    Holds::all().await_inside("append");
  }
  void finish_others() {
    for (const char* function : {"read", "append"}) Holds::all().release(function);
    Holds::all().fail_appends(0);
    for (const auto& other : others_) EXPECT_TRUE(finish(pump_, other));
    if (has_turn_) {
      EXPECT_TRUE(finish(pump_, has_turn_));
    }
  }
  static std::string message(Where where) {
    switch (where) {
      case Where::before_it_begins:
      case Where::a_thread:
      case Where::a_read: return "";
      case Where::the_group: return "waited for its turn; nothing was stored";
      case Where::a_turn: return "waited for its turn on streams that are in heavy use";
      case Where::a_sleep: return "before attempt 2; the last one: not to be reached";
    }
    return "no such place";
  }
  static int runs_until_held(Where where) {
    switch (where) {
      case Where::before_it_begins: return 0;
      case Where::a_thread:
      case Where::a_read:
      case Where::a_turn: return 1;
      case Where::the_group: return 2;
      case Where::a_sleep: return 3;
    }
    return 0;
  }

  ec::Store store_ = open_held();
  Pump pump_;
  std::vector<ec::test::Ended<typed::Deposit>> others_;
  ec::test::Ended<typed::Probe> has_turn_;
};

constexpr const char* where_names[] = {"BeforeItBegins", "AThread", "ARead", "TheGroup", "ATurn", "ASleep"};

INSTANTIATE_TEST_SUITE_P(Places, AsyncEnds,
                         testing::Combine(testing::Values(Where::before_it_begins, Where::a_thread, Where::a_read,
                                                          Where::the_group, Where::a_turn, Where::a_sleep),
                                          testing::Values(Way::deadline, Way::stop)),
                         [](const auto& test) {
                           return std::string(where_names[static_cast<int>(std::get<0>(test.param))]) +
                                  (std::get<1>(test.param) == Way::deadline ? "Deadline" : "Stop");
                         });

TEST_P(AsyncEnds, AreNoticedWhereItWaits) {
  const auto [where, way] = GetParam();
  set_up(where);
  std::stop_source stop;
  // Far longer than anybody waits for this test: a sleep that is drawn from so much is never short.
  ec::ExecuteOptions options{.backoff_base = 100h, .backoff_cap = 100h};
  options.call.stop = stop.get_token();
  if (way == Way::deadline) options.call.deadline = ec::Call::in(400ms);
  const auto end = begin(store_, pump_, deposit("mine"), options);
  for (int i = 0; i < runs_until_held(where) && !end->outcome; ++i) pump_.run_one();
  if (way == Way::stop) stop.request_stop();
  while (where == Where::before_it_begins && way == Way::deadline &&
         std::chrono::steady_clock::now() < *options.call.deadline)
    std::this_thread::yield();
  const auto done = finish(pump_, end);
  EXPECT_FAILS(done, way == Way::stop ? ec::Code::cancelled : ec::Code::timeout, message(where));
  EXPECT_TRUE(end->was_on_pump);
  finish_others();
  EXPECT_EQ(typed::all_events(store_).size(), others_.size() + (has_turn_ ? 2 : 0)) << "what was given up is stored";
  EXPECT_TRUE(finish(pump_, begin(store_, pump_, deposit("mine")))) << "something of it is left";
}

// The backend is told of the deadline, and ends what it has in hand.
TEST(AsyncEndsInside, ADeadlineEndsAnAppendThatTheBackendHas) {
  ec::Store store = open_held();
  Pump pump;
  Holds::all().hold("append");
  // On a slow machine it passes before the backend has the append.
  bool was_inside = false;
  for (auto time = 20ms; !was_inside && time < 30s; time *= 2) {
    ec::ExecuteOptions options;
    options.call.deadline = ec::Call::in(time);
    const auto late = begin(store, pump, deposit("late"), options);
    for (int i = 0; i < 2 && !late->outcome; ++i) pump.run_one();
    while (!late->outcome && pump.posted() == 0) {
      was_inside = was_inside || Holds::all().inside("append") > 0;
      std::this_thread::yield();
    }
    EXPECT_EQ(finish(pump, late).error().code, ec::Code::timeout);
  }
  EXPECT_TRUE(was_inside);
  Holds::all().release("append");
}

}  // namespace
}  // namespace ec::test
