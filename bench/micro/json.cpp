// The JSON codec on a small event, beside Boost.JSON with Boost.Describe where that is installed.
#include "transfer.hpp"

#include <benchmark/benchmark.h>

#ifdef EVENTCORE_BENCH_BOOST_JSON
#include <boost/describe.hpp>
#include <boost/json.hpp>
#endif

namespace {

const bank::MoneyDeposited event{1'250, "account/alice"};
constexpr std::string_view text = R"({"amount":1250,"from":"account/alice"})";

void write_eventcore(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    ec::json::write(out, event);
    benchmark::DoNotOptimize(out.data());
  }
  if (out != text) state.SkipWithError("eventcore wrote another text");
}
BENCHMARK(write_eventcore)->Name("json/write/eventcore");

void read_eventcore(benchmark::State& state) {
  bank::MoneyDeposited read{};
  for (auto _ : state) {
    if (!ec::json::read(text, read)) return state.SkipWithError("eventcore cannot read the text");
    benchmark::DoNotOptimize(read);
  }
}
BENCHMARK(read_eventcore)->Name("json/read/eventcore");

}  // namespace

#ifdef EVENTCORE_BENCH_BOOST_JSON

namespace bank {

BOOST_DESCRIBE_STRUCT(MoneyDeposited, (), (amount, from))

}  // namespace bank

namespace {

void write_boost(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    out = boost::json::serialize(boost::json::value_from(event));
    benchmark::DoNotOptimize(out.data());
  }
  if (out != text) state.SkipWithError("Boost.JSON wrote another text");
}
BENCHMARK(write_boost)->Name("json/write/boost");

void read_boost(benchmark::State& state) {
  bank::MoneyDeposited read{};
  for (auto _ : state) {
    read = boost::json::value_to<bank::MoneyDeposited>(boost::json::parse(text));
    benchmark::DoNotOptimize(read);
  }
  if (read.amount != event.amount) state.SkipWithError("Boost.JSON read another amount");
}
BENCHMARK(read_boost)->Name("json/read/boost");

}  // namespace

#endif
