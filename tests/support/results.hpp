// What tests take out of a Result.
#pragma once

#include <eventcore/eventcore.hpp>

#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace ec::test {

// The value; throws with what it says when it failed.
template <class T>
T value(Result<T> result) {
  if (!result) throw std::runtime_error(std::string(name_of(result.error().code)) + ": " + result.error().message);
  return std::move(*result);
}

// What it says when it fails with this code; empty, and a test failure, when it does not.
template <class T>
std::string refusal(const Result<T>& result, Code code) {
  if (result) {
    ADD_FAILURE() << "it was not refused";
    return {};
  }
  EXPECT_STREQ(name_of(result.error().code), name_of(code)) << result.error().message;
  return result.error().message;
}

}  // namespace ec::test
