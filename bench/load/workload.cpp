#include "kinds.hpp"
#include "payload.hpp"

namespace bench {

namespace {

// The head has moved since any run that wrote something.
ec::Result<std::string> prefix_of_run(ec::Store& store, std::string_view name) {
  auto head = store.head();
  if (!head) return std::unexpected(std::move(head.error()));
  return std::string(name) + "/" + head->str() + "/";
}

}  // namespace

ec::Result<std::unique_ptr<Workload>> make_workload(std::string_view name, ec::Store& store, const Settings& settings) {
  auto prefix = prefix_of_run(store, name);
  if (!prefix) return std::unexpected(std::move(prefix.error()));
  if (name == "append") return append_workload(store, settings, *prefix);
  if (name == "deposit") return deposit_workload(store, settings, *prefix);
  if (name == "snapshot") return snapshot_workload(store, settings, *prefix);
  if (name == "cache") return cache_workload(store, settings, *prefix);
  if (name == "transfer") return transfer_workload(store, settings, *prefix);
  if (name == "hot") return hot_workload(store, settings, *prefix);
  if (name == "read") return read_workload(store, settings);
  if (name == "catch_up") return catch_up_workload(store, settings);
  if (name == "read_all") return read_all_workload(store, settings);
  if (name == "live") return live_workload(store, settings, *prefix);
  if (name == "paced") return paced_workload(store, settings, *prefix);
  return std::unexpected(ec::Error{
      ec::Code::invalid, "there is no workload '" + std::string(name) + "'; there are " + std::string(workload_names)});
}

ec::Result<> fill(ec::Store& store, const std::vector<ec::StreamId>& streams, std::uint64_t count,
                  std::size_t payload_bytes, std::size_t events_an_append) {
  Payloads payloads(payload_bytes);
  std::vector<ec::Expect> expects;
  expects.reserve(streams.size());
  for (const ec::StreamId& stream : streams) expects.push_back(ec::Expect::any(stream));
  std::vector<ec::NewEvent> events;
  const std::uint64_t all = count * streams.size();
  for (std::uint64_t i = 0; i < all; ++i) {
    events.push_back(
        {.expect = i % streams.size(), .type = "filled", .payload = payloads.next(), .encoding = EC_ENCODING_BYTES});
    if (events.size() < events_an_append && i + 1 < all) continue;
    auto appended = store.append(expects, events);
    if (!appended) return std::unexpected(std::move(appended.error()));
    events.clear();
  }
  return {};
}

}  // namespace bench
