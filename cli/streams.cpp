#include "options.hpp"
#include "output.hpp"
#include "stores.hpp"
#include "table.hpp"

#include <eventcore/json_write.hpp>

#include <algorithm>
#include <unistd.h>

namespace cli {

namespace {

constexpr std::uint64_t page = 10'000;

struct ShownStream {
  std::string stream;
  std::uint64_t version = 0;
};
EC_FIELDS(ShownStream, stream, version)

}  // namespace

int streams(const Options& options, const std::stop_token& stop) {
  ec::Store store = open_to_look(options.config, stop);
  const bool for_people = !options.json && is_terminal(STDOUT_FILENO);
  Output out;
  std::string after = options.after;
  std::uint64_t left = options.limit == 0 ? UINT64_MAX : options.limit;
  bool is_first = true;
  while (left > 0) {
    const auto listed = take(store.list_streams(options.prefix, after, std::min(left, page), {.stop = stop}));
    if (listed.empty()) break;
    std::vector<Row> rows;
    for (const ec::StreamVersion& each : listed) {
      if (options.json) {
        ec::json::write(out.text(), ShownStream{each.stream.str(), each.version});
        out.text() += '\n';
      } else {
        rows.push_back({std::to_string(each.version), each.stream.str()});
      }
    }
    append_table(out.text(), is_first ? Row{"VERSION", "STREAM"} : Row{}, rows, for_people);
    is_first = false;
    out.drain();
    after = listed.back().stream.str();
    left -= listed.size();
  }
  out.finish();
  return done;
}

}  // namespace cli
