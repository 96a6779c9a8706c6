// The value of a commit id: what its append wrote.
#pragma once

#include "varint.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ec::rocks {

struct Commit {
  std::uint64_t digest = 0;  // of the append's content
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::vector<std::uint64_t> versions;  // of each expectation's stream, right after
};

inline void put_commit(std::string& out, const Commit& commit) {
  put_varint(out, commit.digest);
  put_varint(out, commit.first);
  put_varint(out, commit.last - commit.first);
  put_varint(out, commit.versions.size());
  for (const std::uint64_t version : commit.versions) put_varint(out, version);
}

inline Commit parse_commit(std::string_view value) {
  Parser parser(value, "a commit id's entry");
  Commit commit;
  commit.digest = parser.varint();
  commit.first = parser.varint();
  commit.last = commit.first + parser.varint();
  const std::uint64_t count = parser.varint();
  if (count > parser.rest().size()) throw parser.broken();
  commit.versions.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) commit.versions.push_back(parser.varint());
  if (!parser.rest().empty()) throw parser.broken();
  return commit;
}

}  // namespace ec::rocks
