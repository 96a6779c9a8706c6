#include "sqlstate.hpp"

#include <algorithm>
#include <cctype>

namespace ec::postgres {

using plugin::Failure;

namespace {

struct Meaning {
  ec_status status;
  bool retryable;
  const char* advice;  // what to do, behind the server's own words; may be empty
};

// The longest prefix of a SQLSTATE wins.
struct Entry {
  std::string_view prefix;
  Meaning meaning;
};
constexpr Entry meanings[] = {
    {"08", {EC_UNAVAILABLE, true, ""}},
    {"0A", {EC_UNSUPPORTED, false, ""}},
    {"22", {EC_INVALID, false, ""}},
    {"22021", {EC_INVALID, false, "the text is not valid UTF-8"}},
    {"23", {EC_CORRUPT, false, "the tables hold what eventcore never writes; was something written by hand?"}},
    {"25", {EC_INTERNAL, false, "was the session's isolation level changed by a pooler? See the option 'pooler'"}},
    {"25006",
     {EC_READ_ONLY, true,
      "the server is a standby or read-only; name the primary, or use target_session_attrs=read-write with several "
      "hosts"}},
    {"26", {EC_CONFIG, false, "a pooler between here and the server? Set the option 'pooler' to transaction"}},
    {"28", {EC_CONFIG, false, "check user and password in the option 'dsn', and pg_hba.conf on the server"}},
    {"3D", {EC_CONFIG, false, "create the database, or name another one in the option 'dsn'"}},
    {"3F", {EC_CONFIG, false, "the schema is gone; was it dropped?"}},
    {"40", {EC_UNAVAILABLE, true, ""}},
    {"42", {EC_CONFIG, false, "the schema is not the one that this plugin made"}},
    {"42P05", {EC_CONFIG, false, "a pooler between here and the server? Set the option 'pooler' to transaction"}},
    {"42501", {EC_CONFIG, false, "grant the role what plugins/postgres/README.md lists under Privileges"}},
    {"53", {EC_UNAVAILABLE, true, ""}},
    {"53100", {EC_UNAVAILABLE, true, "the server's disk is full; make room there"}},
    {"53200", {EC_UNAVAILABLE, true, "the server is out of memory"}},
    {"53300",
     {EC_UNAVAILABLE, true,
      "the server has no connection left; raise max_connections, or lower the option 'read_connections'"}},
    {"54", {EC_LIMIT, false, ""}},
    {"55P03", {EC_TIMEOUT, true, "another append held the lock for too long"}},
    {"57", {EC_UNAVAILABLE, true, ""}},
    {"57014", {EC_TIMEOUT, true, "the server's statement_timeout, or somebody cancelled it"}},
    {"58", {EC_UNAVAILABLE, true, "the server's disk or file system fails"}},
    {"XX001", {EC_CORRUPT, false, "restore the database from a backup"}},
    {"XX002", {EC_CORRUPT, false, "rebuild the index, or restore the database from a backup"}},
};

Meaning meaning_of(std::string_view sqlstate) {
  const Entry* best = nullptr;
  for (const Entry& entry : meanings)
    if (sqlstate.starts_with(entry.prefix) && (best == nullptr || entry.prefix.size() > best->prefix.size()))
      best = &entry;
  return best == nullptr ? Meaning{EC_INTERNAL, false, ""} : best->meaning;
}

std::string one_line(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

std::string_view field(const PGresult* result, int code) {
  const char* value = PQresultErrorField(result, code);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

// In "FATAL:  28P01: password ...": libpq tells it in words alone.
std::string_view sqlstate_in(std::string_view text) {
  constexpr std::size_t length = 5;
  for (std::size_t at = text.find(":  "); at != std::string_view::npos; at = text.find(":  ", at + 1)) {
    const std::string_view code = text.substr(at + 3, length);
    const auto is_part = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
    if (code.size() == length && std::ranges::all_of(code, is_part) && text.substr(at + 3 + length).starts_with(": "))
      return code;
  }
  return {};
}

Failure refusal(std::string_view sqlstate, const std::string& location, std::string_view doing, std::string_view said) {
  const Meaning meaning = meaning_of(sqlstate);
  std::string message = location + ", " + std::string(doing) + ": " + one_line(said);
  if (*meaning.advice != '\0') message.append("; ").append(meaning.advice);
  return {meaning.status, message, sqlstate, meaning.retryable};
}

}  // namespace

Failure failure_of(const PGresult* result, const std::string& location, std::string_view doing) {
  const std::string_view sqlstate = field(result, PG_DIAG_SQLSTATE);
  std::string said(field(result, PG_DIAG_MESSAGE_PRIMARY));
  if (said.empty()) said = PQresultErrorMessage(result);
  const std::string_view detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  // "Failing row contains ..." would put a payload into messages and logs.
  const bool quotes_rows = sqlstate == "23502" || sqlstate == "23514";
  if (!detail.empty() && !quotes_rows) said.append(" (").append(detail).append(")");
  return refusal(sqlstate, location, doing, said);
}

Failure connect_failure(std::string_view text, const std::string& location) {
  const std::string_view sqlstate = sqlstate_in(text);
  std::string_view said = text.substr(0, text.find("\nLOCATION:"));
  // Without a SQLSTATE nobody answered, or the other side spoke no Postgres.
  if (sqlstate.empty())
    return {EC_UNAVAILABLE, location + ", connecting: " + one_line(said) + "; is the server running?", {}, true};
  return refusal(sqlstate, location, "connecting", said);
}

bool is_fatal(const PGresult* result) {
  const std::string_view severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity == "FATAL" || severity == "PANIC";
}

}  // namespace ec::postgres
