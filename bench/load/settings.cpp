#include "settings.hpp"
#include "workload.hpp"

#include <eventcore/json_write.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace bench {

namespace {

template <class T>
struct Inner {
  using Type = T;
};
template <class T>
struct Inner<std::optional<T>> {
  using Type = T;
};
template <auto member>
using ValueOf = typename Inner<std::remove_cvref_t<decltype(Settings{}.*member)>>::Type;

template <class Number>
bool read_number(const std::string& text, Number& number) {
  const auto [last, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc{} && last == text.data() + text.size();
}

template <auto member, std::uint64_t least, std::uint64_t most>
std::string set_count(Settings& settings, const std::string& text) {
  std::uint64_t number = 0;
  if (!read_number(text, number) || number < least || number > most)
    return "a whole number from " + std::to_string(least) + " to " + std::to_string(most) + " is needed";
  settings.*member = static_cast<ValueOf<member>>(number);
  return {};
}

// Above 0, or 0 as well.
template <auto member, bool zero, std::uint64_t most>
std::string set_real(Settings& settings, const std::string& text) {
  double number = 0;
  if (!read_number(text, number) || !std::isfinite(number) || number < 0 || (number == 0 && !zero) ||
      number > static_cast<double>(most))
    return std::string("a number ") + (zero ? "from 0" : "above 0") + " to " + std::to_string(most) + " is needed";
  settings.*member = number;
  return {};
}

std::string set_rate(Settings& settings, const std::string& text) {
  if (text != "none") return set_real<&Settings::rate, false, 10'000'000>(settings, text);
  settings.rate.reset();
  return {};
}

std::string set_workload(Settings& settings, const std::string& text) {
  for (const WorkloadKind& kind : all_workloads())
    if (kind.name == text) {
      settings.workload = text;
      return {};
    }
  return "there is no such workload; there are " + workload_names();
}

template <auto member>
std::string set_either(Settings& settings, const std::string& text, std::string_view one, std::string_view other) {
  if (text != one && text != other) return std::string(one) + " or " + std::string(other) + " is needed";
  settings.*member = text;
  return {};
}
std::string set_choice(Settings& settings, const std::string& text) {
  return set_either<&Settings::choice>(settings, text, "uniform", "zipf");
}
std::string set_arrivals(Settings& settings, const std::string& text) {
  return set_either<&Settings::arrivals>(settings, text, "fixed", "poisson");
}

template <auto member>
void write(std::string& json, const Settings& settings) {
  ec::json::write(json, settings.*member);
}

template <auto member, std::uint64_t least, std::uint64_t most>
constexpr Setting count(std::string_view name, std::string_view kind, std::string_view what) {
  return {name, kind, what, set_count<member, least, most>, write<member>};
}
template <auto member, bool zero, std::uint64_t most>
constexpr Setting real(std::string_view name, std::string_view kind, std::string_view what) {
  return {name, kind, what, set_real<member, zero, most>, write<member>};
}

constexpr std::uint64_t no_bound = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t most_in_flight = 16'384;  // of all clients
constexpr std::uint64_t a_month_s = 31ULL * 24 * 3'600;

constexpr auto settings_table = std::to_array<Setting>({
    {"workload", "NAME", "What is done: see eventcore(1)", set_workload, write<&Settings::workload>},
    count<&Settings::clients, 1, 4096>("clients", "COUNT", "Clients that work at once, each on a thread of its own"),
    count<&Settings::in_flight, 1, 4096>("in_flight", "COUNT",
                                         "Operations that each client keeps under way at once, on its one thread"),
    real<&Settings::seconds, false, a_month_s>("seconds", "SECONDS", "How long it is measured"),
    real<&Settings::warm_up_seconds, true, a_month_s>("warm_up_seconds", "SECONDS", "How long it runs before that"),
    count<&Settings::operations, 0, no_bound>("operations", "COUNT",
                                              "So many of each client instead, and a tenth of it to warm up"),
    {"rate", "RATE", "Operations a second that are due, whatever the store does; none: a closed loop", set_rate,
     write<&Settings::rate>},
    {"arrivals", "HOW", "How these are apart: fixed or poisson", set_arrivals, write<&Settings::arrivals>},
    count<&Settings::seed, 0, no_bound>("seed", "NUMBER", "Of what is drawn by chance"),
    count<&Settings::payload_bytes, 1, 16'000'000>("payload_bytes", "BYTES", "Of an event; the bank's are small"),
    count<&Settings::events, 1, 10'000>("events", "COUNT", "Of one append or command"),
    count<&Settings::streams, 1, 100'000>("streams", "COUNT", "Of one append; or to read from"),
    count<&Settings::accounts, 1, 10'000'000>("accounts", "COUNT", "Of the bank"),
    count<&Settings::balance, 0, 1'000'000'000>("balance", "MONEY", "Of an account that is opened"),
    {"choice", "HOW", "How an account is chosen: uniform or zipf", set_choice, write<&Settings::choice>},
    real<&Settings::zipf, true, 10>("zipf", "EXPONENT", "How uneven zipf is"),
    real<&Settings::read_share, true, 1>("read_share", "SHARE", "Of reads in read-mostly, from 0 to 1"),
    count<&Settings::history, 0, no_bound>("history", "COUNT", "Events that are in a stream first"),
    count<&Settings::interleaved, 1, 10'000>("interleaved", "COUNT", "Streams to read that were written in turn"),
    count<&Settings::save_every, 1, no_bound>("save_every", "COUNT", "Events a checkpoint of a projection"),
    count<&Settings::prefill, 0, no_bound>("prefill", "COUNT", "Events of other streams that are in the store first"),
});

}  // namespace

std::span<const Setting> all_settings() { return settings_table; }

const Setting* find_setting(std::string_view name) {
  for (const Setting& each : settings_table)
    if (each.name == name) return &each;
  return nullptr;
}

std::string complete(Settings& settings) {
  const WorkloadKind* kind = find_workload(settings.workload);
  if (kind == nullptr) return "there is no workload '" + settings.workload + "'; there are " + workload_names();
  if (!settings.events) settings.events = kind->events;
  if (!settings.history) settings.history = kind->history;
  if (kind->at_once == AtOnce::one && settings.clients > 1) return settings.workload + " is for one client";
  if (kind->at_once != AtOnce::many_a_client && settings.in_flight > 1)
    return settings.workload + " has one operation in flight a client: it " +
           (kind->at_once == AtOnce::one ? "waits for a projection or reads" : "reads") +
           ", which holds the client's thread; take more clients, or a workload that writes";
  if (settings.clients * settings.in_flight > most_in_flight)
    return "clients times in_flight is " + std::to_string(settings.clients * settings.in_flight) + ", more than " +
           std::to_string(most_in_flight);
  if (settings.history == 0U && (kind->name == "read" || kind->name == "read-all" || kind->name == "catch-up"))
    return settings.workload + " needs a history of one event at least";
  if (settings.rate && settings.operations > 0) return "operations are counted in a closed loop alone; leave rate out";
  return {};
}

}  // namespace bench
