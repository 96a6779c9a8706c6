#include "../support/plugin_folder.hpp"
#include "support.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <libpq-fe.h>
#include <map>
#include <ostream>
#include <sys/wait.h>

namespace ec::postgres::test {

namespace {

std::string quoted_for_shell(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// Its output; throws with it when it fails.
std::string run_script(const std::vector<std::string>& arguments) {
  std::string command = quoted_for_shell(EVENTCORE_TEST_POSTGRES_SCRIPT);
  for (const std::string& each : arguments) command += " " + quoted_for_shell(each);
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string output;
  std::array<char, 4096> buffer{};
  while (std::size_t got = fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), got);
  if (const int status = pclose(pipe); status != 0) throw std::runtime_error(command + ": " + output);
  return output;
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

std::vector<std::string> with_settings(std::vector<std::string> arguments, const Options& settings) {
  for (const std::string& setting : settings) {
    arguments.emplace_back("--set");
    arguments.push_back(setting);
  }
  return arguments;
}

std::filesystem::path fresh_folder(const std::string& kind) {
  static const std::string run = Uuid::make().str().substr(24);
  static int count = 0;
  return std::filesystem::temp_directory_path() / ("eventcore_" + kind + "_" + run + "_" + std::to_string(++count));
}

}  // namespace

Server::Server(const Options& settings) : folder_(fresh_folder("server")) {
  dsn_ = last_line(run_script(with_settings({"start", "--data", folder_}, settings)));
}

Server::Server(AsStandbyOf primary, const Options& settings) : folder_(fresh_folder("standby")) {
  dsn_ = last_line(
      run_script(with_settings({"standby", "--data", folder_, "--primary", primary.primary.folder()}, settings)));
}

Server::~Server() {
  try {
    run_script({"stop", "--data", folder_, "--mode", "immediate", "--remove"});
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
  }
}

int Server::port() const { return std::stoi(dsn_.substr(dsn_.rfind(':') + 1)); }
void Server::stop(const std::string& mode) const { run_script({"stop", "--data", folder_, "--mode", mode}); }
void Server::start() const { run_script({"start", "--data", folder_}); }
void Server::reload(const Options& settings) const {
  run_script(with_settings({"reload", "--data", folder_}, settings));
}
std::unique_ptr<Server> Server::make_standby(const Options& settings) const {
  return std::unique_ptr<Server>(new Server(AsStandbyOf{*this}, settings));
}
void Server::promote() const { run_script({"promote", "--data", folder_}); }

std::string shared_dsn() {
  const char* file = std::getenv("EVENTCORE_TEST_POSTGRES");
  if (file == nullptr) throw std::runtime_error("EVENTCORE_TEST_POSTGRES must name the file with the server's DSN");
  std::ifstream in(file);
  std::string dsn;
  if (!std::getline(in, dsn)) throw std::runtime_error(std::string(file) + " holds no DSN; is the server running?");
  return dsn;
}

std::string with(const std::string& dsn, const std::string& keyword, const std::string& value) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(dsn.c_str(), nullptr),
                                                                             PQconninfoFree);
  if (!options) throw std::runtime_error("no connection string");
  std::map<std::string, std::string> parts;
  for (const PQconninfoOption* each = options.get(); each->keyword != nullptr; ++each)
    if (each->val != nullptr) parts[each->keyword] = each->val;
  parts[keyword] = value;
  std::string text;
  for (const auto& [name, part] : parts) {
    text += name + "='";
    for (const char c : part) text += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    text += "' ";
  }
  return text;
}

Schema::Schema(std::string dsn) : dsn_(std::move(dsn)), name_("test_" + Uuid::make().str()) {}

Schema::~Schema() {
  try {
    sql(dsn_, "DROP SCHEMA IF EXISTS " + quoted() + " CASCADE");
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
  }
}

std::string Schema::quoted() const { return '"' + name_ + '"'; }

std::string configuration(const std::string& dsn, const Options& options) {
  std::string yaml = "plugin: postgres\nplugin_path: [" + ec::test::plugin_folder() + "]\noptions:\n  dsn: \"";
  for (const char c : dsn) yaml += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  yaml += "\"\n";
  for (const std::string& option : options) yaml += "  " + option + "\n";
  return yaml;
}

Result<Store> open(const std::string& dsn, const Options& options, const Call& call) {
  return Store::open_text(configuration(dsn, options), "test.yaml", call);
}

Result<Store> open(const Schema& schema, Options options, const Call& call) {
  options.push_back("schema: " + schema.name());
  return open(schema.dsn(), options, call);
}

void PrintTo(const Seen& seen, std::ostream* out) {
  *out << seen.position << ": " << seen.stream << "@" << seen.version << " " << seen.payload.substr(0, 80);
}

std::vector<Seen> drain(Result<EventCursor> cursor) {
  EventCursor open = value(std::move(cursor));
  std::vector<Seen> seen;
  while (open.next())
    for (const RecordedEvent& event : open.batch())
      seen.push_back({std::string(event.stream()), event.version(), event.position().raw().lo,
                      std::string(event.payload()), event.commit_id()});
  if (const auto& error = open.error()) throw std::runtime_error(error->message);
  return seen;
}

std::vector<Seen> everything(Store& store) { return drain(store.read_all()); }
std::vector<Seen> stream(Store& store, const std::string& name) { return drain(store.read({{StreamId(name)}})); }

void check_order(const std::vector<Seen>& events) {
  std::map<std::string, std::uint64_t> versions;
  std::uint64_t position = 0;
  for (const Seen& each : events) {
    EXPECT_EQ(each.position, ++position);
    EXPECT_EQ(each.version, ++versions[each.stream]) << each.stream;
  }
}

NewEvent event(std::size_t expect, std::string payload) { return NewEvent{expect, "happened", std::move(payload)}; }

Result<Appended> append(Store& store, const std::string& name, const std::vector<std::string>& payloads, Uuid commit_id,
                        const Call& call) {
  std::vector<NewEvent> events;
  events.reserve(payloads.size());
  for (const std::string& payload : payloads) events.push_back(event(0, payload));
  return store.append({Expect::any(StreamId(name))}, events, commit_id, call);
}

bool is_long_run() { return std::getenv("EVENTCORE_LONG_TESTS") != nullptr; }

std::string sql(pqxx::connection& connection, const std::string& text) {
  pqxx::nontransaction session(connection);
  const pqxx::result result = session.exec(text);
  return result.empty() || result.columns() == 0 || result[0][0].is_null() ? std::string()
                                                                           : result[0][0].as<std::string>();
}

std::string sql(const std::string& dsn, const std::string& text) {
  pqxx::connection connection(dsn);
  return sql(connection, text);
}

}  // namespace ec::postgres::test
