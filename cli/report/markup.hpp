// Text into HTML.
#pragma once

#include <string>
#include <string_view>

namespace cli::report {

// As text or within quotes; nothing of it is markup, whoever wrote it. What HTML has no place for becomes U+FFFD.
std::string escaped(std::string_view text);

// At most so many characters, the last one "…" when some are missing.
std::string shortened(std::string_view text, std::size_t characters);

// Both: for names, which may be of any length.
std::string label(std::string_view text, std::size_t characters = 60);

// A coordinate, at most one digit behind the point.
std::string coordinate(double value);
// Of the whole width or height: a share from 0 to 1.
std::string percent(double share);

}  // namespace cli::report
