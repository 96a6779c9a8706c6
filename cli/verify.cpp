#include "group.hpp"
#include "options.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "stores.hpp"

#include <eventcore/format.hpp>
#include <eventcore/json_write.hpp>

#include <algorithm>
#include <compare>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace cli {

namespace {

using ec::detail::view;

constexpr std::uint64_t page = 10'000;
constexpr std::size_t lookups_at_once = 1'000;
// Streams that are read together, as commands do, as long as they are short.
constexpr std::size_t streams_at_once = 16;
constexpr std::uint64_t events_at_once = 4'000;

struct Verified {
  std::uint64_t events = 0, streams = 0, commit_ids = 0;
  std::optional<std::string> wrong;
};
EC_FIELDS(Verified, events, streams, commit_ids, wrong)

// The first thing that is wrong, in words.
struct Wrong {
  std::string what;
};

// A number that tells events apart; the order in which they are added counts.
std::size_t mixed(std::size_t digest, const ec_event& event) {
  const auto mix = [&](std::size_t value) { digest = (digest ^ value) * 0x9E3779B97F4A7C15U + (digest >> 29U); };
  const auto bytes = [&](std::string_view text) { mix(std::hash<std::string_view>{}(text)); };
  const auto uuid = [&](const ec_uuid& id) { bytes({reinterpret_cast<const char*>(id.bytes), sizeof id.bytes}); };
  bytes(view(event.type));
  bytes(view(event.payload));
  bytes(view(event.metadata));
  uuid(event.id);
  uuid(event.commit_id);
  for (const std::uint64_t number :
       {event.position.hi, event.position.lo, event.version, static_cast<std::uint64_t>(event.recorded_at_us),
        std::uint64_t{event.encoding}, std::uint64_t{event.schema_version}})
    mix(number);
  return digest;
}

struct Stream {
  std::uint64_t version = 0;
  std::size_t digest = 0;
};

struct Commit {
  ec::Uuid id;
  ec::Position first, last;
};

bool is_before(const ec::Uuid& a, const ec::Uuid& b) { return std::memcmp(&a.value, &b.value, sizeof a.value) < 0; }

class Verify {
 public:
  Verify(ec::Store& store, std::stop_token stop)
      : store_(store), stop_(std::move(stop)), info_(info_of(store)), total_(count_to(info_, take(store.head()))) {}

  Verified run() {
    Verified verified;
    try {
      read_everything();
      compare_commits();
      check_commits();
      compare_listing();
      read_streams();
    } catch (const Wrong& wrong) {
      verified.wrong = wrong.what;
    } catch (const Failure& problem) {
      if (stop_.stop_requested()) throw;
      verified.wrong = where_ + problem.what();
    }
    verified.events = events_;
    verified.streams = streams_.size();
    verified.commit_ids = commits_.size();
    return verified;
  }

 private:
  ec::Call call() const { return {.stop = stop_}; }

  void read_everything() {
    where_ = "behind the beginning: ";
    try {
      read_in_order();
    } catch (const Failure&) {
      if (!stop_.stop_requested()) find_failure();
      throw;
    }
  }

  // A batch of events fails as a whole; one by one the place is found.
  void find_failure() {
    for (ec::Position last = last_;;) {
      Events events(store_.read_all({}, last, {.limit = 1}, call()));
      const ec_event* event = events.next();
      if (event == nullptr) return;
      last = ec::Position::from(event->position);
      where_ = "behind position " + last.str() + ": ";
    }
  }

  void read_in_order() {
    Progress progress("reading in the store's order", total_);
    Events events(store_.read_all({}, {}, {}, call()));
    while (const ec_event* event = events.next()) {
      check_position(ec::Position::from(event->position));
      check_version(*event);
      note_commit(*event);
      progress.set(event->position.lo, ++events_);
      where_ = "behind position " + last_.str() + ": ";
    }
    head_ = events.head();
    if (last_ != head_)
      throw Wrong{ec::format("the head is {}, but the last event has position {}", head_.str(), last_.str())};
  }

  void check_position(ec::Position position) {
    const bool is_dense = (info_.capabilities & EC_CAP_DENSE_POSITIONS) != 0;
    if (position <= last_ || (is_dense && position != ec::Position{0, last_.lo + 1}))
      throw Wrong{ec::format("position {} follows position {}", position.str(), last_.str())};
    last_ = position;
  }

  void check_version(const ec_event& event) {
    Stream& stream = streams_[std::string(view(event.stream))];
    if (event.version != stream.version + 1)
      throw Wrong{ec::format("position {}: version {} of stream '{}' follows version {}", last_.str(), event.version,
                             view(event.stream), stream.version)};
    stream.version = event.version;
    stream.digest = mixed(stream.digest, event);
  }

  void note_commit(const ec_event& event) {
    const ec::Uuid id{event.commit_id};
    const bool goes_on = std::exchange(commit_before_, id) == id;
    if (id.is_zero()) return;
    if (!goes_on) commits_.push_back({id, last_, last_});
    commits_.back().last = last_;
  }

  // The events of one append stand together, and there is one append of each id.
  void compare_commits() {
    std::ranges::sort(commits_, [](const Commit& a, const Commit& b) {
      return is_before(a.id, b.id) || (a.id == b.id && a.first < b.first);
    });
    const Commit* first = nullptr;
    for (std::size_t i = 1; i < commits_.size(); ++i)
      if (commits_[i].id == commits_[i - 1].id && (first == nullptr || commits_[i].first < first->first))
        first = &commits_[i];
    if (first != nullptr)
      throw Wrong{
          ec::format("position {}: an event of commit {}, which had ended before", first->first.str(), first->id)};
  }

  // Where the store remembers a commit id, which protects it against being sent again.
  void check_commits() {
    Progress progress("looking commits up", commits_.size());
    for (std::size_t i = 0; i < commits_.size(); i += lookups_at_once) {
      const std::size_t count = std::min(lookups_at_once, commits_.size() - i);
      look_up(&commits_[i], count);
      progress.set(i + count, i + count);
    }
  }

  void look_up(const Commit* commits, std::size_t count) {
    std::vector<ec::Uuid> ids;
    for (std::size_t i = 0; i < count; ++i) ids.push_back(commits[i].id);
    where_ = "looking up commit ids: ";
    const auto found = look_commits_up(store_, ids, call());
    for (std::size_t i = 0; i < count; ++i) compare(commits[i], found[i]);
  }

  void compare(const Commit& commit, const FoundCommit& found) {
    const std::string place = ec::format("position {}: commit {}: ", commit.first.str(), commit.id);
    if (found.problem) throw Wrong{place + *found.problem};
    if (found.first != commit.first || found.last != commit.last)
      throw Wrong{place + ec::format("it is remembered with the positions {} to {}, its events have {} to {}",
                                     found.first.str(), found.last.str(), commit.first.str(), commit.last.str())};
  }

  // Others may write meanwhile: then streams are longer, and there are new ones.
  void compare_listing() {
    std::uint64_t listed_streams = 0;
    std::string after;
    where_ = "listing the streams: ";
    for (;;) {
      const auto listed = take(store_.list_streams({}, after, page, call()));
      if (listed.empty()) break;
      for (const ec::StreamVersion& each : listed) {
        if (each.stream.str() <= after)
          throw Wrong{ec::format("the listing has stream '{}' behind '{}'", each.stream.str(), after)};
        after = each.stream.str();
        const auto known = streams_.find(each.stream.str());
        if (known == streams_.end() && is_live()) continue;
        const std::uint64_t version = known == streams_.end() ? 0 : known->second.version;
        if (each.version < version || (each.version > version && !is_live()))
          throw Wrong{ec::format("stream '{}': the listing says version {}, the events end with {}", each.stream.str(),
                                 each.version, version)};
        ++listed_streams;
      }
      where_ = "listing the streams behind '" + after + "': ";
    }
    if (listed_streams != streams_.size())
      throw Wrong{ec::format("the listing has {} of the {} streams that have events", listed_streams, streams_.size())};
  }

  // Whether there are appends since everything was read.
  bool is_live() { return take(store_.head(call())) != head_; }

  void read_streams() {
    Progress progress("reading stream by stream", streams_.size());
    std::vector<std::string> names;
    names.reserve(streams_.size());
    for (const auto& [name, stream] : streams_) names.push_back(name);
    std::ranges::sort(names);
    std::uint64_t read = 0;
    for (std::size_t i = 0; i < names.size();) {
      std::vector<ec::ReadFrom> together;
      std::uint64_t events = 0;
      do {
        events += streams_[names[i]].version;
        together.push_back({ec::StreamId(names[i++])});
      } while (i < names.size() && together.size() < streams_at_once &&
               events + streams_[names[i]].version <= events_at_once);
      try {
        read_together(together);
      } catch (const Failure&) {
        if (stop_.stop_requested()) throw;
        for (const ec::ReadFrom& each : together) read_together({each});  // which of them fails
        throw;
      }
      progress.set(i, read += events);
    }
  }

  void read_together(const std::vector<ec::ReadFrom>& together) {
    std::vector<Stream> seen(together.size());
    std::vector<std::uint64_t> versions(together.size());  // those behind the head, which others write, among them
    where_ = "reading stream '" + together.front().stream.str() + "': ";
    Events events(store_.read(together, {}, call()));
    ec::Position last;
    while (const ec_event* event = events.next()) {
      const std::string_view name = view(event->stream);
      if (event->stream_index >= together.size() || together[event->stream_index].stream.str() != name)
        throw Wrong{ec::format("stream '{}': it was not asked for", name)};
      Stream& stream = seen[event->stream_index];
      const std::uint64_t before = std::exchange(versions[event->stream_index], event->version);
      if (event->version != before + 1)
        throw Wrong{ec::format("stream '{}': version {} follows version {}", name, event->version, before)};
      const ec::Position position = ec::Position::from(event->position);
      if (position <= last)
        throw Wrong{ec::format("stream '{}', version {}: position {} follows {}", name, event->version, position.str(),
                               last.str())};
      last = position;
      if (position > head_) continue;
      stream.version = event->version;
      stream.digest = mixed(stream.digest, *event);
      where_ = ec::format("reading stream '{}', behind version {}: ", name, event->version);
    }
    for (std::size_t i = 0; i < together.size(); ++i) compare(together[i].stream.str(), seen[i]);
  }

  void compare(const std::string& name, const Stream& seen) {
    const Stream& known = streams_[name];
    if (seen.version != known.version)
      throw Wrong{ec::format("stream '{}': read by itself it ends with version {}, in the store's order with {}", name,
                             seen.version, known.version)};
    if (seen.digest != known.digest)
      throw Wrong{ec::format("stream '{}': read by itself its events are others than in the store's order", name)};
  }

  ec::Store& store_;
  const std::stop_token stop_;
  const ec_info info_;
  const std::uint64_t total_;
  std::uint64_t events_ = 0;
  ec::Position last_, head_;
  std::unordered_map<std::string, Stream> streams_;
  std::vector<Commit> commits_;
  ec::Uuid commit_before_;  // of the event before
  std::string where_;       // for a read that fails
};

}  // namespace

int verify(const Options& options, const std::stop_token& stop) {
  ec::Store store = open_to_look(options.config, stop);
  const Verified verified = Verify(store, stop).run();
  Output out;
  if (options.json)
    ec::json::write(out.text(), verified);
  else
    out.text() += ec::format("{} events in {} streams, {} commit ids: {}", verified.events, verified.streams,
                             verified.commit_ids, verified.wrong ? "wrong, " + *verified.wrong : "nothing is wrong");
  out.text() += '\n';
  out.finish();
  return verified.wrong ? failed : done;
}

}  // namespace cli
