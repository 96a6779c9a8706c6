#include "report.hpp"
#include "streams.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <vector>

namespace bank {

namespace {

constexpr std::size_t most_lines_listed = 1000;

template <class... Values>
void line(ec::FormatText<std::type_identity_t<Values>...> text, const Values&... values) {
  std::puts(ec::format<Values...>(text, values...).c_str());
}

void count(const char* what, std::uint64_t number) {
  std::printf("%-14s %10llu\n", what, static_cast<unsigned long long>(number));
}

const char* durability(std::uint32_t capabilities) {
  if ((capabilities & EC_CAP_DURABLE) != 0) return "durable: what is committed is on stable storage";
  if ((capabilities & EC_CAP_PERSISTENT) != 0) return "not durable: a crash may lose the latest commits";
  return "not durable: it is gone when the program ends";
}

void print_lines(const char* what, std::vector<Malformed> lines) {
  count(what, lines.size());
  std::ranges::sort(lines, {}, &Malformed::line);
  const std::size_t listed = std::min(lines.size(), most_lines_listed);
  for (std::size_t i = 0; i < listed; ++i) line("  line {}: {}", lines[i].line, lines[i].why);
  if (listed < lines.size()) line("  and {} more", lines.size() - listed);
}

void print_failures(const Tally& tally) {
  count("failed", tally.failures());
  for (const auto& [code, same] : tally.failed) line("  {} {}: {}", same.count, code, same.message);
  if (tally.in_doubt > 0) line("  {} of them are in doubt: run the same input again to settle them", tally.in_doubt);
}

void print_stop(Source& source) {
  const std::uint64_t last = source.lines();
  if (const auto rest = source.count_rest())
    line("stopped after line {}: the {} lines behind it were not taken", last, *rest);
  else
    line("stopped after line {}: what comes behind it was not taken", last);
}

void print_speed(const Run& run) {
  const Latencies& latencies = run.tally.latencies;
  const double seconds = std::max(std::chrono::duration<double>(run.time).count(), 1e-9);
  const auto done = run.tally.committed + run.tally.repeated + run.tally.rejections();
  const auto ms = [](std::uint64_t ns) { return static_cast<double>(ns) * 1e-6; };
  std::printf("%llu transfers decided in %.2f s: %.0f transfers/s\n", static_cast<unsigned long long>(done), seconds,
              static_cast<double>(done) / seconds);
  if (latencies.count() > 0)
    std::printf("latency of a commit: p50 %.3f ms, p99 %.3f ms, p99.9 %.3f ms, max %.3f ms\n",
                ms(latencies.percentile_ns(0.5)), ms(latencies.percentile_ns(0.99)), ms(latencies.percentile_ns(0.999)),
                ms(latencies.max_ns()));
}

}  // namespace

void print_heading(ec::Store& store, const ec_info& info, const Options& options) {
  const ec_plugin& plugin = *ec_store_plugin(store.raw());
  const std::string location(ec::detail::view(info.location));
  line("backend: {} {}{} ({})", ec::detail::view(plugin.name), ec::detail::view(plugin.version),
       location.empty() ? "" : " at " + location, durability(info.capabilities));
  const std::string input = options.input == "-" ? "standard input" : options.input;
  if (options.in_flight > 0)
    line("input: {}, {} in flight on one thread", input, options.in_flight);
  else
    line("input: {}, {} workers", input, options.workers);
  std::puts("");
  std::fflush(stdout);
}

void print_summary(const Run& run, Source& source, bool stopped) {
  const Tally& tally = run.tally;
  count("committed", tally.committed);
  count("done before", tally.repeated);
  count("rejected", tally.rejections());
  for (const auto& [reason, number] : tally.rejected) line("  {} {}", number, reason);
  if (tally.rejections() > 0) std::puts("  nothing is stored of these: another run decides them anew");
  print_lines("malformed", source.malformed());
  if (!tally.reused.empty()) print_lines("id reused", tally.reused);
  print_failures(tally);
  if (stopped) print_stop(source);
  count("conflicts", tally.conflicts);
  count("attempts", tally.attempts);
  count("retries", tally.retries);
  print_speed(run);
  std::puts("");
  std::fflush(stdout);
}

void print_check(const Ledger& ledger, const Findings& findings) {
  line("  {} events of {} accounts, {} transfers", ledger.events, ledger.accounts.size(), ledger.transfers);
  if (findings.count() == 0) {
    line("  no money appeared or vanished: {} came in, {} is there", ledger.opened, ledger.balance);
    std::puts("  each balance agrees: by the order of all events, and stream by stream");
    return;
  }
  line("MISMATCH: {} findings", findings.count());
  for (const std::string& finding : findings.first()) line("  {}", finding);
  if (findings.count() > findings.first().size()) line("  and {} more", findings.count() - findings.first().size());
}

std::optional<std::string> write_balances(const std::string& path, const Ledger& ledger) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  for (const auto& [stream, account] : ledger.accounts) {
    std::string name = stream.substr(account_prefix.size());
    for (std::size_t at = 0; (at = name.find('"', at)) != std::string::npos; at += 2) name.insert(at, 1, '"');
    out << '"' << name << "\"," << account.balance << '\n';
  }
  out.close();
  if (out) return std::nullopt;
  return "cannot write the balances to " + path + ": " + std::strerror(errno);
}

}  // namespace bank
