// What the tests of the suite share: the store under test, and calls on it that hold each answer to the rules that
// every answer must keep, so that a test states only its own sentence.
//
//   const Answer answer = append(the_store(), {Expect::absent(stream)}, {event(0, "first")});
//   EXPECT_TRUE(ended(answer, EC_OK));
#pragma once

#include <eventcore/eventcore.hpp>

#include <barrier>
#include <cstdint>
#include <exception>
#include <iosfwd>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace ec {

// As GoogleTest shows them.
void PrintTo(const Position& position, std::ostream* out);
void PrintTo(const Uuid& uuid, std::ostream* out);

}  // namespace ec

namespace ec::conformance {

// As given on the command line.
struct Settings {
  std::string config;
  std::uint32_t kills = 20;
  std::uint64_t seed = 0;
  std::uint64_t operations = 2'000;
  std::uint32_t patience_s = 30;
};
Settings& settings();

// The store under test: opened at its first use, and again after close_store(). Some backends can be open only once.
Store& the_store();
void close_store();
ec_info info_of_store();

// An answer that breaks a rule of the contract which holds for every call. As an exception, it ends threads too.
struct ContractBroken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class T>
T value(Result<T> result) {
  if (!result) throw ContractBroken(std::string(name_of(result.error().code)) + ": " + result.error().message);
  return std::move(*result);
}

// ---- what a call answered -------------------------------------------------------------------------------------

struct Told {
  ec_status status = EC_INTERNAL;
  ec_error error = EC_ERROR_INIT;
};

// An error full of a pattern, to see whether a call touched it.
ec_error patterned_error();
// Throws when the error was touched on success, or not filled in on failure.
Told checked(ec_status status, const ec_error& error);

// body(error) calls a C function.
template <class Body>
Told tell(Body&& body) {
  ec_error error = patterned_error();
  const ec_status status = body(&error);
  return checked(status, error);
}

testing::AssertionResult ended(const Told& told, ec_status wanted);

// ---- append ---------------------------------------------------------------------------------------------------

struct Answer : Told {
  bool repeated = false;
  Position first, last;
  std::vector<std::uint64_t> versions;
};

struct With {
  Uuid commit_id{};
  Call call{};
};

// Also checks that a refused append touched no member of its outcome.
Answer append(Store& store, const std::vector<Expect>& expects, const std::vector<NewEvent>& events,
              const With& with = {});
Answer look_up(Store& store, Uuid commit_id);

testing::AssertionResult conflict(const Answer& answer, std::uint32_t index, std::uint64_t expected,
                                  std::uint64_t actual);

// Whether each of the texts that were sent is there, once, in the order given; says what is lost and what is there twice.
testing::AssertionResult each_once(const std::vector<std::string>& there, const std::vector<std::string>& sent);

// An event for the stream of expectation `expect`.
NewEvent event(std::size_t expect, std::string payload, std::string type = "happened");

// ---- read -----------------------------------------------------------------------------------------------------

// A stored event, copied out of its batch.
struct Seen {
  std::string stream, type, payload, metadata;
  Uuid id, commit_id;
  Position position;
  std::uint64_t version = 0;
  std::int64_t recorded_at_us = 0;
  std::uint32_t stream_index = 0, encoding = 0, schema_version = 0;

  friend bool operator==(const Seen&, const Seen&) = default;
};
void PrintTo(const Seen& seen, std::ostream* out);

struct Reading {
  std::vector<Seen> events;
  Position head, through;
  std::size_t batches = 0;

  std::vector<std::string> payloads() const;
};

// Reads to the end. Throws when a rule of every read is broken: one head for all batches, no event above it, positions
// strictly in order.
Reading drain(Result<EventCursor> cursor, bool backward = false);

// ---- threads --------------------------------------------------------------------------------------------------

// Runs body(0) to body(count - 1), each on a thread of its own, begun together. What one throws comes out here.
template <class Body>
void on_threads(std::size_t count, Body&& body) {
  std::barrier begin(static_cast<std::ptrdiff_t>(count));
  std::mutex mutex;
  std::exception_ptr failure;
  {
    std::vector<std::jthread> threads;
    threads.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      threads.emplace_back([&, i] {
        begin.arrive_and_wait();
        try {
          body(i);
        } catch (...) {
          const std::scoped_lock lock(mutex);
          failure = std::current_exception();
        }
      });
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace ec::conformance
