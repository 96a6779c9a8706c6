#include "contract.hpp"
#include "support.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>
#include <ostream>

namespace ec {

void PrintTo(const Position& position, std::ostream* out) { *out << position.str(); }
void PrintTo(const Uuid& uuid, std::ostream* out) { *out << uuid.str(); }

}  // namespace ec

namespace ec::conformance {

namespace {

std::optional<Store>& opened_store() {
  static std::optional<Store> store;
  return store;
}

constexpr int pattern = 0xA5;

template <class T>
T patterned() {
  T filled;
  std::memset(&filled, pattern, sizeof filled);
  filled.struct_size = sizeof filled;
  return filled;
}

template <class T>
bool untouched(const T& given) {
  const T fresh = patterned<T>();
  return std::memcmp(&given, &fresh, sizeof given) == 0;
}

// The C request and what it points into.
class Request {
 public:
  Request(const std::vector<Expect>& expects, const std::vector<NewEvent>& events, Uuid commit_id) {
    for (const Expect& each : expects) expects_.push_back({detail::str(each.stream.str()), each.version, each.mode, 0});
    for (const NewEvent& each : events)
      events_.push_back({static_cast<std::uint32_t>(each.expect), each.encoding, each.schema_version, 0, each.id.value,
                         each.recorded_at_us, detail::str(each.type), detail::bytes(each.payload),
                         detail::bytes(each.metadata)});
    raw_ = {sizeof raw_,         0,
            commit_id.value,     expects_.data(),
            expects_.size(),     sizeof(ec_expect),
            events_.data(),      events_.size(),
            sizeof(ec_new_event)};
  }
  const ec_append& raw() const { return raw_; }

 private:
  std::vector<ec_expect> expects_;
  std::vector<ec_new_event> events_;
  ec_append raw_{};
};

constexpr std::uint64_t untouched_version = 0xA5A5A5A5A5A5A5A5U;

void check_refused(const ec_outcome& given, const Answer& answer) {
  ec_outcome outcome = given;
  const ec_outcome fresh = patterned<ec_outcome>();
  outcome.status = fresh.status;
  outcome.versions = fresh.versions;
  outcome.error = fresh.error;
  bool versions_touched = false;
  for (const std::uint64_t version : answer.versions) versions_touched |= version != untouched_version;
  if (!untouched(outcome) || versions_touched)
    throw ContractBroken("an append that was refused touched other members of its outcome than status and error");
}

Answer send(Store& store, const ec_append& request, const Call& call) {
  Answer answer;
  answer.versions.assign(request.expect_count, untouched_version);
  ec_error error = patterned_error();
  ec_outcome outcome = patterned<ec_outcome>();
  outcome.versions = answer.versions.data();
  outcome.error = &error;
  const ec_call raw = detail::to_raw(call);
  const ec_status status = ec_store_append(store.raw(), &request, &raw, &outcome, &error);
  static_cast<Told&>(answer) = checked(status, error);
  if (outcome.status != status) throw ContractBroken("the outcome's status is not the one that append returned");
  if (status != EC_OK) {
    check_refused(outcome, answer);
    answer.versions.clear();
    return answer;
  }
  answer.repeated = (outcome.flags & EC_OUTCOME_REPEATED) != 0;
  answer.first = Position::from(outcome.first);
  answer.last = Position::from(outcome.last);
  return answer;
}

Seen copy(const RecordedEvent& event) {
  const ec_event& raw = event.raw();
  return {std::string(event.stream()),
          std::string(event.type()),
          std::string(event.payload()),
          std::string(event.raw_metadata()),
          event.id(),
          event.commit_id(),
          event.position(),
          event.version(),
          raw.recorded_at_us,
          raw.stream_index,
          raw.encoding,
          raw.schema_version};
}

// Of the last two.
void check_order(const std::vector<Seen>& events, bool backward) {
  if (events.size() < 2) return;
  const Position before = events[events.size() - 2].position, last = events.back().position;
  if (last == before) throw ContractBroken("a read gives the event at position " + last.str() + " twice");
  if (backward ? last > before : last < before)
    throw ContractBroken("position " + last.str() + " follows " + before.str() + " in a read " +
                         (backward ? "backward" : "forward"));
}

}  // namespace

Settings& settings() {
  static Settings instance;
  return instance;
}

Store& the_store() {
  std::optional<Store>& store = opened_store();
  if (!store) store.emplace(value(Store::open(settings().config)));
  return *store;
}

void close_store() { opened_store().reset(); }

ec_info info_of_store() { return value(the_store().info()); }

ec_error patterned_error() { return patterned<ec_error>(); }

Told checked(ec_status status, const ec_error& error) {
  if (status == EC_OK) {
    if (!untouched(error)) throw ContractBroken("a call that succeeded touched its error");
    return {status, EC_ERROR_INIT};
  }
  if (untouched(error))
    throw ContractBroken(std::string("a call that failed left its error empty: ") + ec_status_name(status));
  if (error.code != status) throw ContractBroken("an error carries another code than the status that was returned");
  const auto is_text = [](const char* text, std::size_t size) { return std::memchr(text, '\0', size) != nullptr; };
  if (!is_text(error.message, sizeof error.message) || !is_text(error.native_code, sizeof error.native_code))
    throw ContractBroken("a text of an error is not terminated by NUL");
  if (error.message[0] == '\0') throw ContractBroken("an error has no message");
  if (ec_utf8_check({error.message, std::strlen(error.message)}) == 0)
    throw ContractBroken("an error's message is not UTF-8");
  return {status, error};
}

testing::AssertionResult ended(const Told& told, ec_status wanted) {
  if (told.status == wanted) return testing::AssertionSuccess();
  const std::string words = told.error.message[0] == '\0' ? "" : " (" + std::string(told.error.message) + ")";
  return testing::AssertionFailure() << "it ended in " << ec_status_name(told.status) << words << ", "
                                     << ec_status_name(wanted) << " is what the contract asks for";
}

Answer append(Store& store, const std::vector<Expect>& expects, const std::vector<NewEvent>& events, const With& with) {
  return send(store, Request(expects, events, with.commit_id).raw(), with.call);
}

Answer look_up(Store& store, Uuid commit_id) {
  ec_append request{};
  request.struct_size = sizeof request;
  request.flags = EC_APPEND_LOOKUP;
  request.commit_id = commit_id.value;
  return send(store, request, {});
}

testing::AssertionResult conflict(const Answer& answer, std::uint32_t index, std::uint64_t expected,
                                  std::uint64_t actual) {
  if (auto status = ended(answer, EC_CONFLICT); !status) return status;
  const ec_error& error = answer.error;
  if (error.conflict_index == index && error.expected_version == expected && error.actual_version == actual)
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << "the conflict is told as expectation " << error.conflict_index
                                     << ", expected version " << error.expected_version << ", actual version "
                                     << error.actual_version << "; right is expectation " << index << ", expected "
                                     << expected << ", actual " << actual;
}

testing::AssertionResult each_once(const std::vector<std::string>& there, const std::vector<std::string>& sent) {
  for (const std::string& each : sent) {
    const auto times = std::ranges::count(there, each);
    if (times == std::ranges::count(sent, each)) continue;
    return testing::AssertionFailure() << (times == 0 ? "lost: " : "there too often, or not often enough: ")
                                       << testing::PrintToString(each) << ", there " << times << " times";
  }
  if (there == sent) return testing::AssertionSuccess();
  return testing::AssertionFailure() << (there.size() > sent.size() ? "there is more than was sent: "
                                                                    : "not in the order in which it was given: ")
                                     << testing::PrintToString(there) << ", right is " << testing::PrintToString(sent);
}

NewEvent event(std::size_t expect, std::string payload, std::string type) {
  return {expect, std::move(type), std::move(payload)};
}

void PrintTo(const Seen& seen, std::ostream* out) {
  *out << seen.stream << " v" << seen.version << " at " << seen.position.str() << " type '" << seen.type << "' payload "
       << testing::PrintToString(seen.payload) << " metadata " << testing::PrintToString(seen.metadata) << " id "
       << seen.id.str() << " commit " << seen.commit_id.str() << " time " << seen.recorded_at_us << " stream "
       << seen.stream_index << " encoding " << seen.encoding << " schema " << seen.schema_version;
}

std::vector<std::string> Reading::payloads() const {
  std::vector<std::string> texts;
  texts.reserve(events.size());
  for (const Seen& each : events) texts.push_back(each.payload);
  return texts;
}

Reading drain(Result<EventCursor> cursor, bool backward) {
  EventCursor open = value(std::move(cursor));
  Reading reading;
  while (open.next()) {
    if (reading.batches++ > 0 && open.head() != reading.head)
      throw ContractBroken("two batches of one read tell two heads: it is not made from one view");
    reading.head = open.head();
    for (const RecordedEvent each : open.batch()) {
      reading.events.push_back(copy(each));
      check_order(reading.events, backward);
      if (each.position() > open.head())
        throw ContractBroken("position " + each.position().str() + " is above the read's own head, " +
                             open.head().str());
    }
  }
  if (const auto& error = open.error()) throw ContractBroken("a read ended in an error: " + error->message);
  if (reading.batches > 0 && open.head() != reading.head)
    throw ContractBroken("the last batch of a read tells another head than the others");
  reading.head = open.head();
  reading.through = open.through();
  return reading;
}

Answer Contract::grow(const StreamId& id, std::size_t count, const std::string& type) {
  const std::uint64_t before = version(id);
  std::vector<NewEvent> events;
  for (std::size_t i = 1; i <= count; ++i) events.push_back(event(0, std::to_string(before + i), type));
  return written({Expect::any(id)}, events);
}

void Contract::expect_lent_during_other_calls(EventCursor& open) const {
  const auto copied = [&] {
    std::vector<Seen> events;
    for (const RecordedEvent each : open.batch()) events.push_back(copy(each));
    return events;
  };
  const std::vector<Seen> before = copied();
  const auto expect_unchanged = [&](const char* after) {
    EXPECT_TRUE(copied() == before) << "bytes that were lent changed before the next call on their cursor, after "
                                    << after;
  };
  grow(stream("meanwhile"), 300);
  expect_unchanged("an append");
  head();
  expect_unchanged("head");
  EventCursor other = value(store().read_all({.prefixes = {prefix_}}));
  other.next();
  expect_unchanged("a read of another cursor");
  value(store().list_streams(prefix_));
  expect_unchanged("a list of streams");
}

std::string Contract::fresh_prefix() {
  static const std::string run = Uuid::make().str().substr(24);
  static std::atomic<unsigned> tests = 0;
  return "conformance/" + run + "/" + std::to_string(++tests) + "/";
}

}  // namespace ec::conformance
