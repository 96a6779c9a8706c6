// Where the plugins under test lie: of this build, unless the environment names another folder, as tests/twins does.
#pragma once

#include <cstdlib>
#include <string>

namespace ec::test {

inline std::string plugin_folder() {
  const char* other = std::getenv("EVENTCORE_TEST_TWIN");
  return other == nullptr ? EVENTCORE_TEST_PLUGINS : other;
}

}  // namespace ec::test
