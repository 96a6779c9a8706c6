// bank: transfers from a CSV on any backend, by many workers at once, and the proof that no money was lost.
#include "ledger.hpp"
#include "options.hpp"
#include "report.hpp"
#include "run.hpp"

#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace {

enum Exit { well = 0, mismatch_or_failure = 1, wrong_usage = 2, killed_by_signal = 128 };

int complain(Exit status, const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "bank: %s\n", what.c_str());
  return status;
}

// Whether the store has the transfers that it acknowledged. Others may write to a shared one meanwhile.
void check_acknowledged(const bank::Ledger& ledger, const bank::Tally& tally, bool shared, bank::Findings& findings) {
  const std::uint64_t most = tally.committed + tally.in_doubt;
  if (ledger.transfers_since < tally.committed || (!shared && ledger.transfers_since > most))
    findings.add(ec::format("{} transfers were committed by this run, the store has {} of them", tally.committed,
                            ledger.transfers_since));
}

int check(ec::Store& store, ec::Position since, const bank::Tally& tally, bool shared, const std::string& balances) {
  bank::Findings findings;
  const auto ledger = bank::replay(store, since, findings);
  if (!ledger) return complain(mismatch_or_failure, "replaying failed: " + ledger.error().message);
  if (const auto compared = bank::compare_streams(store, *ledger, findings); !compared)
    return complain(mismatch_or_failure, "reading the accounts failed: " + compared.error().message);
  check_acknowledged(*ledger, tally, shared, findings);
  bank::print_check(*ledger, findings);
  if (!balances.empty())
    if (const auto problem = bank::write_balances(balances, *ledger)) return complain(mismatch_or_failure, *problem);
  return findings.count() == 0 ? well : mismatch_or_failure;
}

// The check after a real close, where the backend keeps anything beyond one.
int close_and_check(ec::Store store, const bank::Options& options, const ec_info& info, ec::Position since,
                    const bank::Tally& tally) {
  const bool shared = (info.capabilities & EC_CAP_SHARED) != 0;
  if ((info.capabilities & EC_CAP_PERSISTENT) == 0) {
    std::puts("check: this backend keeps nothing beyond its closing, so it is replayed before");
    return check(store, since, tally, shared, options.balances);
  }
  {
    const ec::Store closed = std::move(store);
  }
  auto reopened = ec::Store::open(options.config);
  if (!reopened) return complain(mismatch_or_failure, "the store cannot be opened again: " + reopened.error().message);
  std::puts("check: closed, opened again, replayed");
  return check(*reopened, since, tally, shared, options.balances);
}

Exit status_of(const bank::Run& run, const bank::Source& source) {
  if (source.error()) complain(mismatch_or_failure, *source.error());
  return source.error() || run.tally.failures() > 0 ? mismatch_or_failure : well;
}

int run_bank(const bank::Options& options) {
  bank::Stop stop;
  bank::Source source(options.input, stop);
  auto store = ec::Store::open(options.config);
  if (!store)
    return complain(store.error().code == ec::Code::config ? wrong_usage : mismatch_or_failure, store.error().message);
  const auto info = store->info();
  if (!info) return complain(mismatch_or_failure, info.error().message);
  const auto since = store->head();
  if (!since) return complain(mismatch_or_failure, since.error().message);
  if ((info->capabilities & EC_CAP_READ_ONLY) != 0)
    return complain(wrong_usage, "the store is opened for reading only; take that option out of " + options.config);

  bank::print_heading(*store, *info, options);
  const bank::Run run =
      bank::run(*store, source, stop, {options.workers, options.in_flight, options.opening_balance, *since});
  bank::print_summary(run, source, stop.requested());
  const int ran = status_of(run, source);
  stop.release();
  const int checked = close_and_check(std::move(*store), options, *info, *since, run.tally);
  if (ran != well || checked != well) return mismatch_or_failure;
  return stop.signal() != 0 ? killed_by_signal + stop.signal() : well;
}

}  // namespace

int main(int argc, char** argv) {
  bank::Options options;
  int status = 0;
  if (!bank::parse_options(argc, argv, options, status)) return status;
  try {
    status = run_bank(options);
  } catch (const bank::InputError& problem) {
    status = complain(wrong_usage, problem.what());
  } catch (const std::exception& problem) {
    status = complain(mismatch_or_failure, problem.what());
  }
  if (std::fflush(stdout) != 0) return complain(mismatch_or_failure, "cannot write to standard output");
  return status;
}
