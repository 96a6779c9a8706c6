#include "pool.hpp"
#include "writer.hpp"

#include <eventcore/plugin/append.hpp>

#include <algorithm>
#include <limits>
#include <new>
#include <string>

namespace ec::postgres {

using plugin::Call;
using plugin::Failure;

namespace {

enum Status : std::int32_t { stored = 0, stored_before = 1, conflict = 2, other_content = 3, not_found = 4 };

// For the lock: what is left of the call's time, rounded up; 0 = for ever.
std::uint64_t patience_ms(const Call& call) {
  constexpr std::uint64_t longest_ms = std::numeric_limits<std::int32_t>::max();  // that lock_timeout takes
  if (call.deadline_ns() == 0) return 0;
  const std::uint64_t now_ns = plugin::monotonic_ns();
  if (call.deadline_ns() <= now_ns) return 1;
  return std::min((call.deadline_ns() - now_ns) / 1'000'000 + 1, longest_ms);
}

}  // namespace

// What the functions `append` and `append_one` answer, see there.
class Writer::Answer {
 public:
  static Answer of_one(const Rows& rows) {
    const auto numbers = rows.numbers<std::int64_t>(0, 0);
    Answer answer;
    answer.kind = static_cast<std::int32_t>(numbers.at(0));
    answer.epoch = numbers.at(1);
    if (answer.kind == all_stored) {
      answer.head = numbers.at(2);
      answer.versions.assign(numbers.begin() + 3, numbers.end());
    } else if (answer.kind == one_by_one) {
      answer.statuses = {conflict};
      answer.befores = {numbers.at(2)};
      answer.lasts = {numbers.at(3)};
    }
    return answer;
  }
  explicit Answer(const Rows& rows)
      : kind(rows.int4(0, 0)),
        epoch(rows.int8(0, 1)),
        head(rows.int8(0, 2)),
        versions(rows.numbers<std::int64_t>(0, 3)),
        statuses(rows.numbers<std::int32_t>(0, 4)),
        befores(rows.numbers<std::int64_t>(0, 5)),
        lasts(rows.numbers<std::int64_t>(0, 6)),
        bases(rows.numbers<std::int64_t>(0, 7)) {}

  enum Kind : std::int32_t { other_epoch = 0, all_stored = 1, one_by_one = 2, is_known = 3 };
  std::int32_t kind = other_epoch;
  std::int64_t epoch = 0, head = 0;
  std::vector<std::int64_t> versions;
  std::vector<std::int32_t> statuses;
  std::vector<std::int64_t> befores, lasts, bases;

  Status status(std::size_t append) const {
    return kind == all_stored ? stored : static_cast<Status>(statuses.at(append));
  }

 private:
  Answer() = default;
};

std::uint64_t Writer::append(plugin::Appends appends, const Call& call) {
  const auto lock = plugin::lock_within(mutex_, call);
  highest_ = 0;
  std::size_t end = 0;
  for (std::size_t first = 0; first < appends.size(); first = end) {
    sent_ = false;
    try {
      end = request_.build(appends, first);
      tell(send(call), appends, first, end);
    } catch (...) {
      ec_error error = EC_ERROR_INIT;
      plugin::set_error_from_exception(&error);
      if (sent_) {
        forget_connection();
        doubt(appends, first, end, error);
      } else if (first == 0 && doubtful_.empty() && !all_doubtful_) {
        throw;
      } else {
        refuse(appends, first, error);
        break;
      }
    }
  }
  return highest_;
}

void Writer::forget_connection() noexcept {
  connection_.reset();
  lingering_ = true;
}

// Before anything is sent over a new connection, what may still be under way on an old one is shut out.
Connection& Writer::connected(const Statement& statement, const Call& call) {
  if (connection_ && !connection_->usable(call)) connection_.reset();
  if (!connection_) connection_ = connect(config_, host_, call);
  connection_->prepare(statement, call);
  if (!lingering_) return *connection_;
  try {
    const Rows rows =
        connection_->run(statements::advance_epoch, Parameters().number(static_cast<std::int64_t>(patience_ms(call))),
                         call, "shutting out earlier appends", Connection::Patience::commit);
    epoch_ = rows.int8(0, 0);
  } catch (const Lost& lost) {
    connection_.reset();
    throw Failure(EC_UNAVAILABLE, lost.what(), lost.native_code(), true);
  }
  lingering_ = false;
  return *connection_;
}

// With an epoch that is not the present one nothing is done; the answer tells the present one. Nor is a single append
// whose commit id is known.
Writer::Answer Writer::send(const Call& call) {
  for (bool is_one = request_.is_one();;) {
    const Statement& statement = is_one ? statements::append_one : statements::append;
    Connection& connection = connected(statement, call);
    const Parameters parameters =
        is_one ? request_.parameters_of_one(patience_ms(call), epoch_) : request_.parameters(patience_ms(call), epoch_);
    Rows rows;
    try {
      sent_ = true;
      rows = connection.run(statement, parameters, call, "appending", Connection::Patience::commit);
    } catch (const Lost&) {
      throw;
    } catch (const Failure&) {
      sent_ = false;  // refused, or not sent at all
      throw;
    }
    const Answer answer = is_one ? Answer::of_one(rows) : Answer(rows);
    epoch_ = answer.epoch;
    if (answer.kind != Answer::other_epoch && answer.kind != Answer::is_known) return answer;
    is_one = is_one && answer.kind != Answer::is_known;
    sent_ = false;
  }
}

void Writer::tell(const Answer& answer, plugin::Appends appends, std::size_t first, std::size_t end) {
  for (std::size_t i = first; i < end; ++i) tell_one(answer, i - first, appends.request(i), appends.outcome(i));
}

void Writer::tell_one(const Answer& answer, std::size_t index, const ec_append& request, ec_outcome& outcome) {
  if (!doubtful_.empty()) doubtful_.erase(std::string(plugin::view(request.commit_id)));  // it is known now
  const Status status = answer.status(index);
  if (status == other_content) return plugin::duplicate(outcome);
  if (status == not_found) return plugin::commit_not_found(outcome);
  const auto before = static_cast<std::uint64_t>(
      answer.kind == Answer::all_stored ? answer.head + request_.events_before(index) : answer.befores.at(index));
  if (status == conflict)
    return plugin::conflict(outcome, request, before - 1, static_cast<std::uint64_t>(answer.lasts.at(index)));
  const bool repeated = status == stored_before;
  const std::uint64_t last =
      repeated ? static_cast<std::uint64_t>(answer.lasts.at(index)) : before + request.event_count;
  outcome.status = EC_OK;
  outcome.flags = repeated ? EC_OUTCOME_REPEATED : 0U;
  outcome.first = {0, last == before ? 0 : before + 1};
  outcome.last = {0, last == before ? 0 : last};
  if (last != before) highest_ = std::max(highest_, last);  // what only validates is no news
  if (outcome.versions == nullptr || plugin::is_lookup(request)) return;
  const std::size_t begin = request_.expect_begin(index);
  for (std::size_t expect = begin; expect < begin + request.expect_count; ++expect) {
    const std::int64_t base =
        answer.kind == Answer::all_stored ? answer.versions.at(request_.stream(expect)) : answer.bases.at(expect);
    outcome.versions[expect - begin] = static_cast<std::uint64_t>(base) + (repeated ? 0 : request_.writes(expect));
  }
}

// The request was sent, and what became of it is not known. Only what would have been stored can have been stored.
void Writer::doubt(plugin::Appends appends, std::size_t first, std::size_t end, const ec_error& why) noexcept {
  for (std::size_t i = first; i < end; ++i) {
    const ec_append& request = appends.request(i);
    if (plugin::is_lookup(request) || request.event_count == 0) {
      plugin::fail(appends.outcome(i), EC_UNAVAILABLE, why.message, why.native_code, true);
      continue;
    }
    plugin::fail(appends.outcome(i), EC_IN_DOUBT, why.message, why.native_code);
    if (plugin::is_zero(request.commit_id)) continue;
    try {
      doubtful_.emplace(plugin::view(request.commit_id));
    } catch (const std::bad_alloc&) {
      all_doubtful_ = true;
    }
  }
}

// From `first` on nothing was stored by this call; whether an earlier one has stored it is another matter.
void Writer::refuse(plugin::Appends appends, std::size_t first, const ec_error& why) noexcept {
  for (std::size_t i = first; i < appends.size(); ++i) {
    const bool doubtful = is_doubtful(appends.request(i));
    plugin::fail(appends.outcome(i), doubtful ? EC_IN_DOUBT : why.code, why.message, why.native_code,
                 !doubtful && (why.flags & EC_ERROR_RETRYABLE) != 0);
  }
}

bool Writer::is_doubtful(const ec_append& request) const noexcept {
  if (plugin::is_lookup(request) || plugin::is_zero(request.commit_id)) return false;
  return all_doubtful_ || doubtful_.contains(plugin::view(request.commit_id));
}

}  // namespace ec::postgres
