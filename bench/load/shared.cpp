#include "shared.hpp"

#include <algorithm>
#include <map>

namespace bench {

namespace {

// The prefix of streams that are all there, by what stands before their number; empty: none are.
std::string whole_one(const std::vector<ec::StreamVersion>& there, const Settings& settings) {
  std::map<std::string, std::uint64_t> whole;
  for (const ec::StreamVersion& each : there) {
    const std::string& name = each.stream.str();
    if (each.version == *settings.history) ++whole[name.substr(0, name.rfind('/') + 1)];
  }
  for (const auto& [prefix, streams] : whole)
    if (streams == settings.streams) return prefix;
  return {};
}

}  // namespace

ec::Result<Shared> share_streams(ec::Store& store, const std::string& kind, const Settings& settings,
                                 std::size_t together, std::size_t events_an_append) {
  std::string prefix = kind + "/";
  for (const std::uint64_t number :
       {std::uint64_t{settings.streams}, *settings.history, std::uint64_t{settings.payload_bytes},
        std::uint64_t{together}, std::uint64_t{events_an_append}})
    prefix += std::to_string(number) + "/";
  auto there = store.list_streams(prefix, {}, 0, {.stop = settings.stop});
  if (!there) return std::unexpected(std::move(there.error()));
  if (std::string whole = whole_one(*there, settings); !whole.empty()) return Shared{std::move(whole), 0};
  auto head = store.head();  // has moved since any run that wrote something
  if (!head) return std::unexpected(std::move(head.error()));
  prefix += head->str() + "/";
  for (std::size_t i = 0; i < settings.streams; i += together) {
    std::vector<ec::StreamId> streams;
    for (std::size_t k = i; k < std::min(i + together, settings.streams); ++k)
      streams.emplace_back(prefix + std::to_string(k));
    if (auto filled = fill(store, streams, *settings.history, settings, events_an_append); !filled)
      return std::unexpected(std::move(filled.error()));
  }
  return Shared{std::move(prefix), *settings.history * settings.streams};
}

}  // namespace bench
