#include "model.hpp"

#include <algorithm>

namespace ec::conformance {

namespace {

void must(bool holds, const std::string& what) {
  if (!holds) throw ContractBroken("the store and the model differ: " + what);
}

template <class T>
void must_equal(const T& store, const T& model, const std::string& what) {
  must(store == model,
       what + " is " + testing::PrintToString(store) + ", " + testing::PrintToString(model) + " is right");
}

void cut(std::vector<std::size_t>& wanted, ReadOptions options) {
  if (options.backward) std::reverse(wanted.begin(), wanted.end());
  if (options.limit != 0 && wanted.size() > options.limit) wanted.resize(options.limit);
}

bool same_content(const NewEvent& a, const NewEvent& b) {
  return a.expect == b.expect && a.type == b.type && a.payload == b.payload && a.metadata == b.metadata &&
         a.encoding == b.encoding && a.schema_version == b.schema_version;
}

}  // namespace

std::uint64_t Model::version(const StreamId& stream) const {
  const auto found = versions_.find(stream.str());
  return found == versions_.end() ? 0 : found->second;
}

Position Model::some_position(std::size_t choice) const {
  for (std::size_t i = 0; i < events_.size(); ++i)
    if (const Position known = events_[(choice + i) % events_.size()].position; known != Position{}) return known;
  return {};
}

Model::Verdict Model::judge(const std::vector<Expect>& expects, const std::vector<NewEvent>& events,
                            Uuid commit_id) const {
  if (const auto found = commits_.find(commit_id.str()); found != commits_.end()) {
    const Commit& commit = found->second;
    const bool same = std::ranges::equal(commit.expects, expects, {}, &Expect::stream, &Expect::stream) &&
                      std::ranges::equal(commit.events, events, same_content);
    if (!same) return {.status = EC_DUPLICATE};
    return {.repeated = true, .versions = commit.outcome.versions};
  }
  Verdict verdict;
  for (const Expect& each : expects) {
    const std::uint64_t actual = version(each.stream);
    const bool holds = each.mode == EC_EXPECT_EXACT    ? actual == each.version
                       : each.mode == EC_EXPECT_ABSENT ? actual == 0
                       : each.mode == EC_EXPECT_EXISTS ? actual > 0
                                                       : true;
    if (!holds)
      return {.status = EC_CONFLICT,
              .index = static_cast<std::uint32_t>(&each - expects.data()),
              .expected = each.mode == EC_EXPECT_EXISTS ? 1 : each.version,
              .actual = actual};
    verdict.versions.push_back(actual);
  }
  for (const NewEvent& each : events) ++verdict.versions.at(each.expect);
  return verdict;
}

void Model::append(Store& store, const std::vector<Expect>& expects, const std::vector<NewEvent>& events,
                   Uuid commit_id) {
  const Verdict right = judge(expects, events, commit_id);
  const Answer answer = conformance::append(store, expects, events, {.commit_id = commit_id});
  must(answer.status == right.status, std::string("an append ended in ") + ec_status_name(answer.status) + " (" +
                                          answer.error.message + "), " + ec_status_name(right.status) + " is right");
  if (right.status == EC_CONFLICT)
    must(bool(conflict(answer, right.index, right.expected, right.actual)), "a conflict");
  if (right.status != EC_OK) return;
  must_equal(answer.repeated, right.repeated, "'repeated' of an append");
  must_equal(answer.versions, right.versions, "the versions after an append");
  if (right.repeated) {
    const Answer& first = commits_.at(commit_id.str()).outcome;
    must(answer.first == first.first && answer.last == first.last, "the positions of a repeated append");
  } else if (events.empty()) {
    must(answer.first == Position{} && answer.last == Position{}, "the positions of an append without events");
  } else {
    store_events(expects, events, commit_id, answer);
  }
}

void Model::store_events(const std::vector<Expect>& expects, const std::vector<NewEvent>& events, Uuid commit_id,
                         const Answer& answer) {
  must(answer.first > head_ && answer.last >= answer.first, "the positions of an append, against the head before it");
  for (const NewEvent& each : events) {
    const std::string& stream = expects[each.expect].stream.str();
    Seen stored{.stream = stream,
                .type = each.type,
                .payload = each.payload,
                .metadata = each.metadata,
                .id = {},
                .commit_id = commit_id,
                .position = {},
                .version = ++versions_[stream],
                .recorded_at_us = 0,
                .stream_index = 0,
                .encoding = each.encoding,
                .schema_version = each.schema_version};
    events_.push_back(std::move(stored));
  }
  events_[events_.size() - events.size()].position = answer.first;
  events_.back().position = answer.last;
  head_ = answer.last;
  if (commit_id != Uuid{}) commits_[commit_id.str()] = {expects, events, answer};
}

void Model::look_up(Store& store, Uuid commit_id) {
  const Answer answer = conformance::look_up(store, commit_id);
  const auto found = commits_.find(commit_id.str());
  must_equal(answer.status == EC_OK, found != commits_.end(), "whether a commit id is found");
  if (answer.status != EC_OK) return must_equal<ec_status>(answer.status, EC_NOT_FOUND, "the status of a look-up");
  const Answer& first = found->second.outcome;
  must(answer.repeated && answer.first == first.first && answer.last == first.last, "the outcome of a look-up");
}

void Model::read(Store& store, const std::vector<ReadFrom>& streams, ReadOptions options) {
  std::vector<std::size_t> wanted;
  std::vector<std::uint32_t> indexes(events_.size());
  for (std::size_t i = 0; i < events_.size(); ++i)
    for (std::uint32_t k = 0; k < streams.size(); ++k) {
      const std::uint64_t after = streams[k].after_version;
      const bool in_range = options.backward ? after == 0 || events_[i].version < after : events_[i].version > after;
      if (events_[i].stream != streams[k].stream.str() || !in_range) continue;
      wanted.push_back(i);
      indexes[i] = k;
    }
  cut(wanted, options);
  Reading reading = drain(store.read(streams, options), options.backward);
  for (std::size_t i = 0; i < reading.events.size() && i < wanted.size(); ++i) {
    must_equal(reading.events[i].stream_index, indexes[wanted[i]], "a stream_index");
    reading.events[i].stream_index = 0;
  }
  compare(reading, wanted);
}

void Model::read_all(Store& store, const Filter& filter, const Passes& passes, Position after, ReadOptions options) {
  const Reading reading = drain(store.read_all(filter, after, options), options.backward);
  // `after` is {0,0}, or the position of an event: what stands behind that event is behind it, whatever is known of the
  // positions there.
  const auto at = std::ranges::find(events_, after, &Seen::position) - events_.begin();
  const auto place = after == Position{} ? (options.backward ? events_.size() : 0) : static_cast<std::size_t>(at);
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const bool in_range = options.backward ? i < place : after == Position{} || i > place;
    if (in_range && passes(events_[i])) wanted.push_back(i);
  }
  cut(wanted, options);
  compare(reading, wanted);
  if (options.backward) return must(reading.through == Position{}, "'through' of a read backward");
  if (options.limit == 0 || wanted.size() < options.limit)
    must_equal(reading.through, head_, "'through' of a read that met no limit");
}

void Model::compare(const Reading& reading, const std::vector<std::size_t>& wanted) {
  must_equal(reading.head, head_, "the head of a read");
  must_equal(reading.events.size(), wanted.size(), "how many events a read gives");
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Seen& seen = reading.events[i];
    Seen& model = events_[wanted[i]];
    if (model.position == Position{}) model.position = seen.position;
    if (model.id == Uuid{}) model.id = seen.id;
    if (model.recorded_at_us == 0) model.recorded_at_us = seen.recorded_at_us;
    must_equal(seen, model, "event " + std::to_string(i) + " of a read");
  }
}

void Model::list(Store& store, const std::string& prefix, const std::string& after, std::uint64_t limit) {
  std::vector<std::pair<std::string, std::uint64_t>> right, listed;
  for (const auto& each : versions_)
    if (each.first.starts_with(prefix) && each.first > after && (limit == 0 || right.size() < limit))
      right.emplace_back(each);
  for (const StreamVersion& each : value(store.list_streams(prefix, after, limit)))
    listed.emplace_back(each.stream.str(), each.version);
  must_equal(listed, right, "the list of streams");
}

void Model::check_head(Store& store) { must_equal(value(store.head()), head_, "the head"); }

}  // namespace ec::conformance
