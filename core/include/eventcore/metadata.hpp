// What is known about an event beside what happened: who, why, as part of what.
//
//   ec::Metadata metadata;
//   metadata.correlation_id = "order-17";
//   metadata.actor = "alice";
//   metadata.other["tenant"] = "north";
#pragma once

#include <eventcore/json_read.hpp>
#include <eventcore/json_write.hpp>

#include <map>
#include <string>
#include <string_view>

namespace ec {

// Stored as one JSON object of strings, and as nothing at all when everything is empty. An empty text counts as absent.
struct Metadata {
  std::string correlation_id;                // the whole that this is a part of
  std::string causation_id;                  // the message or event that brought it about
  std::string actor;                         // who
  std::map<std::string, std::string> other;  // anything else; the three names above are taken

  friend bool operator==(const Metadata&, const Metadata&) = default;

  std::string encode() const {
    std::map<std::string, std::string> all = other;
    const auto put = [&](const char* key, const std::string& value) {
      if (value.empty()) return;
      all[key] = value;
    };
    put("correlation_id", correlation_id);
    put("causation_id", causation_id);
    put("actor", actor);
    std::string out;
    if (!all.empty()) json::write(out, all);
    return out;
  }

  static Result<Metadata> decode(std::string_view bytes) {
    Metadata metadata;
    if (bytes.empty()) return metadata;
    if (auto read = json::read(bytes, metadata.other); !read) return std::unexpected(std::move(read.error()));
    const auto take = [&](const char* key, std::string& value) {
      if (auto node = metadata.other.extract(key)) value = std::move(node.mapped());
    };
    take("correlation_id", metadata.correlation_id);
    take("causation_id", metadata.causation_id);
    take("actor", metadata.actor);
    return metadata;
  }
};

}  // namespace ec
