// The streams in byte order of their ids, with the versions that they had at one head.
#pragma once

#include "buffer.hpp"
#include "database.hpp"

#include <eventcore/plugin/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ec::rocks {

class ListCursor final : public plugin::StreamCursor {
 public:
  ListCursor(const Database& database, std::uint64_t head, const ec_list& request);
  void next(const plugin::Call& call, ec_stream_batch& batch) override;

 private:
  bool find_stream();
  std::uint64_t version_of(std::string_view stream);

  const Database& database_;
  const std::uint64_t head_;
  const std::string prefix_;
  std::uint64_t left_;
  std::string from_;  // the index key to go on from
  bool at_end_ = false;
  std::optional<Entries> entries_;
  Buffer names_;
  std::vector<ec_stream_info> batch_;
  std::string key_;
};

}  // namespace ec::rocks
