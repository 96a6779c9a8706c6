// Events that were one append and become one again.
#pragma once

#include <eventcore/store.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace cli {

class Group {
 public:
  explicit Group(ec::Uuid commit_id) { append_.commit_id = commit_id; }

  // Adds an event of a stream, with the version that it must get, if there is one. Within a stream they must follow
  // each other, and all have one or none; else what is wrong is said, and nothing is added.
  ec::Result<> add(const ec::StreamId& stream, std::optional<std::uint64_t> version, ec::NewEvent event);

  const ec::Append& append() const { return append_; }
  ec::Append take() && { return std::move(append_); }
  std::size_t size() const { return append_.events.size(); }
  std::size_t bytes() const { return bytes_; }
  // How many of the events are for that expectation.
  std::size_t count_for(std::size_t expect) const { return counts_[expect]; }

 private:
  ec::Append append_;
  std::unordered_map<ec::StreamId, std::size_t> expect_of_;
  std::vector<std::size_t> counts_;
  std::size_t bytes_ = 0;
};

// A copy of a stored event that keeps its id and time; its version is for Group::add.
ec::NewEvent copy_of(const ec_event& event);

// The first member in which they differ, positions left out; null: none.
const char* difference(const ec_event& a, const ec_event& b);

}  // namespace cli
