#include "importer.hpp"
#include "lines.hpp"
#include "ndjson.hpp"
#include "options.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "stores.hpp"

#include <eventcore/format.hpp>
#include <eventcore/json_write.hpp>

#include <utility>

namespace cli {

namespace {

Failure wrong_line(std::uint64_t number, const std::string& what) {
  return {wrong_usage, "line " + std::to_string(number) + ": " + what};
}

// The line's event; nothing when there is none on it.
std::optional<Line> parse(std::string_view text, std::uint64_t number) {
  if (number == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) return std::nullopt;
  auto line = read_line(text);
  if (!line) throw wrong_line(number, line.error().message);
  if (!line->version && line->commit_id.is_zero())
    throw wrong_line(number,
                     "it has neither a version nor a commit, so that nobody could tell a second import of it; "
                     "give one of them");
  return std::move(*line);
}

// A commit that the store takes in no append is not gathered to its end.
void check_limits(const Group& group, const ec_info& info, std::uint64_t number) {
  if (group.size() > info.max_events_per_append || group.bytes() > info.max_bytes_per_append)
    throw wrong_line(number,
                     ec::format("the commit has more than {} events or {} bytes; this store takes no such append",
                                info.max_events_per_append, info.max_bytes_per_append));
}

void import_lines(Lines& lines, const ec_info& info, Importer& importer) {
  Progress progress("importing", lines.size_bytes());
  std::uint64_t events = 0;
  std::optional<Numbered> open;
  const auto close = [&] {
    if (open) importer.add(std::move(*std::exchange(open, std::nullopt)));
  };
  try {
    while (const auto text = lines.next()) {
      auto line = parse(*text, lines.number());
      if (!line) continue;
      if (!open || open->group.append().commit_id != line->commit_id) {
        close();
        open.emplace(lines.number(), Group(line->commit_id));
      }
      if (const auto added = open->group.add(line->stream, line->version, std::move(line->event)); !added)
        throw wrong_line(lines.number(), added.error().message);
      check_limits(open->group, info, lines.number());
      if (line->commit_id.is_zero()) close();
      progress.set(lines.taken_bytes(), ++events);
    }
  } catch (const Failure&) {
    importer.flush();  // what came before is whole; the open group is not
    throw;
  }
  if (!lines.stopped()) close();
  importer.flush();
}

}  // namespace

int import_events(const Options& options, const std::stop_token& stop) {
  ec::Store store = open_to_write(options.config, stop);
  const ec_info info = info_of(store);
  if ((info.capabilities & EC_CAP_READ_ONLY) != 0)
    throw Failure(wrong_usage, "the store is opened for reading only; take that option out of " + options.config);
  // Base64 and escapes make a line longer than what it brings.
  Lines lines(options.file, 2 * (info.max_payload + info.max_metadata) + (64U << 10U), stop);
  Importer importer(store);
  const auto told = [&] {
    const Imported& it = importer.imported();
    return ec::format("{} events imported in {} appends, {} were there before", it.events, it.appends,
                      it.already_there);
  };
  try {
    import_lines(lines, info, importer);
  } catch (const Failure& problem) {
    throw Failure(problem.status(), std::string(problem.what()) + "\nNothing of that commit is stored; before it: " +
                                        told() + ".\nMend it and import the file again: what is there stays as it is.");
  }
  Output out;
  if (options.json)
    ec::json::write(out.text(), importer.imported());
  else
    out.text() += (lines.stopped() ? "stopped: " : "") + told();
  out.text() += '\n';
  out.finish();
  return done;
}

}  // namespace cli
