// Commands executed on the real store by many threads: what they decided on is what was there. Each test runs in each
// form: with every state folded from the start, with states out of snapshots and a cache, and both without a thread that
// waits, over an executor; those of many clients also with all of them under way on one thread.
#include "contract.hpp"
#include "loop.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <random>

namespace ec::conformance {
namespace {

struct Deposited {
  std::int64_t amount;
};
struct Withdrawn {
  std::int64_t amount;
};
struct WentOffDuty {
  std::string who;
};
EC_EVENT(Deposited, "conformance-deposited", amount)
EC_EVENT(Withdrawn, "conformance-withdrawn", amount)
EC_EVENT(WentOffDuty, "conformance-went-off-duty", who)

// What is behind a command: each is there as it is, and once more with a state that is kept.
template <class Base>
struct Folded : Base {
  Result<> decide(const typename Base::State& s, Decision<Folded>& out) const { return this->decide_as(s, out); }
};
template <class Base>
struct Kept : Base {
  static constexpr Snapshots snapshots{.name = Base::name, .every = 7};
  static constexpr bool caches_state = true;
  Result<> decide(const typename Base::State& s, Decision<Kept>& out) const { return this->decide_as(s, out); }
};

struct Available {
  std::int64_t sum = 0;
};
EC_FIELDS(Available, sum)

struct MoveRule {
  static constexpr std::string_view name = "conformance-move";
  StreamId from, to;
  std::int64_t amount = 0;

  using Streams = StreamSet<&MoveRule::from, &MoveRule::to>;
  using Events = ec::Events<Deposited, Withdrawn>;
  using State = Available;

  void apply(State& s, const Recorded<Deposited>& e) const { s.sum += e.stream() == from.str() ? e->amount : 0; }
  void apply(State& s, const Recorded<Withdrawn>& e) const { s.sum -= e.stream() == from.str() ? e->amount : 0; }
  template <class Command>
  Result<> decide_as(const State& s, Decision<Command>& out) const {
    EC_REQUIRE(s.sum >= amount, "only {} available", s.sum);
    out.template write<&MoveRule::from>(Withdrawn{amount});
    out.template write<&MoveRule::to>(Deposited{amount});
    return {};
  }
};

struct Duty {
  bool other_is_off = false;
};
EC_FIELDS(Duty, other_is_off)

// One of two must stay on duty: each reads both, writes its own.
struct GoOffDutyRule {
  static constexpr std::string_view name = "conformance-go-off-duty";
  StreamId own, other;
  std::function<void()> meddle{};  // what happens between reading and appending, the first time

  using Streams = StreamSet<&GoOffDutyRule::own, read_only<&GoOffDutyRule::other>>;
  using Events = ec::Events<WentOffDuty>;
  using State = Duty;

  void apply(State& s, const Recorded<WentOffDuty>& e) const {
    s.other_is_off = s.other_is_off || e.stream() == other.str();
  }
  template <class Command>
  Result<> decide_as(const State& s, Decision<Command>& out) const {
    if (meddle) meddle();
    EC_REQUIRE(!s.other_is_off, "the other one is off duty already");
    out.template write<&GoOffDutyRule::own>(WentOffDuty{own.str()});
    return {};
  }
};

struct Nothing {};
EC_FIELDS(Nothing)

// Reads a stream and writes nothing.
struct LookRule {
  static constexpr std::string_view name = "conformance-look";
  StreamId at;
  std::function<void()> meddle{};

  using Streams = StreamSet<read_only<&LookRule::at>>;
  using Events = ec::Events<>;
  using Ignores = Ignore<OtherEvents>;
  using State = Nothing;

  template <class Command>
  Result<> decide_as(const State&, Decision<Command>&) const {
    meddle();
    return {};
  }
};

template <template <class> class Kind>
struct Commands {
  using Move = Kind<MoveRule>;
  using GoOffDuty = Kind<GoOffDutyRule>;
  using Look = Kind<LookRule>;
};

template <template <class> class Kind, bool is_async>
struct Form : Commands<Kind> {
  static constexpr bool over_an_executor = is_async;
};

// Clients that are under way at once.
enum class Beside { on_threads, on_one_thread };

template <class Form>
class Execute : public Contract, public Form {
 protected:
  template <class C>
  Outcome<C> execute(const C& command, const ExecuteOptions& options) {
    if constexpr (Form::over_an_executor)
      return loop_.execute(store(), command, options);
    else
      return ec::execute(store(), command, options);
  }
  ExecuteOptions options() { return {.cache = &cache_}; }
  ExecuteOptions patient() {
    ExecuteOptions options = this->options();
    options.max_attempts = 10'000;
    options.backoff_cap = std::chrono::microseconds(2'000);
    return options;
  }
  void deposit(const StreamId& account, std::int64_t amount) const {
    written({Expect::any(account)}, {NewEvent::of(0, Deposited{amount})});
  }
  std::map<std::string, std::int64_t> balances() const {
    std::map<std::string, std::int64_t> balance;
    for (const Seen& each : all().events) {
      const auto amount_of = [&](auto event) {
        if (!Codec<decltype(event)>::decode(each.payload, each.schema_version, event))
          throw ContractBroken("an event came back that cannot be decoded");
        return event.amount;
      };
      std::int64_t& of_stream = balance[each.stream];
      of_stream += each.type == type_of<Deposited> ? amount_of(Deposited{}) : -amount_of(Withdrawn{});
      EXPECT_GE(of_stream, 0) << "overdrawn at " << each.position.str();
    }
    return balance;
  }
  // So many clients, each of which executes so many commands.
  template <Beside where, class Make, class Ended>
  void execute_beside(std::size_t clients, std::size_t each, Make make, Ended ended) {
    if constexpr (where == Beside::on_one_thread)
      loop_.execute_beside(store(), clients, each, patient(), std::move(make), std::move(ended));
    else
      on_threads(clients, [&](std::size_t client) {
        for (std::size_t i = 0; i < each; ++i) ended(this->execute(make(client), patient()));
      });
  }

  template <Beside where>
  void expect_that_no_money_is_made_or_lost() {
    constexpr std::size_t accounts = 5, clients = 6;
    std::vector<StreamId> ids;
    for (std::size_t i = 0; i < accounts; ++i) {
      ids.push_back(stream(std::to_string(i)));
      deposit(ids.back(), 100);
    }
    std::vector<std::mt19937_64> random;
    for (std::size_t i = 0; i < clients; ++i) random.emplace_back(settings().seed + i);
    std::atomic<std::uint64_t> committed = 0;
    const auto make = [&](std::size_t client) {
      std::mt19937_64& own = random[client];
      const std::size_t from = own() % accounts;
      const std::size_t to = (from + 1 + own() % (accounts - 1)) % accounts;
      return typename Form::Move{{ids[from], ids[to], static_cast<std::int64_t>(own() % 60)}};
    };
    execute_beside<where>(clients, 40, make, [&](const auto& done) {
      if (!done && !done.error().is_rejected()) throw ContractBroken(done.error().message);
      committed += done ? 1 : 0;
    });
    std::int64_t sum = 0;
    for (const auto& [account, balance] : balances()) sum += balance;
    EXPECT_EQ(sum, 100 * static_cast<std::int64_t>(accounts));
    EXPECT_EQ(all().events.size(), accounts + 2 * committed);
  }

  template <Beside where>
  void expect_no_write_skew() {
    for (int round = 0; round < 30; ++round) {
      const StreamId doctors[] = {stream(std::to_string(round) + " a"), stream(std::to_string(round) + " b")};
      const auto make = [&](std::size_t i) { return typename Form::GoOffDuty{{doctors[i], doctors[1 - i]}}; };
      std::atomic<int> off = 0;
      execute_beside<where>(2, 1, make, [&](const auto& done) {
        if (!done && !done.error().is_rejected()) throw ContractBroken(done.error().message);
        off += done ? 1 : 0;
      });
      EXPECT_EQ(off, 1) << "both looked, both saw the other on duty, both left";
    }
  }

  // A body that runs once.
  static std::function<void()> once(std::function<void()> body) {
    return [body = std::move(body), done = std::make_shared<bool>(false)] {
      if (!std::exchange(*done, true)) body();
    };
  }

 private:
  StateCache cache_{1'000'000};
  Loop loop_;
};

struct Names {
  template <class>
  static std::string GetName(int index) {
    constexpr const char* names[] = {"Folded", "Kept", "FoldedAsync", "KeptAsync"};
    return names[index];
  }
};
using Forms = testing::Types<Form<Folded, false>, Form<Kept, false>, Form<Folded, true>, Form<Kept, true>>;
TYPED_TEST_SUITE(Execute, Forms, Names);
using OnOneThread = testing::Types<Form<Folded, true>, Form<Kept, true>>;

TYPED_TEST(Execute, ByManyThreadsNeitherMakesNorLosesMoney) {
  this->template expect_that_no_money_is_made_or_lost<Beside::on_threads>();
}

TYPED_TEST(Execute, LetsNoWriteSkewThrough) { this->template expect_no_write_skew<Beside::on_threads>(); }

TYPED_TEST(Execute, DecidesAgainWhenAStreamItOnlyReadMovedOn) {
  const auto other_leaves =
      this->once([&] { this->written({Expect::any(this->stream("other"))}, {NewEvent::of(0, WentOffDuty{"other"})}); });
  const auto done = this->execute(
      typename TestFixture::GoOffDuty{{this->stream("own"), this->stream("other"), other_leaves}}, this->options());
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().is_rejected()) << done.error().message;
  EXPECT_EQ(this->version(this->stream("own")), 0U);
}

TYPED_TEST(Execute, ChecksWhatItReadAlsoWhenItWritesNothing) {
  this->grow(this->stream("a"), 1);
  const auto done = this->execute(
      typename TestFixture::Look{{this->stream("a"), this->once([&] { this->grow(this->stream("a"), 1); })}},
      this->options());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->attempts, 2U);
  EXPECT_EQ(done->version_of(this->stream("a")), 2U);
}

TYPED_TEST(Execute, WithTheSameCommitIdHasOneEffect) {
  this->deposit(this->stream("a"), 100);
  ExecuteOptions options = this->options();
  options.commit_id = Uuid::make();
  const typename TestFixture::Move move{{this->stream("a"), this->stream("b"), 30}};
  const auto first = this->execute(move, options);
  ASSERT_TRUE(first) << first.error().message;
  const auto again = this->execute(move, options);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->first, first->first);
  EXPECT_EQ(this->balances().at(this->stream("a").str()), 70);
}

template <class Form>
class ExecuteBeside : public Execute<Form> {};
TYPED_TEST_SUITE(ExecuteBeside, OnOneThread, Names);

TYPED_TEST(ExecuteBeside, OnOneThreadNeitherMakesNorLosesMoney) {
  this->template expect_that_no_money_is_made_or_lost<Beside::on_one_thread>();
}

TYPED_TEST(ExecuteBeside, OnOneThreadLetsNoWriteSkewThrough) {
  this->template expect_no_write_skew<Beside::on_one_thread>();
}

}  // namespace
}  // namespace ec::conformance
