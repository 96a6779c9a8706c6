// The whole store in position order, filtered, as it was at one head.
#pragma once

#include "buffer.hpp"
#include "database.hpp"
#include "record.hpp"

#include <eventcore/plugin/export.hpp>
#include <eventcore/plugin/filter.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ec::rocks {

class ReadAllCursor final : public plugin::EventCursor {
 public:
  ReadAllCursor(const Database& database, std::uint64_t head, const ec_read_all& request);
  void next(const plugin::Call& call, ec_batch& batch) override;

 private:
  bool more() const { return left_ > 0 && (backward_ ? at_ > 1 : at_ < head_); }
  bool batch_full() const;
  void seek();
  void scan_forward();
  void scan_backward();
  void keep_last();
  RecordReader open_record() const;

  const Database& database_;
  const plugin::Filter filter_;
  const bool backward_;
  const std::uint64_t head_;
  std::uint64_t left_;
  std::uint64_t at_;  // forward: positions up to here are done; backward: positions from here on are
  std::optional<Entries> records_;
  std::size_t scanned_ = 0;  // in this batch
  Buffer buffer_;
  std::vector<ec_event> batch_;
  std::vector<ec_event> record_;
  std::string key_;
};

}  // namespace ec::rocks
