#include "handled.hpp"
#include "kinds.hpp"
#include "payload.hpp"

#include <array>

namespace bench {

namespace {

constexpr auto kinds = std::to_array<WorkloadKind>({
    {"transfer", "the bank's transfers between accounts that all share", 2, 100, AtOnce::many_a_client,
     transfer_workload},
    {"append", "appends to streams of the client's own", 2, 0, AtOnce::many_a_client, append_workload},
    {"read-mostly", "an account's last events are read, now and then there is a transfer", 2, 100,
     AtOnce::many_a_client, read_mostly_workload},
    {"hot", "commands that all read and write one stream", 1, 200, AtOnce::many_a_client, hot_workload},
    {"catch-up-while-writing", "appends, while a projection catches up from the start again and again", 1, 1'000,
     AtOnce::many_a_client, catch_up_while_writing_workload},
    {"projection-lag", "appends, while a projection follows", 1, 0, AtOnce::many_a_client, projection_lag_workload},
    {"disjoint-transfer", "transfers between accounts of the client's own", 2, 0, AtOnce::many_a_client,
     disjoint_transfer_workload},
    {"deposit", "commands on one account of the client's own", 1, 0, AtOnce::many_a_client, deposit_workload},
    {"snapshot", "the same with a snapshot", 1, 0, AtOnce::many_a_client, snapshot_workload},
    {"cache", "the same with a state in memory", 1, 0, AtOnce::many_a_client, cache_workload},
    {"read", "whole streams are read", 2, 1'000, AtOnce::one_a_client, read_workload},
    {"catch-up", "a projection from the start to the head", 1, 1'000, AtOnce::one, catch_up_workload},
    {"read-all", "the bare read of the same", 1, 1'000, AtOnce::one, read_all_workload},
    {"live", "appends, each waited for until a projection that follows has it", 1, 0, AtOnce::one, live_workload},
    {"paced", "the same appends without a projection", 1, 0, AtOnce::many_a_client, paced_workload},
});

// The head has moved since any run that wrote something.
ec::Result<std::string> prefix_of_run(ec::Store& store, std::string_view name) {
  auto head = store.head();
  if (!head) return std::unexpected(std::move(head.error()));
  return std::string(name) + "/" + head->str() + "/";
}

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  operations += other.operations;
  attempts += other.attempts;
  conflicts += other.conflicts;
  retries += other.retries;
  rejections += other.rejections;
  given_up += other.given_up;
  events_written += other.events_written;
  events_read += other.events_read;
  return *this;
}

Tally Tally::operator-(const Tally& earlier) const {
  return {operations - earlier.operations,         attempts - earlier.attempts,
          conflicts - earlier.conflicts,           retries - earlier.retries,
          rejections - earlier.rejections,         given_up - earlier.given_up,
          events_written - earlier.events_written, events_read - earlier.events_read};
}

ec::Result<> Client::acknowledge(ec::Position first, ec::Position last) {
  if (first <= last_ || last < first)
    return std::unexpected(ec::Error{ec::Code::corrupt, "an append was acknowledged at positions " + first.str() +
                                                            " to " + last.str() + " after one at " + last_.str()});
  last_ = last;
  return {};
}

Task Client::begin(Loop&, Told& told) {
  told.over(std::unexpected(ec::Error{ec::Code::unsupported, "this workload has no operations without a thread"}));
  co_return;
}

std::span<const WorkloadKind> all_workloads() { return kinds; }

const WorkloadKind* find_workload(std::string_view name) {
  for (const WorkloadKind& kind : kinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

std::string workload_names() {
  std::string all;
  for (const WorkloadKind& kind : kinds) all += (all.empty() ? "" : ", ") + std::string(kind.name);
  return all;
}

ec::Result<std::unique_ptr<Workload>> make_workload(ec::Store& store, Settings settings) {
  if (const std::string wrong = complete(settings); !wrong.empty())
    return std::unexpected(ec::Error{ec::Code::invalid, wrong});
  auto prefix = prefix_of_run(store, settings.workload);
  if (!prefix) return std::unexpected(std::move(prefix.error()));
  return find_workload(settings.workload)->make(store, settings, *prefix);
}

ec::Result<> fill(ec::Store& store, const std::vector<ec::StreamId>& streams, std::uint64_t count,
                  const Settings& settings, std::size_t events_an_append) {
  Payloads payloads(settings.payload_bytes, settings.seed);
  std::vector<ec::Expect> expects;
  expects.reserve(streams.size());
  for (const ec::StreamId& stream : streams) expects.push_back(ec::Expect::any(stream));
  std::vector<ec::NewEvent> events;
  const std::uint64_t all = count * streams.size();
  for (std::uint64_t i = 0; i < all; ++i) {
    events.push_back({.expect = i % streams.size(),
                      .type = std::string(ec::type_of<Filled>),
                      .payload = payloads.next(),
                      .encoding = EC_ENCODING_BYTES});
    if (events.size() < events_an_append && i + 1 < all) continue;
    auto appended = store.append(expects, events, {}, {.stop = settings.stop});
    if (!appended) return std::unexpected(std::move(appended.error()));
    events.clear();
  }
  return {};
}

}  // namespace bench
