// Opening stores, and what of them every command needs.
#pragma once

#include "failure.hpp"

#include <eventcore/store.hpp>

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace cli {

// All of these throw Failure.
void check_given(const std::string& config);
ec::Store open_to_write(const std::string& config, const std::stop_token& stop);
ec::Store open_to_look(const std::string& config, const std::stop_token& stop);
ec_info info_of(ec::Store& store);

// What an option gives; empty: before the first event.
ec::Position position_of(const std::string& text, const char* option = "--after");

// How many events there are up to that position, for a progress; 0: nobody knows.
std::uint64_t count_to(const ec_info& info, ec::Position head);

// What the store remembers of a commit id.
struct FoundCommit {
  ec::Position first, last;            // of its events
  std::optional<std::string> problem;  // it is not stored, or cannot be read
};
// In the order of the ids. Throws Failure when the store answers nothing at all.
std::vector<FoundCommit> look_commits_up(ec::Store& store, const std::vector<ec::Uuid>& ids, const ec::Call& call = {});

// Events one by one. Each is lent until the next call.
class Events {
 public:
  explicit Events(ec::Result<ec::EventCursor>&& cursor) : cursor_(take(std::move(cursor))) {}

  // The next one, or null at the end. Throws Failure.
  const ec_event* next();
  // Known after the first next().
  ec::Position head() const { return cursor_.head(); }
  ec::Position through() const { return cursor_.through(); }

 private:
  ec::EventCursor cursor_;
  ec::EventCursor::Batch::Iterator at_, end_;
};

}  // namespace cli
