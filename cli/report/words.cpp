// Settings in words.
#include "groups.hpp"
#include "markup.hpp"
#include "scale.hpp"

#include <eventcore/json_read.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <string_view>

namespace cli::report {

namespace {

struct Phrase {
  const char* name;
  const char* before;
  const char* one;
  const char* many;
};

constexpr std::array<Phrase, 10> phrases = {{{"payload_bytes", "", " B payload", " B payload"},
                                             {"events", "", " event an append", " events an append"},
                                             {"streams", "", " stream", " streams"},
                                             {"accounts", "", " account", " accounts"},
                                             {"clients", "", " client", " clients"},
                                             {"in_flight", "", " in flight a client", " in flight a client"},
                                             {"seconds", "measured for ", " s", " s"},
                                             {"warm_up_seconds", "warm-up of ", " s", " s"},
                                             {"zipf", "exponent ", "", ""},
                                             {"rate", "", " a second", " a second"}}};

// Those that come first; what is not here follows by name.
constexpr std::array<const char*, 12> order = {"loop",     "payload_bytes", "events",  "streams",
                                               "accounts", "choice",        "zipf",    "in_flight",
                                               "clients",  "rate",          "seconds", "warm_up_seconds"};

std::string plain(const ec::json::Raw& value) {
  std::string text;
  if (ec::json::read(value.text, text)) return shortened(text, 60);
  double number = 0;
  if (ec::json::read(value.text, number)) return figure(number);
  return shortened(value.text, 60);
}

// Workloads on the bank's accounts, whose events are small and its own.
constexpr std::array<std::string_view, 6> bank = {"transfer", "read-mostly", "disjoint-transfer",
                                                  "deposit",  "snapshot",    "cache"};
constexpr std::array<std::string_view, 9> others = {
    "append", "hot", "catch-up-while-writing", "projection-lag", "read", "read-all", "live", "paced", "catch-up"};

bool is_one_of(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

Settings that_matter(const Settings& settings) {
  Settings left = settings;
  const auto leave_out = [&](std::initializer_list<const char*> names) {
    for (const char* name : names) left.erase(name);
  };
  const auto is = [&](const char* name, std::string_view value) {
    const auto found = settings.find(name);
    return found != settings.end() && plain(found->second) == value;
  };
  const auto named = settings.find("workload");
  const std::string workload = named == settings.end() ? "" : plain(named->second);
  if (is_one_of(bank, workload)) leave_out({"payload_bytes", "events", "streams", "save_every"});
  if (is_one_of(others, workload)) leave_out({"accounts", "balance", "choice", "zipf"});
  if (workload != "read-mostly") leave_out({"read_share"});
  if (is("choice", "uniform")) leave_out({"zipf"});
  if (is("loop", "closed")) leave_out({"arrivals"});
  if (is("in_flight", "1")) leave_out({"in_flight_by"});
  for (const char* name : {"operations", "history", "prefill"})
    if (is(name, "0")) leave_out({name});
  if (is("interleaved", "1")) leave_out({"interleaved"});
  return left;
}

std::string in_words(const std::string& name, const Settings& settings) {
  const auto found = settings.find(name);
  if (found == settings.end() || found->second.text == "null") return {};
  const std::string value = plain(found->second);
  if (name == "loop") return value + " loop";
  if (name == "choice") return value + " choice";
  for (const Phrase& phrase : phrases)
    if (name == phrase.name) return phrase.before + value + (value == "1" ? phrase.one : phrase.many);
  std::string words = name;
  for (char& c : words)
    if (c == '_') c = ' ';
  return shortened(words, 60) + " " + value;
}

std::vector<std::string> in_words(const Settings& settings) {
  std::vector<std::string> all;
  const auto add = [&](const std::string& name) {
    if (std::string words = in_words(name, settings); !words.empty()) all.push_back(std::move(words));
  };
  Settings rest = settings;
  rest.erase("workload");
  for (const char* name : order)
    if (rest.erase(name) != 0) add(name);
  for (const auto& [name, value] : rest) add(name);
  return all;
}

}  // namespace cli::report
