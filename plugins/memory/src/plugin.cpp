#include "store.hpp"

namespace {

using ec::plugin::literal;

constexpr ec_option options[] = {
    {literal("max_payload"), EC_OPTION_SIZE, 0, literal("16MiB"), literal(""), 1, 1024ULL * 1024 * 1024,
     literal("largest payload of one event")},
};

}  // namespace

EVENTCORE_PLUGIN(ec::memory::MemoryStore, "memory", "0.1.0", "keeps events in memory, for tests, tools and embedding",
                 options)
