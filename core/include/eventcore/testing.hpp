// Testing what is built on eventcore, with any test framework: given these events, when this command is executed, then
// those events are written.
//
//   struct Opened { std::int64_t balance; };
//   EC_EVENT(Opened, "opened", balance)
//   bool opens_with_nothing() {
//     using namespace ec::testing;
//     const ec::StreamId alice("account/alice");
//     const Verdict verdict = given(event(alice, Opened{5})).expect(event(alice, Opened{5}));
//     if (!verdict) std::puts(verdict.why().c_str());
//     return verdict.good();
//   }
//
// Everything runs on a real store in memory: plugin `memory` must be where plugins are found, or part of the program.
// testing_faults.hpp has stores that fail when a test wants it.
#pragma once

#include <eventcore/execute.hpp>
#include <eventcore/projection.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ec::testing {

// A good end, or why it is none; in a test: EXPECT_TRUE(verdict) << verdict.why().
class Verdict {
 public:
  static Verdict yes() { return Verdict({}); }
  static Verdict no(std::string why) { return Verdict(std::move(why)); }
  explicit operator bool() const { return good(); }
  bool good() const { return why_.empty(); }
  const std::string& why() const { return why_; }

 private:
  explicit Verdict(std::string why) : why_(std::move(why)) {}
  std::string why_;
};

// An event and its stream, as it is stored: `deposited {"amount":5} in account/alice`.
struct Told {
  StreamId stream;
  NewEvent event;

  std::string str() const { return event.type + " " + event.payload + " in " + stream.str(); }
  friend bool operator==(const Told& a, const Told& b) {
    return a.stream == b.stream && a.event.type == b.event.type && a.event.payload == b.event.payload &&
           a.event.encoding == b.event.encoding && a.event.schema_version == b.event.schema_version;
  }
};

template <Event E>
Told event(StreamId stream, const E& value) {
  return {std::move(stream), NewEvent::of(0, value)};
}

// An empty store in memory. Throws std::runtime_error where there is no plugin for it.
inline Store memory_store() {
  auto store = Store::open_text("plugin: memory");
  if (!store) throw std::runtime_error(store.error().message);
  return std::move(*store);
}

// What is in the store behind that position, in its order. Throws std::runtime_error when it cannot be read.
inline std::vector<Told> collect(Store& store, Position after = {}, const Filter& filter = {}) {
  std::vector<Told> all;
  auto events = store.read_all(filter, after);
  while (events && events->next())
    for (const RecordedEvent event : events->batch()) {
      NewEvent copy{0, std::string(event.type()), std::string(event.payload())};
      copy.encoding = event.raw().encoding;
      copy.schema_version = event.raw().schema_version;
      all.push_back({StreamId(std::string(event.stream())), std::move(copy)});
    }
  if (!events || events->error()) throw std::runtime_error((events ? *events->error() : events.error()).message);
  return all;
}

namespace detail {

inline std::string listed(const std::vector<Told>& events) {
  std::string text;
  for (const Told& each : events) text += "\n  " + each.str();
  return events.empty() ? " nothing" : text;
}

}  // namespace detail

// What an execution came to.
template <class C>
class When {
 public:
  When(const Outcome<C>& outcome, std::vector<Told> written) : outcome_(outcome), written_(std::move(written)) {}

  // It was committed, and wrote exactly these, in this order.
  template <class... T>
  Verdict then(const T&... events) const {
    const std::vector<Told> expected{events...};
    if (!outcome_) return Verdict::no("it was not committed: " + outcome_.error().message);
    if (written_ == expected) return Verdict::yes();
    return Verdict::no("expected were:" + detail::listed(expected) + "\nbut it wrote:" + detail::listed(written_));
  }

  // A rule said no, in words that contain these; nothing was written.
  Verdict then_rejected(std::string_view words = {}) const {
    if (outcome_) return Verdict::no("it was committed, and wrote:" + detail::listed(written_));
    const Error& error = outcome_.error();
    if (!error.is_rejected()) return Verdict::no("it was not rejected, it failed: " + error.message);
    if (error.message.find(words) != std::string::npos) return Verdict::yes();
    return Verdict::no("it was rejected with '" + error.message + "', which does not contain '" + std::string(words) +
                       "'");
  }

  // The outcome itself, for what else there is to say.
  const Outcome<C>& outcome() const { return outcome_; }

 private:
  Outcome<C> outcome_;
  std::vector<Told> written_;
};

// A history.
class Given {
 public:
  explicit Given(const std::vector<Told>& history) : store_(memory_store()) {
    for (const Told& each : history)
      if (const auto done = store_.append({Expect::any(each.stream)}, {each.event}); !done)
        throw std::runtime_error("given " + each.str() + ": " + done.error().message);
  }

  template <class C>
  When<C> when(const C& command, const ExecuteOptions& options = {}) {
    const auto before = store_.head();
    if (!before) throw std::runtime_error(before.error().message);
    const auto outcome = execute(store_, command, options);
    return When<C>(outcome, collect(store_, *before));
  }

  // The projection is given the history, to the end.
  template <class P>
  Verdict when_projected(P& projection) {
    const auto done = Projector<P>(store_, projection).run_to_head();
    return done ? Verdict::yes() : Verdict::no(done.error().message);
  }

  // The whole history is exactly this.
  template <class... T>
  Verdict expect(const T&... events) {
    const std::vector<Told> expected{events...}, all = collect(store_);
    if (all == expected) return Verdict::yes();
    return Verdict::no("expected were:" + detail::listed(expected) + "\nbut there are:" + detail::listed(all));
  }

  Store& store() { return store_; }

 private:
  Store store_;
};

template <class... T>
Given given(const T&... events) {
  return Given({events...});
}

}  // namespace ec::testing
