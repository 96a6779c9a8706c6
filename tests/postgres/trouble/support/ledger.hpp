// Keeps account of appends that are made while things break: what was acknowledged must be there once and in whole, what
// was refused must not be there at all.
#pragma once

#include "support.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace ec::postgres::test {

// What became of a commit id: Code::not_found when it is not stored and never will be.
Result<Appended> lookup(Store& store, Uuid commit_id, const Call& call = {});

// Within a minute from now, which is a safety net: nothing here should take that long.
Call soon(std::chrono::seconds time = std::chrono::seconds(60));

// Long runs count more: EVENTCORE_LONG_TESTS.
int counted(int normal, int many);

class Ledger {
 public:
  // Three events to two streams with a commit id of their own, all in one append.
  Result<Appended> ask(Store& store, const std::string& name, Uuid commit_id, const Call& call = {}) const;

  // Asks until it is acknowledged: again with the same commit id where it is in doubt; every other time it looks the
  // commit id up first. An append that was refused is never asked for again; another one takes its place. Throws when
  // nothing comes of it in time. May be called by several threads.
  void append(Store& store, const std::string& name, const Call& call = {});

  // Every event is of an acknowledged append, and these are there in whole and once.
  void check(const std::vector<Seen>& all) const;

  void acknowledged(Uuid commit_id, const Appended& done);
  void refused(Uuid commit_id);

  std::size_t acknowledged() const;
  std::size_t doubts() const;      // answers that were "in doubt"
  std::size_t had_effect() const;  // in doubt, and turned out to be stored
  std::size_t had_none() const;    // in doubt, and turned out not to be

 private:
  static constexpr std::size_t events = 3;
  bool resolve(Store& store, const std::string& name, Uuid commit_id, const Call& call);
  void doubted(bool stored);

  mutable std::mutex mutex_;                      // over everything below
  std::map<std::string, Appended> acknowledged_;  // by the text of the commit id
  std::set<std::string> refused_;
  std::size_t doubts_ = 0, had_effect_ = 0, had_none_ = 0;
};

}  // namespace ec::postgres::test
