#include "config.hpp"

namespace ec::rocks {

namespace {

rocksdb::CompressionType compression_of(std::string_view name) {
  if (name == "none") return rocksdb::kNoCompression;
  return name == "zstd" ? rocksdb::kZSTD : rocksdb::kLZ4Compression;
}

}  // namespace

Config::Config(const plugin::Settings& settings)
    : path(settings.text("path")),
      create(settings.flag("create")),
      read_only(settings.flag("read_only")),
      durable(settings.text("durability") == "fsync"),
      max_payload_bytes(settings.number("max_payload")),
      cache_bytes(settings.number("cache_size")),
      write_buffer_bytes(settings.number("write_buffer_size")),
      cached_heads(settings.number("cached_heads")),
      recent_bytes(settings.number("recent_events")),
      reserve_bytes(settings.number("reserve_free_space")),
      stall_timeout_ms(settings.number("stall_timeout")),
      compression(compression_of(settings.text("compression"))),
      path_origin(settings.origin("path")) {}

}  // namespace ec::rocks
