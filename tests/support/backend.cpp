#include "backend.hpp"

#include <eventcore/plugin/strided.hpp>

#include <dlfcn.h>
#include <ostream>
#include <stdexcept>

#include <gtest/gtest.h>

namespace ec::test {

using plugin::bytes;
using plugin::str;

namespace {

// An append in the ABI's form, and its outcome. Stays where it is: the parts point at each other.
struct Raw {
  explicit Raw(const Request& request) : versions(request.expects.size()) {
    for (const Expect& each : request.expects) expects.push_back({str(each.stream.str()), each.version, each.mode, 0});
    for (const NewEvent& each : request.events)
      events.push_back({static_cast<std::uint32_t>(each.expect), each.encoding, each.schema_version, 0, each.id.value,
                        each.recorded_at_us, str(each.type), bytes(each.payload), bytes(each.metadata)});
    append = {sizeof append,     request.flags, request.commit_id.value, expects.data(),      expects.size(),
              sizeof(ec_expect), events.data(), events.size(),           sizeof(ec_new_event)};
  }

  std::vector<ec_expect> expects;
  std::vector<ec_new_event> events;
  std::vector<std::uint64_t> versions;
  ec_error error = EC_ERROR_INIT;
  ec_append append{};
};

// An option's default in the form in which libeventcore hands it over: in bytes or milliseconds.
std::string expanded_default(const ec_option& option) {
  static const std::map<std::string, std::uint64_t> units{
      {"KiB", 1024}, {"MiB", 1024 * 1024}, {"ms", 1}, {"s", 1'000}, {"m", 60'000}};
  std::string text(plugin::view(option.default_value));
  if (option.type != EC_OPTION_SIZE && option.type != EC_OPTION_DURATION) return text;
  const std::size_t unit = text.find_first_not_of("0123456789");
  return unit == std::string::npos ? text : std::to_string(std::stoull(text) * units.at(text.substr(unit)));
}

Outcome outcome_of(const ec_outcome& raw, const Raw& of) {
  Outcome outcome{raw.status, (raw.flags & EC_OUTCOME_REPEATED) != 0, raw.first.lo, raw.last.lo, {}, 0, 0};
  if (raw.status == EC_OK) outcome.versions = of.versions;
  if (raw.status != EC_CONFLICT) return outcome;
  outcome.actual_version = of.error.actual_version;
  outcome.conflict_index = of.error.conflict_index;
  return outcome;
}

}  // namespace

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << ec_status_name(outcome.status) << ' ' << outcome.first << ".." << outcome.last
       << (outcome.repeated ? " repeated" : "") << " actual " << outcome.actual_version << " versions "
       << testing::PrintToString(outcome.versions);
}

Backend::Backend(const std::string& folder, const std::string& name,
                 const std::map<std::string, std::string>& options) {
  void* library = dlopen((folder + "/eventcore_plugin_" + name + ".so").c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  plugin_ = static_cast<const ec_plugin*>(dlsym(library, EC_PLUGIN_SYMBOL));
  std::map<std::string, std::string> all;
  for (const ec_option& option : plugin::strided(plugin_->options, plugin_->option_count, plugin_->option_stride))
    all[std::string(plugin::view(option.name))] = expanded_default(option);
  for (const auto& [key, text] : options) all[key] = text;
  std::vector<ec_setting> settings;
  for (const auto& [key, text] : all) settings.push_back({str(key), str(text), str("here")});
  ec_error error = EC_ERROR_INIT;
  if (plugin_->open(settings.data(), settings.size(), sizeof(ec_setting), nullptr, nullptr, &backend_, &error) != EC_OK)
    throw std::runtime_error(error.message);
}

Backend::~Backend() { plugin_->api->close(backend_); }

std::vector<Outcome> Backend::append(const std::vector<Request>& requests) {
  std::vector<Raw> raws(requests.begin(), requests.end());
  std::vector<ec_append> appends;
  std::vector<ec_outcome> outcomes;
  for (Raw& raw : raws) {
    appends.push_back(raw.append);
    outcomes.push_back({sizeof(ec_outcome), EC_INTERNAL, 0, 0, {}, {}, raw.versions.data(), &raw.error});
  }
  ec_error error = EC_ERROR_INIT;
  if (plugin_->api->append(backend_, appends.data(), sizeof(ec_append), outcomes.data(), sizeof(ec_outcome),
                           appends.size(), nullptr, &error) != EC_OK)
    throw std::runtime_error(error.message);
  std::vector<Outcome> told;
  for (std::size_t i = 0; i < raws.size(); ++i) told.push_back(outcome_of(outcomes[i], raws[i]));
  return told;
}

}  // namespace ec::test
