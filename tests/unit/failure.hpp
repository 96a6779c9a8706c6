// What a function of libeventcore says when it fails.
#pragma once

#include <eventcore/plugin/failure.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace ec::test {

// The message of the Failure that `body` throws with this status; empty, and a test failure, when it does not.
template <class Body>
std::string failure_of(ec_status status, Body&& body) {
  try {
    body();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const plugin::Failure& failure) {
    EXPECT_EQ(failure.status(), status) << failure.what();
    return failure.what();
  }
  return {};
}

inline testing::AssertionResult contains(std::string_view text, std::string_view piece) {
  if (text.find(piece) != std::string_view::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "'" << piece << "' is not in '" << text << "'";
}

}  // namespace ec::test
