// A table in the page. It scrolls in a box of its own where it is wider than the page.
#pragma once

#include <string>
#include <vector>

namespace cli::report {

// Cells are HTML. The first cell of a row is its heading.
struct HtmlTable {
  std::vector<std::string> heading;
  std::vector<std::vector<std::string>> rows;
};

std::string markup(const HtmlTable& table);
// Beneath a plot, folded.
std::string folded(const std::string& summary, const HtmlTable& table);

}  // namespace cli::report
