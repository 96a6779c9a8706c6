// Stores of these tests: opened through libeventcore on databases in folders of their own, and what they hold.
#pragma once

#include "../support/results.hpp"
#include "../unit/failure.hpp"
#include "../unit/files.hpp"

#include <eventcore/eventcore.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace ec::rocks::test {

using ec::test::contains;
using ec::test::failure_of;
using ec::test::refusal;
using ec::test::TempFolder;
using ec::test::value;

// A configuration with the database in `path`; `options` are further lines "name: value".
std::string configuration(const std::filesystem::path& path, const std::vector<std::string>& options = {});
Result<Store> open(const std::filesystem::path& path, const std::vector<std::string>& options = {});

// A stored event, copied out of its batch.
struct Seen {
  std::string stream;
  std::uint64_t version = 0;
  std::uint64_t position = 0;
  std::string payload;

  friend bool operator==(const Seen&, const Seen&) = default;
};
void PrintTo(const Seen& seen, std::ostream* out);

// Reads to the end; fails when the cursor does.
Result<std::vector<Seen>> drain(Result<EventCursor> cursor);
std::vector<Seen> everything(Store& store);
std::vector<Seen> stream(Store& store, const std::string& name);

// Everything, read in every way that there is; fails when two ways differ.
Result<std::vector<Seen>> everything_in_every_way(Store& store);

NewEvent event(std::size_t expect, std::string payload);
Appended append(Store& store, const std::string& name, const std::vector<std::string>& payloads, Uuid commit_id = {});

// `count` appends, each of two events to two of five streams.
void fill(Store& store, std::size_t count);

}  // namespace ec::rocks::test
