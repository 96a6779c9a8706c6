// "did you mean": the nearest of some known words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ec::core {

// The known word with the smallest edit distance, if that is at most a third of the word's length (and at least 1);
// empty otherwise.
std::string nearest(std::string_view word, const std::vector<std::string_view>& known);

// "; did you mean 'path'?" or, where none is near, "; known are: path, sync".
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace ec::core
