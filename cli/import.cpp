#include "group.hpp"
#include "lines.hpp"
#include "ndjson.hpp"
#include "options.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "stores.hpp"

#include <eventcore/format.hpp>
#include <eventcore/json_write.hpp>

#include <unordered_set>
#include <utility>

namespace cli {

namespace {

constexpr std::size_t batch_events = 2048;
constexpr std::size_t batch_bytes = 4U << 20U;
constexpr std::size_t most_known_streams = 100'000;

struct Imported {
  std::uint64_t events = 0, appends = 0, already_there = 0;
};
EC_FIELDS(Imported, events, appends, already_there)

struct Numbered {
  std::uint64_t line = 0;  // its first one
  Group group;
};

// Stores groups in their order, many at once. One whose streams are not where it expects them goes alone, so that what
// stands behind a group that is refused is not stored either.
class Importer {
 public:
  explicit Importer(ec::Store& store) : store_(store) {}

  const Imported& imported() const { return imported_; }

  // All of these throw Failure.
  void add(Numbered numbered) {
    const bool fits = fits_behind_all(numbered.group);
    if (!fits) flush();
    events_ += numbered.group.size();
    bytes_ += numbered.group.bytes();
    pending_.push_back(std::move(numbered));
    if (!fits || events_ >= batch_events || bytes_ >= batch_bytes) flush();
  }

  void flush() {
    std::vector<ec::Append> appends;
    for (const Numbered& each : pending_) appends.push_back(each.group.append());
    if (!appends.empty()) {
      const auto outcomes = store_.append_all(appends);
      for (std::size_t i = 0; i < outcomes.size(); ++i) settle(pending_[i], outcomes[i]);
    }
    pending_.clear();
    unclear_.clear();
    events_ = bytes_ = 0;
    if (versions_.size() > most_known_streams) versions_.clear();
  }

 private:
  // Whether each stream is where the group expects it, once what is pending is stored.
  bool fits_behind_all(const Group& group) {
    bool fits = true;
    const auto& expects = group.append().expects;
    for (std::size_t i = 0; i < expects.size(); ++i) {
      const ec::Expect& expect = expects[i];
      if (expect.mode != EC_EXPECT_EXACT) {
        unclear_.insert(expect.stream);
        continue;
      }
      std::uint64_t& version = version_of(expect.stream);
      fits = fits && version == expect.version;
      version = expect.version + group.count_for(i);
    }
    return fits;
  }

  std::uint64_t& version_of(const ec::StreamId& stream) {
    if (unclear_.contains(stream)) {
      flush();
      versions_.erase(stream);
    }
    const auto [place, is_new] = versions_.try_emplace(stream, 0);
    if (is_new) {
      Events last(store_.read({{stream, 0}}, {.backward = true, .limit = 1}));
      if (const ec_event* event = last.next()) place->second = event->version;
    }
    return place->second;
  }

  void settle(const Numbered& numbered, const ec::Result<ec::Appended>& outcome) {
    if (outcome && !outcome->repeated) {
      imported_.events += numbered.group.size();
      ++imported_.appends;
      return;
    }
    const auto code = outcome ? ec::Code::internal : outcome.error().code;
    const bool may_be_there = code == ec::Code::conflict || code == ec::Code::duplicate;
    if (!outcome && !(may_be_there && is_there(numbered.group)))
      throw failure(outcome.error(), "line " + std::to_string(numbered.line) + ": ");
    imported_.already_there += numbered.group.size();
  }

  // Whether the store has exactly these events at these versions.
  bool is_there(const Group& group) {
    const ec::Append& append = group.append();
    for (std::size_t i = 0; i < append.expects.size(); ++i) {
      const ec::Expect& expect = append.expects[i];
      if (expect.mode != EC_EXPECT_EXACT) return false;
      Events stored(store_.read({{expect.stream, expect.version}}, {.limit = group.count_for(i)}));
      for (const ec::NewEvent& event : append.events)
        if (event.expect == i && !is_same(stored.next(), event, append.commit_id)) return false;
    }
    return true;
  }

  static bool is_same(const ec_event* stored, const ec::NewEvent& event, const ec::Uuid& commit_id) {
    using ec::detail::view;
    return stored != nullptr && view(stored->type) == event.type && view(stored->payload) == event.payload &&
           view(stored->metadata) == event.metadata && stored->encoding == event.encoding &&
           stored->schema_version == event.schema_version && ec::Uuid{stored->commit_id} == commit_id &&
           (event.id.is_zero() || ec::Uuid{stored->id} == event.id) &&
           (event.recorded_at_us == 0 || stored->recorded_at_us == event.recorded_at_us);
  }

  ec::Store& store_;
  std::vector<Numbered> pending_;
  std::size_t events_ = 0, bytes_ = 0;
  std::unordered_map<ec::StreamId, std::uint64_t> versions_;  // once what is pending is stored
  std::unordered_set<ec::StreamId> unclear_;                  // pending events without a version are for these
  Imported imported_;
};

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

void import_lines(Lines& lines, Importer& importer) {
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
      const bool goes_on = open && !line->commit_id.is_zero() && open->group.append().commit_id == line->commit_id;
      if (!goes_on) {
        close();
        open.emplace(lines.number(), Group(line->commit_id));
      }
      if (const auto added = open->group.add(line->stream, line->version, std::move(line->event)); !added)
        throw wrong_line(lines.number(), added.error().message);
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
    import_lines(lines, importer);
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
