// Reads, page by page. Between pages nothing is held on the server: events never change and positions are given in the
// order of commits, so everything up to the head of the first page is one view for ever.
#pragma once

#include "event_page.hpp"

#include <eventcore/plugin/filter.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ec::postgres {

class ReadCursor final : public plugin::EventCursor {
 public:
  ReadCursor(Pool& pool, const ec_read& request);
  // Reads the first page, from behind the snapshot of that name, which it gives; null when there is none.
  std::unique_ptr<plugin::Blob> begin_behind(std::string_view snapshot, const plugin::Call& call);
  void next(const plugin::Call& call, ec_batch& batch) override;

 private:
  const Statement& statement() const;
  void load(const plugin::Call& call);
  void load(const Statement& statement, const Parameters& parameters, const plugin::Call& call);

  Pool& pool_;
  const bool backward_;
  std::uint64_t left_;
  std::vector<std::string> streams_;
  std::vector<std::uint64_t> from_;  // of each stream: versions beyond this one are still to come
  bool has_head_ = false;
  std::uint64_t head_ = 0;
  bool done_ = false;
  bool is_loaded_ = false;  // the page is the next one to be given
  EventPage page_;
};

class ReadAllCursor final : public plugin::EventCursor {
 public:
  ReadAllCursor(Pool& pool, const ec_read_all& request);
  void next(const plugin::Call& call, ec_batch& batch) override;

 private:
  void load(const plugin::Call& call);
  void filter_patterns();

  Pool& pool_;
  const plugin::Filter filter_;
  const bool backward_;
  std::uint64_t left_;
  std::uint64_t at_;                                // forward: positions up to here are done; backward: from here on
  Array prefixes_{Type::text}, types_{Type::text};  // what the server filters by
  bool has_patterns_;
  bool filters_;
  bool has_head_ = false;
  std::uint64_t head_ = 0;
  EventPage page_;
};

class ListCursor final : public plugin::StreamCursor {
 public:
  ListCursor(Pool& pool, const ec_list& request);
  void next(const plugin::Call& call, ec_stream_batch& batch) override;

 private:
  Pool& pool_;
  const std::string prefix_;
  std::string after_;
  std::uint64_t left_;
  std::int64_t head_ = -1;
  bool done_ = false;
  Rows rows_;
  std::vector<ec_stream_info> batch_;
};

}  // namespace ec::postgres
