// What RocksDB takes for the end of a log, and is none.
//
// A record whose length was damaged so that it points behind the end of the file looks to RocksDB like one that a crash
// cut off; one whose type was damaged can look like the rest of a recycled file. It drops that record and all behind it
// without a word. But a record that was cut off is not whole, and one with a damaged length is: its checksum, which covers
// all but the length, holds for another length. And our logs are never recycled.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace ec::rocks {

// Whether there is such a place in this block of a log.
bool hides_a_record(std::string_view block, bool is_last_block);

// The log in this folder, a database's, that has such a place. Files that cannot be read are left to RocksDB.
std::optional<std::filesystem::path> find_log_with_hidden_record(const std::filesystem::path& folder);

}  // namespace ec::rocks
