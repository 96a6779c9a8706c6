// A whole storage plugin in one file: events in memory, one lock, nothing clever. docs/writing-a-plugin.md walks through
// it; plugins/memory is what it becomes when it has to be fast.
#include <eventcore/plugin/digest.hpp>
#include <eventcore/plugin/export.hpp>
#include <eventcore/plugin/filter.hpp>
#include <eventcore/plugin/store_id.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace ec::plugin;

// snippet: stored
// An event as it is kept. It never changes, never moves and stays until the store is closed, so that a cursor can lend
// `event`, whose texts point into the strings.
struct Stored {
  Stored(const ec_append& append, const ec_new_event& given)
      : stream(view(expects_of(append)[given.stream_index].stream)),
        type(view(given.type)),
        payload(view(given.payload)),
        metadata(view(given.metadata)) {
    event.stream = str(stream);
    event.type = str(type);
    event.payload = bytes(payload);
    event.metadata = bytes(metadata);
    event.id = given.id;
    event.commit_id = append.commit_id;
    event.recorded_at_us = given.recorded_at_us != 0 ? given.recorded_at_us : wall_clock_us();
    event.encoding = given.encoding;
    event.schema_version = given.schema_version;
  }
  Stored(const Stored&) = delete;
  Stored& operator=(const Stored&) = delete;

  std::string stream, type, payload, metadata;
  ec_event event{};
};
// snippet end

constexpr std::size_t batch_size = 256;

// So that pushing `more` cannot fail.
template <class T>
void make_room(std::vector<T>& for_more, std::size_t more) {
  const std::size_t wanted = for_more.size() + more;
  if (wanted > for_more.capacity()) for_more.reserve(std::max(wanted, 2 * for_more.capacity()));
}

std::size_t limited(std::size_t count, std::uint64_t limit) {
  return limit == 0 ? count : static_cast<std::size_t>(std::min<std::uint64_t>(count, limit));
}

// snippet: cursor
// Gives the events that were found when it was made, a batch a call. What a batch points to is good until the next call.
class Cursor final : public EventCursor {
 public:
  Cursor(std::vector<ec_event> found, std::uint64_t head, bool tells_through)
      : found_(std::move(found)), head_(head), tells_through_(tells_through) {}

  void next(const Call& call, ec_batch& batch) override {
    call.check();  // throws when the caller no longer waits
    batch.events = found_.data() + given_;
    batch.count = std::min(batch_size, found_.size() - given_);
    given_ += batch.count;
    const bool end = given_ == found_.size();
    if (end) batch.flags = EC_BATCH_END;
    batch.head = {0, head_};
    // How far read_all has looked: a reader that pages goes on from here, also when the filter left everything out.
    if (tells_through_) batch.through = end && !limited_ ? batch.head : found_[given_ - 1].position;
  }
  void stopped_by_limit() { limited_ = true; }

 private:
  std::vector<ec_event> found_;
  std::uint64_t head_;
  bool tells_through_;
  bool limited_ = false;
  std::size_t given_ = 0;
};
// snippet end

class Listing final : public StreamCursor {
 public:
  explicit Listing(std::vector<ec_stream_info> found) : found_(std::move(found)) {}

  void next(const Call& call, ec_stream_batch& batch) override {
    call.check();
    batch.streams = found_.data() + given_;
    batch.count = std::min(batch_size, found_.size() - given_);
    given_ += batch.count;
    if (given_ == found_.size()) batch.flags = EC_BATCH_END;
  }

 private:
  std::vector<ec_stream_info> found_;
  std::size_t given_ = 0;
};

class Simple {
 public:
  // snippet: open
  static std::unique_ptr<Simple> open(const Settings& settings, const Host&, const Call&) {
    return std::make_unique<Simple>(settings.number("max_payload"));
  }
  explicit Simple(std::uint64_t max_payload) : max_payload_(max_payload) {}

  // The core refuses what is larger before it comes here.
  void info(ec_info& info) const {
    info.capabilities = EC_CAP_DENSE_POSITIONS;  // promise nothing that you do not keep: here it is gone after closing
    info.store_id = store_id_;
    info.max_payload = max_payload_;
    info.max_metadata = 64 * 1024;
    info.max_events_per_append = 10'000;
    info.max_bytes_per_append = max_payload_ + 64 * 1024 * 1024;
    info.max_appends_per_call = 64;
    info.location = str("memory");
  }
  // snippet end

  // snippet: append
  // A group of appends, as if they came one after the other, each with an outcome of its own.
  void append(Appends appends, const Call& call) {
    call.check();  // without the lock: it may run code of the host
    const std::scoped_lock lock(mutex_);
    for (std::size_t i = 0; i < appends.size(); ++i) {
      try {
        append_one(appends.request(i), appends.outcome(i));
      } catch (const std::bad_alloc&) {
        fail(appends.outcome(i), EC_NO_MEMORY, "out of memory: nothing of this append was stored");
      }
    }
  }
  // snippet end

  std::unique_ptr<EventCursor> read(const ec_read& request, const Call& call) {
    call.check();
    const std::scoped_lock lock(mutex_);
    const bool backward = (request.flags & EC_READ_BACKWARD) != 0;
    std::vector<ec_event> found;
    std::uint32_t index = 0;
    for (const ec_stream_from& from : strided(request.streams, request.stream_count, request.stream_stride)) {
      for (const Stored* each : events_of_stream(view(from.stream))) {
        const std::uint64_t version = each->event.version, after = from.after_version;
        if (backward ? after != 0 && version >= after : version <= after) continue;
        found.push_back(each->event);
        found.back().stream_index = index;
      }
      ++index;
    }
    std::ranges::sort(found, [backward](const ec_event& a, const ec_event& b) {
      return backward ? a.position.lo > b.position.lo : a.position.lo < b.position.lo;
    });
    found.resize(limited(found.size(), request.limit));
    return std::make_unique<Cursor>(std::move(found), log_.size(), false);
  }

  std::unique_ptr<EventCursor> read_all(const ec_read_all& request, const Call& call) {
    call.check();
    const Filter filter(request);
    const bool backward = (request.flags & EC_READ_BACKWARD) != 0;
    const std::scoped_lock lock(mutex_);
    const std::uint64_t head = log_.size();
    const std::uint64_t after = request.after.hi != 0 ? head + 1 : std::min(request.after.lo, head + 1);
    const std::size_t first = backward ? (after == 0 ? head : after - 1) : std::min(after, head);
    std::vector<ec_event> found;
    bool full = false;
    // The filter comes before the limit.
    for (std::size_t at = first; backward ? at > 0 : at < head; at = backward ? at - 1 : at + 1) {
      const ec_event& event = log_[backward ? at - 1 : at]->event;
      if (!filter.passes(view(event.stream), view(event.type))) continue;
      full = request.limit != 0 && found.size() == request.limit;
      if (full) break;
      found.push_back(event);
    }
    auto cursor = std::make_unique<Cursor>(std::move(found), head, !backward);
    if (full) cursor->stopped_by_limit();
    return cursor;
  }

  ec_position head(const Call& call) {
    call.check();
    const std::scoped_lock lock(mutex_);
    return {0, log_.size()};
  }

  std::unique_ptr<StreamCursor> list_streams(const ec_list& request, const Call& call) {
    call.check();
    const std::scoped_lock lock(mutex_);
    std::vector<ec_stream_info> found;
    for (const auto& [id, events] : streams_)  // in byte order
      if (!events.empty() && id.starts_with(view(request.prefix)) && id > view(request.after))
        found.push_back({str(id), events.size()});
    found.resize(limited(found.size(), request.limit));
    return std::make_unique<Listing>(std::move(found));
  }

 private:
  struct Commit {
    std::uint64_t digest = 0, first = 0, last = 0;
    std::vector<std::uint64_t> versions;
  };

  // snippet: append_one
  void append_one(const ec_append& append, ec_outcome& outcome) {
    const auto known = commits_.find(view(append.commit_id));  // a zero id is never kept
    if (known != commits_.end()) return repeat(known->second, append, outcome);
    if (is_lookup(append)) return commit_not_found(outcome);
    const auto expects = expects_of(append);
    for (std::size_t i = 0; i < expects.size(); ++i) {  // those too that no event is for
      const std::uint64_t actual = events_of_stream(view(expects[i].stream)).size();
      if (!holds(expects[i], actual)) return conflict(outcome, append, i, actual);
    }
    write(append, outcome);
  }

  static void repeat(const Commit& first, const ec_append& append, ec_outcome& outcome) {
    if (!is_lookup(append) && first.digest != content_digest(append)) return duplicate(outcome);
    outcome.status = EC_OK;
    outcome.flags = EC_OUTCOME_REPEATED;
    outcome.first = {0, first.first};
    outcome.last = {0, first.last};
    if (outcome.versions != nullptr && !is_lookup(append)) std::ranges::copy(first.versions, outcome.versions);
  }
  // snippet end

  // snippet: write
  // All or nothing: whatever may throw comes first, then nothing does.
  void write(const ec_append& append, ec_outcome& outcome) {
    const auto expects = expects_of(append);
    const auto events = ec::plugin::events_of(append);
    std::vector<std::unique_ptr<Stored>> made;
    for (const ec_new_event& given : events) made.push_back(std::make_unique<Stored>(append, given));
    make_room(log_, made.size());
    std::vector<std::vector<const Stored*>*> targets;
    for (const ec_expect& expect : expects) {
      targets.push_back(&streams_[std::string(view(expect.stream))]);  // one without events is as good as absent
      make_room(*targets.back(), made.size());
    }
    Commit commit{0, log_.size() + 1, log_.size() + made.size(), std::vector<std::uint64_t>(targets.size())};
    Commit* kept = nullptr;
    if (!made.empty() && !is_zero(append.commit_id)) {
      commit.digest = content_digest(append);
      kept = &commits_[std::string(view(append.commit_id))];
    }

    for (std::size_t i = 0; i < made.size(); ++i) {
      std::vector<const Stored*>& stream = *targets[events[i].stream_index];
      made[i]->event.position = {0, log_.size() + 1};
      made[i]->event.version = stream.size() + 1;
      stream.push_back(made[i].get());
      log_.push_back(std::move(made[i]));
    }
    outcome.status = EC_OK;
    outcome.flags = 0;
    outcome.first = {0, made.empty() ? 0 : commit.first};
    outcome.last = {0, made.empty() ? 0 : commit.last};
    for (std::size_t i = 0; i < targets.size(); ++i) commit.versions[i] = targets[i]->size();
    if (outcome.versions != nullptr) std::ranges::copy(commit.versions, outcome.versions);
    if (kept != nullptr) *kept = std::move(commit);
  }
  // snippet end

  const std::vector<const Stored*>& events_of_stream(std::string_view id) const {
    static const std::vector<const Stored*> none;
    const auto found = streams_.find(id);
    return found == streams_.end() ? none : found->second;
  }

  const std::uint64_t max_payload_;
  const ec_uuid store_id_ = make_store_id();

  std::mutex mutex_;                          // guards what stands below
  std::vector<std::unique_ptr<Stored>> log_;  // the event at position {0, n} is n - 1
  std::map<std::string, std::vector<const Stored*>, std::less<>> streams_;
  std::map<std::string, Commit, std::less<>> commits_;
};

// snippet: export
constexpr ec_option options[] = {
    {literal("max_payload"), EC_OPTION_SIZE, 0, literal("16MiB"), literal(""), 1, 1024ULL * 1024 * 1024,
     literal("largest payload of one event")},
};

}  // namespace

EVENTCORE_PLUGIN(Simple, "in_cpp", "1.0", "keeps events in memory, as simply as can be", options)
// snippet end
