// A build that is under way, until it has taken over.
#pragma once

#include <eventcore/projection_status.hpp>

#include <stop_token>
#include <string>

namespace cli {

// On a terminal a progress, elsewhere a line for each percent. A stop ends the following, not the build. Throws Failure
// when the build fails or nobody works on it any more.
void follow_build(ec::Store& store, const std::string& name, const ec::Build& build, const std::stop_token& stop);

}  // namespace cli
