// Some streams as one, in position order, as they were at one head.
#pragma once

#include "event_fetcher.hpp"
#include "sequencer.hpp"

#include <eventcore/plugin/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ec::rocks {

class ReadCursor final : public plugin::EventCursor {
 public:
  ReadCursor(const Database& database, const Sequencer& sequencer, const ec_read& request);
  void next(const plugin::Call& call, ec_batch& batch) override;

 private:
  // A stream and what is known of its index: a few entries at a time.
  struct Source {
    std::string stream;
    std::uint32_t index = 0;
    std::uint64_t next_version = 0;  // to be read from the index next
    bool begun = false;              // so next_version must be there
    bool index_read = false;         // to its end
    std::uint64_t last = 0;          // the stream's version, once it is known
    bool scattered = false;          // no runs are looked for
    std::vector<Wanted> entries{};
    std::size_t at = 0;

    bool at_end() const { return index_read && at == entries.size(); }
    const Wanted& top() const { return entries[at]; }
  };

  void add(const ec_stream_from& from, std::uint32_t index, const Heads& heads);
  void load(Source& source);
  bool begin_run(Source& source);
  void end_run();
  bool comes_later(const Source* a, const Source* b) const;
  void choose();
  void step();

  const Database& database_;
  const bool backward_;
  const std::uint64_t head_;
  std::uint64_t left_;
  std::optional<Entries> entries_;
  const Source* entries_of_ = nullptr;  // entries_ stands at this one's next entry
  std::vector<Source> sources_;
  std::vector<Source*> heap_;  // those that are not at their end, the next event on top
  std::vector<Wanted> wanted_;
  std::size_t fetched_ = 0;  // of wanted_
  Run run_;                  // what comes behind those, of the only stream
  EventFetcher fetcher_;
  std::vector<ec_event> batch_;
  std::string key_;
};

}  // namespace ec::rocks
