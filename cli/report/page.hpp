// The page: one file that needs nothing else, no script and no network.
#pragma once

#include "groups.hpp"

#include <string>

namespace cli::report {

// Lends from `runs` while it works.
std::string page(const std::vector<Run>& runs, const std::string& title);

}  // namespace cli::report
