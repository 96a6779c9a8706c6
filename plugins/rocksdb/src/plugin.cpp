#include "store.hpp"

namespace {

using ec::plugin::literal;

constexpr std::uint64_t KiB = 1024;
constexpr std::uint64_t MiB = 1024 * KiB;
constexpr std::uint64_t GiB = 1024 * MiB;

constexpr ec_option options[] = {
    {literal("path"), EC_OPTION_PATH, EC_OPTION_REQUIRED, literal(""), literal(""), 0, 0,
     literal("folder of the database; made when it is missing")},
    {literal("create"), EC_OPTION_BOOL, 0, literal("true"), literal(""), 0, 0,
     literal("make the database when it is missing; false: that is an error")},
    {literal("read_only"), EC_OPTION_BOOL, 0, literal("false"), literal(""), 0, 0,
     literal("look at it without writing, also while another process has it open; shows what was there at opening")},
    {literal("durability"), EC_OPTION_CHOICE, 0, literal("fsync"),
     literal("fsync|acknowledged_events_may_be_lost_in_a_power_cut"), 0, 0,
     literal("fsync: an append is acknowledged when it is on stable storage")},
    {literal("max_payload"), EC_OPTION_SIZE, 0, literal("16MiB"), literal(""), 1, GiB,
     literal("largest payload of one event")},
    {literal("cache_size"), EC_OPTION_SIZE, 0, literal("64MiB"), literal(""), MiB, 0,
     literal("memory for blocks that were read")},
    {literal("write_buffer_size"), EC_OPTION_SIZE, 0, literal("64MiB"), literal(""), 64 * KiB, 4 * GiB,
     literal("memory for events that are not in a table file yet; about three times this in all")},
    {literal("cached_heads"), EC_OPTION_UINT, 0, literal("1000000"), literal(""), 2, 1'000'000'000,
     literal("streams whose version is kept in memory, about 100 bytes each")},
    {literal("recent_events"), EC_OPTION_SIZE, 0, literal("32MiB"), literal(""), 0, 0,
     literal("memory for the events written last, which commands read most; 0: none")},
    {literal("compression"), EC_OPTION_CHOICE, 0, literal("lz4"), literal("none|lz4|zstd"), 0, 0,
     literal("of table files")},
    {literal("reserve_free_space"), EC_OPTION_SIZE, 0, literal("64MiB"), literal(""), 0, 1024 * 1024 * GiB,
     literal("disk space that appends leave free: with less they are refused")},
    {literal("stall_timeout"), EC_OPTION_DURATION, 0, literal("10s"), literal(""), 1, 24 * 3'600'000,
     literal("how long an append without a deadline waits while RocksDB cannot keep up")},
};

}  // namespace

EVENTCORE_PLUGIN(ec::rocks::RocksStore, "rocksdb", "0.1.0", "keeps events in a RocksDB database on local disk", options)
