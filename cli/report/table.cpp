#include "table.hpp"

namespace cli::report {

std::string markup(const HtmlTable& table) {
  std::string out = "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>";
  for (const std::string& cell : table.heading) out += "<th scope=\"col\">" + cell + "</th>";
  out += "</tr></thead><tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      out += i == 0 ? "<th scope=\"row\">" + row[i] + "</th>"
                    : (row[i].starts_with("<code>") ? "<td class=\"words\">" : "<td>") + row[i] + "</td>";
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string folded(const std::string& summary, const HtmlTable& table) {
  return "<details><summary>" + summary + "</summary>" + markup(table) + "</details>";
}

}  // namespace cli::report
