// A client that appends to streams of its own: waited for, or as a command, which holds no thread.
#pragma once

#include "commands.hpp"
#include "handled.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bench {

// An append as a command. The cached state, which is none, spares it all reads but the first; the versions that it
// expects are exact, as in an append.
template <class Event>
struct AppendCommand {
  std::vector<ec::StreamId> streams;
  std::span<const ec::NewEvent> events;  // lent; `expect` is a place among the streams

  using Streams = ec::StreamSet<&AppendCommand::streams>;
  using Events = ec::Events<Event>;
  struct State {};
  static constexpr bool caches_state = true;

  void apply(State&, const ec::Recorded<Event>&) const {}
  ec::Result<> decide(const State&, ec::Decision<AppendCommand>& out) const {
    for (const ec::NewEvent& event : events)
      out.template write<&AppendCommand::streams>(event.expect, Event{{event.payload}});
    return {};
  }
};

template <class Event>
class AppendingClient : public CommandClient {
 protected:
  AppendingClient(ec::Store& store, std::vector<ec::StreamId> streams)
      : CommandClient(store, StreamsOf::one), streams_(std::move(streams)) {
    for (const ec::StreamId& stream : streams_) expects_.push_back(ec::Expect::exact(stream, 0));
  }

  ec::Result<ec::Position> append(const std::vector<ec::NewEvent>& events) {
    auto appended = store().append(expects_, events, ec::Uuid::make());
    if (!appended) return std::unexpected(std::move(appended.error()));
    if (auto risen = acknowledge(appended->first, appended->last); !risen)
      return std::unexpected(std::move(risen.error()));
    for (std::size_t i = 0; i < expects_.size(); ++i) expects_[i].version = appended->versions[i];
    ++tally.operations;
    ++tally.attempts;
    tally.events_written += events.size();
    return appended->last;
  }

  // The events stay as they are until it is over.
  Task append(const std::vector<ec::NewEvent>& events, Loop& loop, Told& told) {
    auto execution = this->execute_async(AppendCommand<Event>{streams_, events}, loop);
    auto outcome = co_await execution;
    const auto done = this->template count<AppendCommand<Event>>(std::move(outcome), events.size());
    told.over(done && *done ? note_versions(events, (*done)->versions) : error_of(done));
  }

 private:
  // Nobody else writes to them.
  ec::Result<> note_versions(const std::vector<ec::NewEvent>& events, const std::vector<ec::StreamVersion>& versions) {
    for (const ec::NewEvent& event : events) ++expects_[event.expect].version;
    for (std::size_t i = 0; i < versions.size(); ++i)
      if (versions[i].version != expects_[i].version)
        return std::unexpected(ec::Error{ec::Code::corrupt, "stream '" + versions[i].stream.str() + "' has version " +
                                                                std::to_string(versions[i].version) + ", it must be " +
                                                                std::to_string(expects_[i].version)});
    return {};
  }

  const std::vector<ec::StreamId> streams_;
  std::vector<ec::Expect> expects_;
};

}  // namespace bench
