// The random run: sequences of calls against the store and the model, compared call by call; RapidCheck shortens what
// fails. Repeat with --seed.
#include "contract.hpp"
#include "model.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <ostream>

#include <rapidcheck.h>

namespace ec::conformance {
namespace {

constexpr unsigned kinds = 10;

// A call, as dice that the run turns into arguments: any numbers make a legal call, so any part of a sequence does.
struct Operation {
  unsigned kind = 0;
  std::array<unsigned, 5> dice{};
};

std::ostream& operator<<(std::ostream& out, const Operation& operation) {
  static constexpr const char* names[kinds] = {"append", "append",   "append", "append", "repeat",
                                               "read",   "read_all", "list",   "head",   "look up"};
  out << names[operation.kind];
  for (const unsigned die : operation.dice) out << ' ' << die;
  return out;
}

class Sequence {
 public:
  Sequence(Store& store, std::string prefix) : store_(store), prefix_(std::move(prefix)), model_(value(store.head())) {}

  void step(const Operation& operation) {
    const auto& d = operation.dice;
    switch (operation.kind) {
      case 4: return repeat(d);
      case 5: return model_.read(store_, sources(d), options(d));
      case 6: return read_all(d);
      case 7: return model_.list(store_, prefix_ + (d[0] % 2 == 0 ? "" : "a"), d[1] % 2 == 0 ? "" : id(d[2]), d[3] % 4);
      case 8: return model_.check_head(store_);
      case 9: return look_up(d);
      default: append(d);
    }
  }
  // At the end everything is read once more, both ways.
  void finish() {
    const auto everything = [](const Seen&) { return true; };
    for (const bool backward : {false, true})
      model_.read_all(store_, {.prefixes = {prefix_}}, everything, {}, {.backward = backward});
    model_.list(store_, prefix_, {}, 0);
  }

 private:
  using Dice = std::array<unsigned, 5>;
  struct Sent {
    std::vector<Expect> expects;
    std::vector<NewEvent> events;
    Uuid commit_id;
  };

  static constexpr std::array<const char*, 6> names = {"a", "b", "a/1", "A", "\xC3\xA9", "a%"};
  std::string id(unsigned die) const { return prefix_ + names[die % names.size()]; }
  const Sent& pick(const Dice& d) const { return sent_[d[1] % sent_.size()]; }
  static ReadOptions options(const Dice& d) {
    return {.backward = d[3] % 3 == 0, .limit = d[4] % 3 == 0 ? d[4] % 7 : 0};
  }

  // A condition that holds more often than not.
  Expect expect(unsigned die, unsigned kind) const {
    StreamId stream(id(die));
    const std::uint64_t version = model_.version(stream);
    switch (kind % 9) {
      case 0: return Expect::absent(std::move(stream));
      case 1: return Expect::exists(std::move(stream));
      case 2: return Expect::exact(std::move(stream), version + 1);
      case 3: return Expect::exact(std::move(stream), version == 0 ? 7 : version - 1);
      case 4:
      case 5: return Expect::any(std::move(stream));
      default: return Expect::exact(std::move(stream), version);
    }
  }

  void append(const Dice& d) {
    Sent sent;
    for (unsigned i = 0; i <= d[0] % 3; ++i) sent.expects.push_back(expect(d[1] + i, d[2] / (i + 1)));
    for (unsigned i = 0; i < d[3] % 5; ++i) {
      NewEvent event{(d[3] / 5 + i) % sent.expects.size(), i % 2 == 0 ? "even" : "odd", std::to_string(++payloads_)};
      event.metadata = d[4] % 2 == 0 ? "" : "m";
      event.schema_version = d[4] % 3;
      sent.events.push_back(std::move(event));
    }
    if (d[4] % 4 != 0) sent.commit_id = Uuid::make();
    model_.append(store_, sent.expects, sent.events, sent.commit_id);
    sent_.push_back(std::move(sent));
  }

  // One that was sent before, perhaps with another content.
  void repeat(const Dice& d) {
    if (sent_.empty()) return;
    Sent again = pick(d);
    if (d[0] % 4 == 0 && !again.events.empty()) again.events[0].payload += "!";
    model_.append(store_, again.expects, again.events, again.commit_id);
  }

  void look_up(const Dice& d) {
    const Uuid id = sent_.empty() ? Uuid{} : pick(d).commit_id;
    model_.look_up(store_, id == Uuid{} ? Uuid::make() : id);
  }

  std::vector<ReadFrom> sources(const Dice& d) const {
    std::vector<ReadFrom> streams;
    for (unsigned i = 0; i <= d[0] % 4; ++i) streams.push_back({StreamId(id(d[1] + i)), d[2] % (i + 2) * (d[2] % 3)});
    return streams;
  }

  void read_all(const Dice& d) {
    const auto begins = [this](const char* with) {
      return [text = prefix_ + with](const Seen& seen) { return seen.stream.starts_with(text); };
    };
    const Position after = d[2] % 2 == 0 ? Position{} : model_.some_position(d[2]);
    const auto run = [&](const Filter& filter, const Model::Passes& passes) {
      model_.read_all(store_, filter, passes, after, options(d));
    };
    switch (d[0] % 5) {
      case 0: return run({.prefixes = {prefix_}}, begins(""));
      case 1: return run({.prefixes = {prefix_ + "a"}}, begins("a"));
      case 2: return run({.patterns = {prefix_ + "a*"}}, begins("a"));
      case 3:
        return run({.patterns = {prefix_ + "?"}}, [this](const Seen& seen) {
          const std::string name = seen.stream.substr(prefix_.size());
          return name.size() == 1 || name == "\xC3\xA9";
        });
      default:
        return run({.prefixes = {prefix_}, .types = {"odd"}}, [](const Seen& seen) { return seen.type == "odd"; });
    }
  }

  Store& store_;
  const std::string prefix_;
  Model model_;
  std::vector<Sent> sent_;
  unsigned payloads_ = 0;
};

// Of full range from the first sequence on: RapidCheck would begin with small numbers, which here are no simpler.
rc::Gen<Operation> any_operation() {
  const auto die = rc::gen::inRange(0U, 10'000U);
  return rc::gen::resize(
      rc::kNominalSize,
      rc::gen::build<Operation>(rc::gen::set(&Operation::kind, rc::gen::inRange(0U, kinds)),
                                rc::gen::set(&Operation::dice, rc::gen::container<std::array<unsigned, 5>>(die))));
}

// RapidCheck shortens a sequence for as long as it fails; a store that fails only now and then would keep it for ever.
class ShorteningTime {
 public:
  bool is_over() const {
    return failed_at_ && std::chrono::steady_clock::now() - *failed_at_ > std::chrono::seconds(10);
  }
  void begins() {
    if (!failed_at_) failed_at_ = std::chrono::steady_clock::now();
  }

 private:
  std::optional<std::chrono::steady_clock::time_point> failed_at_;
};

using RandomRun = Contract;

TEST_F(RandomRun, OfCallsIsAnsweredAsTheModelAnswers) {
  int runs = 0;
  ShorteningTime shortening;
  const bool holds = rc::check("the store answers as the model does", [&] {
    const auto operations = *rc::gen::container<std::vector<Operation>>(any_operation());
    if (shortening.is_over()) return;
    Sequence sequence(store(), prefix() + std::to_string(++runs) + "/");
    try {
      for (const Operation& each : operations) sequence.step(each);
      sequence.finish();
    } catch (const ContractBroken&) {
      shortening.begins();
      throw;
    }
  });
  EXPECT_TRUE(holds) << "repeat with --seed " << settings().seed;
}

}  // namespace
}  // namespace ec::conformance
