// eventcore bench report: a page with plots of what runs of the load generator measured.
#include "failure.hpp"
#include "options.hpp"
#include "output.hpp"
#include "report/page.hpp"

#include <eventcore/format.hpp>

namespace cli {

int bench_report(const Options& options, const std::stop_token& stop) {
  if (ec_utf8_check(ec::detail::str(options.title)) == 0) throw Failure(wrong_usage, "the title is not valid UTF-8");
  const std::vector<report::Run> runs = report::read_runs(options.runs, stop);
  if (stop.stop_requested()) return done;  // and no page of half of them
  Output out(options.page);
  out.text() = report::page(runs, options.title);
  out.finish();
  return done;
}

}  // namespace cli
