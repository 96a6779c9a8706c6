#include "history.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

namespace ec::postgres::test {

Follower::Follower(Store store, After after)
    : store_(std::move(store)), after_(after), thread_([this](const std::stop_token& stop) { run(stop); }) {}

std::vector<Seen> Follower::finish() {
  thread_.request_stop();
  thread_.join();
  EXPECT_EQ(problem_, "");
  return std::move(seen_);
}

// When it is told to end, everything that it has yet to be shown is there already.
void Follower::run(const std::stop_token& stop) {
  auto last_try = std::chrono::steady_clock::time_point::max();
  for (bool ends = false; problem_.empty() && !ends;) {
    ends = stop.stop_requested();
    if (!ends) (void)store_.wait(through_, {.stop = stop});
    if (ends) last_try = std::min(last_try, Call::in(std::chrono::minutes(1)));
    const auto done = read_on();
    if (done) continue;
    const bool goes_on = after_ == After::failure_goes_on && done.error().retryable;
    if (!goes_on || std::chrono::steady_clock::now() > last_try) problem_ = done.error().message;
    ends = false;
  }
}

Result<> Follower::read_on() {
  auto cursor = store_.read_all({}, through_);
  if (!cursor) return std::unexpected(cursor.error());
  return take(*cursor);
}

Result<> Follower::take(EventCursor& cursor) {
  while (cursor.next()) {
    for (const RecordedEvent& event : cursor.batch()) {
      const std::uint64_t position = event.position().raw().lo;
      const std::uint64_t before = seen_.empty() ? 0 : seen_.back().position;
      if (position != before + 1)
        problem_ = "was shown position " + std::to_string(position) + " after " + std::to_string(before);
      seen_.push_back(
          {std::string(event.stream()), event.version(), position, std::string(event.payload()), event.commit_id()});
    }
    through_ = cursor.through();
    if (through_.lo != seen_.back().position)
      problem_ =
          "has been through " + through_.str() + ", the last position was " + std::to_string(seen_.back().position);
  }
  if (cursor.error()) return std::unexpected(*cursor.error());
  return {};
}

namespace {

struct Account {
  std::int64_t balance = 0;
  std::uint64_t version = 0;
};

class Replay {
 public:
  explicit Replay(const std::vector<Transfer>& reported) {
    for (const Transfer& each : reported)
      EXPECT_TRUE(reported_.emplace(each.commit_id.str(), each).second) << "reported twice: " << text_of(each);
  }

  // Both events of a transfer; all streams are as they were right before it.
  void take(const Seen& withdrawn, const Seen& deposited) {
    const Entry out = entry_in(withdrawn.payload), in = entry_in(deposited.payload);
    ASSERT_EQ(withdrawn.commit_id, deposited.commit_id) << "torn at position " << withdrawn.position;
    ASSERT_TRUE(commits_.insert(withdrawn.commit_id.str()).second) << "stored twice: " << withdrawn.commit_id.str();
    ASSERT_LT(out.change, 0);
    ASSERT_EQ(out.change + in.change, 0);
    ASSERT_EQ(out.other, deposited.stream);
    ASSERT_EQ(in.other, withdrawn.stream);
    ASSERT_EQ(accounts_[out.witness].version, out.witness_version)
        << "position " << withdrawn.position << " rests on another version of " << out.witness;
    ASSERT_NO_FATAL_FAILURE(add(withdrawn, out));
    ASSERT_NO_FATAL_FAILURE(add(deposited, in));
    const auto found = reported_.find(withdrawn.commit_id.str());
    if (found == reported_.end()) {
      ++unreported_;
      return;
    }
    const Transfer& transfer = found->second;
    ASSERT_EQ(text_of(transfer), text_of(Transfer{withdrawn.commit_id, withdrawn.stream, deposited.stream, in.change,
                                                  withdrawn.position}));
    reported_.erase(found);
  }

  void add(const Seen& event, const Entry& entry) {
    Account& account = accounts_[event.stream];
    ASSERT_EQ(account.balance + entry.change, entry.balance)
        << "position " << event.position << " was decided on another balance";
    ASSERT_GE(entry.balance, 0) << "position " << event.position;
    account = {entry.balance, event.version};
  }

  void finish(std::size_t most_unreported) const {
    EXPECT_EQ(reported_.size(), 0U) << "lost: " << text_of(reported_.begin()->second);
    EXPECT_LE(unreported_, most_unreported);
    std::int64_t sum = 0;
    for (const auto& [name, account] : accounts_) sum += account.balance;
    EXPECT_EQ(sum, opening_balance * static_cast<std::int64_t>(accounts().size()));
  }

 private:
  std::map<std::string, Transfer> reported_;  // those that have not been met yet
  std::map<std::string, Account> accounts_;
  std::set<std::string> commits_;
  std::size_t unreported_ = 0;
};

}  // namespace

void check_history(const std::vector<Seen>& events, const std::vector<Transfer>& reported,
                   std::size_t most_unreported) {
  check_order(events);
  Replay replay(reported);
  const std::size_t openings = accounts().size();
  ASSERT_GE(events.size(), openings);
  ASSERT_EQ((events.size() - openings) % 2, 0U);
  for (std::size_t i = 0; i < openings; ++i)
    ASSERT_NO_FATAL_FAILURE(replay.add(events[i], entry_in(events[i].payload)));
  for (std::size_t i = openings; i < events.size(); i += 2)
    ASSERT_NO_FATAL_FAILURE(replay.take(events[i], events[i + 1]));
  replay.finish(most_unreported);
}

}  // namespace ec::postgres::test
