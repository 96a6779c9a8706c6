#include "importer.hpp"
#include "stores.hpp"

#include <algorithm>
#include <utility>

namespace cli {

namespace {

constexpr std::size_t batch_events = 2048;
constexpr std::size_t batch_bytes = 4U << 20U;
constexpr std::size_t most_known_streams = 100'000;

bool is_same(const ec_event* stored, const ec::NewEvent& event, const ec::Uuid& commit_id) {
  using ec::detail::view;
  return stored != nullptr && view(stored->type) == event.type && view(stored->payload) == event.payload &&
         view(stored->metadata) == event.metadata && stored->encoding == event.encoding &&
         stored->schema_version == event.schema_version && ec::Uuid{stored->commit_id} == commit_id &&
         (event.id.is_zero() || ec::Uuid{stored->id} == event.id) &&
         (event.recorded_at_us == 0 || stored->recorded_at_us == event.recorded_at_us);
}

// Whether libeventcore sent nothing, as it checks all appends of a call before: which of them is wrong it does not say.
bool is_unsent(const ec::Result<ec::Appended>& outcome) {
  return !outcome && (outcome.error().code == ec::Code::invalid || outcome.error().code == ec::Code::limit);
}

}  // namespace

void Importer::add(Numbered numbered) {
  const Group& group = numbered.group;
  const ec::Uuid& commit_id = group.append().commit_id;
  const Kind kind = kind_of(group);
  const bool is_repeated = !commit_id.is_zero() && commits_.contains(commit_id.str());
  if (kind != kind_ || kind == Kind::unclear || is_repeated) flush();
  kind_ = kind;
  note(group, kind);
  events_ += group.size();
  bytes_ += group.bytes();
  if (!commit_id.is_zero()) commits_.insert(commit_id.str());
  pending_.push_back(std::move(numbered));
  if (kind == Kind::unclear || events_ >= batch_events || bytes_ >= batch_bytes) flush();
}

void Importer::flush() {
  const auto groups = std::exchange(pending_, {});
  events_ = bytes_ = 0;
  commits_.clear();
  moved_.clear();
  if (versions_.size() > most_known_streams) versions_.clear();
  if (groups.empty()) return;
  if (groups.size() > 1 && kind_ == Kind::fitting && knows_a_commit(groups)) return send_one_by_one(groups);
  std::vector<ec::Append> appends;
  for (const Numbered& each : groups) appends.push_back(each.group.append());
  const auto outcomes = store_.append_all(appends);
  if (groups.size() > 1 && is_unsent(outcomes.front())) return send_one_by_one(groups);
  for (std::size_t i = 0; i < outcomes.size(); ++i) settle(groups[i], outcomes[i]);
}

void Importer::send_one_by_one(const std::vector<Numbered>& groups) {
  for (const Numbered& each : groups) settle(each, store_.append_all({each.group.append()}).front());
}

Importer::Kind Importer::kind_of(const Group& group) {
  bool is_fitting = true, is_there = true;
  const auto& expects = group.append().expects;
  for (std::size_t i = 0; i < expects.size(); ++i) {
    const bool has_version = expects[i].mode == EC_EXPECT_EXACT;
    const std::uint64_t version = has_version ? version_of(expects[i].stream) : 0;
    is_fitting = is_fitting && (!has_version || version == expects[i].version);
    is_there = is_there && has_version && version >= expects[i].version + group.count_for(i);
  }
  return is_fitting ? Kind::fitting : is_there ? Kind::there : Kind::unclear;
}

// Once what is pending is stored.
std::uint64_t Importer::version_of(const ec::StreamId& stream) {
  if (moved_.contains(stream)) flush();
  const auto [place, is_new] = versions_.try_emplace(stream, 0);
  if (is_new) {
    Events last(store_.read({{stream, 0}}, {.backward = true, .limit = 1}));
    if (const ec_event* event = last.next()) place->second = event->version;
  }
  return place->second;
}

// What its streams will be.
void Importer::note(const Group& group, Kind kind) {
  const auto& expects = group.append().expects;
  for (std::size_t i = 0; i < expects.size(); ++i) {
    const ec::StreamId& stream = expects[i].stream;
    const bool has_version = expects[i].mode == EC_EXPECT_EXACT;
    if (has_version && kind == Kind::fitting) versions_[stream] = expects[i].version + group.count_for(i);
    if (!has_version || kind == Kind::unclear) versions_.erase(stream);
    if (!has_version) moved_.insert(stream);
  }
}

// Whether the store has a commit of one of them already, which is then either the same or refused.
bool Importer::knows_a_commit(const std::vector<Numbered>& groups) {
  std::vector<ec::Uuid> ids;
  for (const Numbered& each : groups)
    if (const ec::Uuid& id = each.group.append().commit_id; !id.is_zero()) ids.push_back(id);
  return std::ranges::any_of(look_commits_up(store_, ids), [](const FoundCommit& found) { return !found.problem; });
}

void Importer::settle(const Numbered& numbered, const ec::Result<ec::Appended>& outcome) {
  if (outcome && !outcome->repeated) {
    imported_.events += numbered.group.size();
    ++imported_.appends;
    return;
  }
  if (!outcome) {
    const ec::Code code = outcome.error().code;
    const bool may_be_there = code == ec::Code::conflict || code == ec::Code::duplicate;
    if (!may_be_there || !is_there(numbered.group))
      throw failure(outcome.error(), "line " + std::to_string(numbered.line) + ": ");
  }
  imported_.already_there += numbered.group.size();
}

// Whether the store has exactly these events at these versions.
bool Importer::is_there(const Group& group) {
  const ec::Append& append = group.append();
  for (std::size_t i = 0; i < append.expects.size(); ++i) {
    const ec::Expect& expect = append.expects[i];
    if (expect.mode != EC_EXPECT_EXACT) return false;
    Events stored(store_.read({{expect.stream, expect.version}}, {.limit = group.count_for(i)}));
    for (const ec::NewEvent& event : append.events)
      if (event.expect == i && !is_same(stored.next(), event, append.commit_id)) return false;
  }
  return true;
}

}  // namespace cli
