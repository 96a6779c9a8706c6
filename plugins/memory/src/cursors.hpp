// Reads under way. A cursor takes the head once and shows nothing above it; it holds one batch, whatever it reads.
#pragma once

#include "streams.hpp"

#include <eventcore/plugin/export.hpp>
#include <eventcore/plugin/filter.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ec::memory {

// Some streams, merged in position order.
class ReadCursor final : public plugin::EventCursor {
 public:
  ReadCursor(const Streams& streams, const ec_read& request, std::uint64_t head);
  void next(const plugin::Call& call, ec_batch& batch) override;

 private:
  struct Source {
    const Stream* stream;
    std::uint64_t next;  // version to be given next
    std::uint64_t end;   // the version behind the last
    std::uint64_t position;
    std::uint32_t index;
  };
  bool later(const Source& a, const Source& b) const;
  void step(Source& source) const;
  void settle_first();

  bool backward_;
  std::uint64_t left_;
  std::uint64_t head_;
  std::vector<Source> sources_;  // a heap, the next event on top
  std::vector<ec_event> batch_;
};

// The whole store, filtered.
class ReadAllCursor final : public plugin::EventCursor {
 public:
  ReadAllCursor(const EventLog& events, const ec_read_all& request, std::uint64_t head);
  void next(const plugin::Call& call, ec_batch& batch) override;

 private:
  const EventLog& events_;
  plugin::Filter filter_;
  bool backward_;
  std::uint64_t left_;
  std::uint64_t head_;
  std::uint64_t at_;  // forward: positions up to here are done; backward: positions from here on are
  std::vector<ec_event> batch_;
};

class ListCursor final : public plugin::StreamCursor {
 public:
  ListCursor(Streams& streams, const ec_list& request, std::uint64_t head);
  void next(const plugin::Call& call, ec_stream_batch& batch) override;

 private:
  Streams& streams_;
  std::string prefix_;
  std::string after_;
  std::uint64_t left_;
  std::uint64_t head_;
  std::vector<ec_stream_info> batch_;
};

}  // namespace ec::memory
