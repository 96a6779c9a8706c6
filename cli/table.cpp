#include "table.hpp"

#include <algorithm>

namespace cli {

namespace {

// Control characters could move a terminal's cursor, and part fields where there is no border.
std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return text;
}

// Columns that it takes: code points, which is right for most of the world's names.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0U) != 0x80U; }));
}

void append_row(std::string& out, const Row& row, const std::vector<std::size_t>& widths) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string field = one_line(row[i]);
    out += field;
    if (i + 1 < row.size())
      out.append(widths.empty() ? 1 : widths[i] - width_of(field) + 2, widths.empty() ? '\t' : ' ');
  }
  out += '\n';
}

}  // namespace

void append_table(std::string& out, const Row& heading, const std::vector<Row>& rows, bool for_people) {
  std::vector<std::size_t> widths;
  const auto widen = [&](const Row& row) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(one_line(row[i])));
  };
  if (for_people) {
    widen(heading);
    std::ranges::for_each(rows, widen);
    if (!heading.empty()) append_row(out, heading, widths);
  }
  for (const Row& row : rows) append_row(out, row, widths);
}

}  // namespace cli
