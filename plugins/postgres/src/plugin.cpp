#include "store.hpp"

namespace {

using ec::plugin::literal;

constexpr std::uint64_t MiB = 1024 * 1024;
constexpr std::uint64_t hour_ms = 3'600'000;

constexpr ec_option options[] = {
    {literal("dsn"), EC_OPTION_STRING, EC_OPTION_REQUIRED | EC_OPTION_SECRET, literal(""), literal(""), 0, 0,
     literal("libpq connection string or URI of the database, several hosts allowed")},
    {literal("schema"), EC_OPTION_STRING, 0, literal("eventcore"), literal(""), 0, 0,
     literal("the database schema that the store lies in")},
    {literal("create"), EC_OPTION_BOOL, 0, literal("true"), literal(""), 0, 0,
     literal("make the schema when it is missing and bring an older one up to date; false: that is an error")},
    {literal("read_only"), EC_OPTION_BOOL, 0, literal("false"), literal(""), 0, 0,
     literal("take no appends; a standby can be read, which shows what has reached it")},
    {literal("durability"), EC_OPTION_CHOICE, 0, literal("synchronous"),
     literal("synchronous|acknowledged_events_may_be_lost_in_a_crash"), 0, 0,
     literal("synchronous: an append is acknowledged when the server says that it is stored for good")},
    {literal("pooler"), EC_OPTION_CHOICE, 0, literal("none"), literal("none|transaction"), 0, 0,
     literal("transaction: there is a PgBouncer in transaction mode between here and the server")},
    {literal("notify"), EC_OPTION_BOOL, 0, literal("true"), literal(""), 0, 0,
     literal("wake waiting readers of other processes by NOTIFY; false: they poll")},
    {literal("read_connections"), EC_OPTION_UINT, 0, literal("4"), literal(""), 1, 1000,
     literal("connections for everything but appends, which have one")},
    {literal("connect_timeout"), EC_OPTION_DURATION, 0, literal("10s"), literal(""), 1, hour_ms,
     literal("how long a call without a deadline waits for a server that cannot be reached")},
    {literal("commit_patience"), EC_OPTION_DURATION, 0, literal("2s"), literal(""), 1, hour_ms,
     literal("how long past its deadline or cancellation a write waits for the answer to what was sent, before it is "
             "in doubt")},
    {literal("poll_interval"), EC_OPTION_DURATION, 0, literal("100ms"), literal(""), 1, hour_ms,
     literal("how often a waiting reader looks by itself whether there is something new")},
    {literal("max_payload"), EC_OPTION_SIZE, 0, literal("16MiB"), literal(""), 1, 512 * MiB,
     literal("largest payload of one event")},
};

}  // namespace

EVENTCORE_PLUGIN(ec::postgres::PostgresStore, "postgres", "0.1.0", "keeps events in a PostgreSQL database", options)
