#include "config.hpp"

#include <algorithm>
#include <libpq-fe.h>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace ec::postgres {

namespace {

constexpr std::size_t most_schema_bytes = 63;  // NAMEDATALEN - 1

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    parts.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

std::string location_of(const Hosts& hosts, const std::string& schema) {
  std::string where;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const bool named = i < hosts.names.size() && !hosts.names[i].empty();
    if (i > 0) where += ',';
    where += named ? hosts.names[i] : i < hosts.addresses.size() ? hosts.addresses[i] : "localhost";
    const std::vector<std::string>& ports = hosts.ports;
    if (!ports.empty()) where += ':' + (ports.size() == 1 ? ports[0] : i < ports.size() ? ports[i] : "");
  }
  return "postgres " + (where.empty() ? "localhost" : where) +
         (hosts.database.empty() ? "" : ", database " + hosts.database) + ", schema " + schema;
}

Hosts hosts_in(const std::string& dsn, const Config& config) {
  try {
    return Hosts(dsn);
  } catch (const std::invalid_argument& problem) {
    throw config.wrong_dsn(problem.what());
  }
}

}  // namespace

Hosts::Hosts(const std::string& dsn) {
  char* problem = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(dsn.c_str(), &problem),
                                                                             PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> freed(problem, PQfreemem);
  if (!options)
    throw std::invalid_argument(
        "is no connection string that libpq understands; write postgresql://user@host:port/database or host=... "
        "dbname=...");
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword(option->keyword);
    if (keyword == "host") names = split(option->val);
    if (keyword == "hostaddr") addresses = split(option->val);
    if (keyword == "port") ports = split(option->val);
    if (keyword == "dbname") database = option->val;
    const bool shown = keyword.starts_with("host") || keyword == "port" || keyword == "dbname" || keyword == "user";
    if (!shown && *option->val != '\0') unshown.push_back('"' + std::string(option->val) + '"');
  }
  // A password with one of these in it, written as it is, ends too early, and its rest turns up as something else.
  const auto has_at = [](const std::string& text) { return text.find('@', 1) != std::string::npos; };
  const auto is_number = [](const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (std::ranges::any_of(names, has_at) || has_at(database) || !std::ranges::all_of(ports, is_number))
    throw std::invalid_argument(
        "the host, the port or the database in it is none; in a URI, write @ : / of a user or a password as %40 %3A "
        "%2F");
}

std::string Hosts::redacted(std::string_view said) const {
  constexpr std::string_view stars = "\"***\"";
  std::string text(said);
  for (const std::string& quoted : unshown)
    for (std::size_t at = 0; (at = text.find(quoted, at)) != std::string::npos; at += stars.size())
      text.replace(at, quoted.size(), stars);
  return text;
}

std::size_t Hosts::size() const { return std::max(names.size(), addresses.size()); }

std::string Hosts::rotated(const std::vector<std::string>& list, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) text += ',';
    text += list[(i + count) % list.size()];
  }
  return text;
}

Config::Config(const plugin::Settings& settings)
    : dsn(settings.text("dsn")),
      schema(settings.text("schema")),
      create(settings.flag("create")),
      read_only(settings.flag("read_only")),
      durable(settings.text("durability") == "synchronous"),
      pooled(settings.text("pooler") == "transaction"),
      wants_notify(settings.flag("notify")),
      read_connections(settings.number("read_connections")),
      connect_timeout_ms(settings.number("connect_timeout")),
      commit_patience_ms(settings.number("commit_patience")),
      poll_interval_ms(settings.number("poll_interval")),
      max_payload_bytes(settings.number("max_payload")),
      dsn_origin(settings.origin("dsn")),
      schema_origin(settings.origin("schema")),
      hosts(hosts_in(dsn, *this)),
      location(location_of(hosts, schema)) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; };
  if (schema.empty() || schema.size() > most_schema_bytes || std::ranges::any_of(schema, is_control) ||
      schema.starts_with("pg_") || schema == "public" || schema == "information_schema" ||
      schema == "$user")  // in a search_path that is another schema, however quoted
    throw wrong_schema(
        "'" + schema + "' is no name for a schema; it has 1 to " + std::to_string(most_schema_bytes) +
        " bytes, no control characters, does not begin with pg_, and is not public, information_schema or $user");
}

plugin::Failure Config::wrong_dsn(const std::string& what, std::string_view native_code) const {
  return {EC_CONFIG, dsn_origin + ": option 'dsn': " + what, native_code};
}

plugin::Failure Config::wrong_schema(const std::string& what, std::string_view native_code) const {
  const bool given = schema_origin != "default";
  return {EC_CONFIG,
          (given ? schema_origin + ": option 'schema': " : dsn_origin + ": option 'schema', by default: ") + what,
          native_code};
}

}  // namespace ec::postgres
