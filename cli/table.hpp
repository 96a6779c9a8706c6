// Rows for people on a terminal, for cut and awk in a pipe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace cli {

using Row = std::vector<std::string>;

// On a terminal a heading, unless it is empty, and columns one below the other; in a pipe no heading, and a tab between
// the fields. Control characters within them become spaces.
void append_table(std::string& out, const Row& heading, const std::vector<Row>& rows, bool for_people);

}  // namespace cli
