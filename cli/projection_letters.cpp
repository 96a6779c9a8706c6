#include "options.hpp"
#include "output.hpp"
#include "stores.hpp"
#include "table.hpp"

#include <eventcore/dead_letter.hpp>
#include <eventcore/json_write.hpp>
#include <eventcore/projection_status.hpp>

#include <algorithm>
#include <unistd.h>

namespace cli {

namespace {

struct ShownLetter {
  std::uint64_t number = 0;
  std::string position{}, stream{};
  std::uint64_t version = 0;
  std::string type{};
  std::uint64_t attempts = 0;
  bool is_resolved = false;
  std::string error{};
};
EC_FIELDS(ShownLetter, number, position, stream, version, type, attempts, is_resolved, error)

}  // namespace

int list_dead_letters(const Options& options, const std::stop_token& stop) {
  ec::Store store = open_to_look(options.config, stop);
  const ec::Build build = take(ec::active_build(store, options.name, {.stop = stop}));
  const auto letters = take(ec::all_dead_letters(store, ec::projection_id(options.name, build), {.stop = stop}));
  Output out;
  std::vector<Row> rows;
  for (const ec::DeadLetter& letter : letters) {
    if (letter.is_resolved && !options.all) continue;
    if (options.json) {
      ec::json::write(out.text(), ShownLetter{letter.number, letter.position().str(), letter.stream, letter.version,
                                              letter.type, letter.attempts, letter.is_resolved, letter.error});
      out.text() += '\n';
      out.drain();
      continue;
    }
    rows.push_back({std::to_string(letter.number), letter.position().str(), letter.stream,
                    std::to_string(letter.version), letter.type, std::to_string(letter.attempts),
                    letter.is_resolved ? "yes" : "no", letter.error});
  }
  if (!options.json)
    append_table(out.text(), {"NUMBER", "POSITION", "STREAM", "VERSION", "TYPE", "ATTEMPTS", "RESOLVED", "ERROR"}, rows,
                 is_terminal(STDOUT_FILENO));
  out.finish();
  return done;
}

}  // namespace cli
