#include "options.hpp"
#include "output.hpp"
#include "stores.hpp"
#include "table.hpp"

#include <eventcore/json_write.hpp>

#include <array>
#include <unistd.h>
#include <utility>

namespace cli {

namespace {

struct Info {
  std::string plugin, plugin_version, location, store_id, head;
  std::vector<std::string> promises;
  std::uint64_t max_payload = 0, max_metadata = 0, max_events_per_append = 0, max_bytes_per_append = 0;
};
EC_FIELDS(Info, plugin, plugin_version, location, store_id, head, promises, max_payload, max_metadata,
          max_events_per_append, max_bytes_per_append)

std::vector<std::string> promises_of(std::uint32_t capabilities) {
  constexpr std::array<std::pair<std::uint32_t, const char*>, 4> known = {{{EC_CAP_DURABLE, "durable"},
                                                                           {EC_CAP_SHARED, "shared"},
                                                                           {EC_CAP_DENSE_POSITIONS, "dense_positions"},
                                                                           {EC_CAP_PERSISTENT, "persistent"}}};
  std::vector<std::string> names;
  for (const auto& [bit, name] : known)
    if ((capabilities & bit) != 0) names.emplace_back(name);
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all.empty() ? "none" : all;
}

}  // namespace

int info(const Options& options, const std::stop_token& stop) {
  ec::Store store = open_to_look(options.config, stop);
  const ec_info raw = info_of(store);
  const ec_plugin& plugin = *ec_store_plugin(store.raw());
  const Info it{std::string(ec::detail::view(plugin.name)),
                std::string(ec::detail::view(plugin.version)),
                std::string(ec::detail::view(raw.location)),
                ec::Uuid{raw.store_id}.str(),
                take(store.head({.stop = stop})).str(),
                promises_of(raw.capabilities),
                raw.max_payload,
                raw.max_metadata,
                raw.max_events_per_append,
                raw.max_bytes_per_append};
  Output out;
  if (options.json) {
    ec::json::write(out.text(), it);
    out.text() += '\n';
  } else {
    append_table(out.text(), {"WHAT", "VALUE"},
                 {{"plugin", it.plugin + " " + it.plugin_version},
                  {"location", it.location},
                  {"store id", it.store_id},
                  {"head", it.head},
                  {"promises", joined(it.promises)},
                  {"largest payload", std::to_string(it.max_payload) + " bytes"},
                  {"largest metadata", std::to_string(it.max_metadata) + " bytes"},
                  {"largest append", std::to_string(it.max_events_per_append) + " events, " +
                                         std::to_string(it.max_bytes_per_append) + " bytes"}},
                 is_terminal(STDOUT_FILENO));
  }
  out.finish();
  return done;
}

}  // namespace cli
