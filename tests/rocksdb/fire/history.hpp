// The same appends in every test, known by their number: what a store holds must be the first so many of them, whole.
#pragma once

#include "../support.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace ec::rocks::test {

// Of the appends' payloads, so that some are flushed to tables on the way.
extern const std::vector<std::string> small_buffers;

// The nth append, counted from 1: an event to each of two of five streams.
Result<Appended> append_nth(Store& store, std::size_t nth, std::size_t payload_bytes = 100);
Uuid commit_id_of(std::size_t nth);

// How many appends it holds; throws, saying what, when it is not exactly the first so many, each with its commit id.
std::size_t appends_in(Store& store, std::size_t payload_bytes = 100);

// As many appends as one likes, up to the first that is not acknowledged.
struct Told {
  std::size_t acknowledged = 0;
  bool in_doubt = false;  // the next one is; otherwise it is not stored
};
Told append_until_refused(Store& store, std::size_t most, std::size_t payload_bytes,
                          const std::function<void(std::size_t)>& acknowledged = {});

}  // namespace ec::rocks::test
