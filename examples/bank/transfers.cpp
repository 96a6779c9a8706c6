#include "streams.hpp"
#include "transfers.hpp"

#include <eventcore/eventcore.hpp>

#include <charconv>
#include <optional>
#include <vector>

namespace bank {

namespace {

using Problem = std::optional<std::string>;

// Takes a quoted field apart, from behind its opening quote; `rest` begins behind its closing one then.
Problem take_quoted(std::string_view& rest, std::string& field) {
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') {
      if (!rest.starts_with('"')) return std::nullopt;
      rest.remove_prefix(1);
    }
    field += c;
  }
  return "a quote is not closed";
}

Problem take_plain(std::string_view& rest, std::string& field) {
  const std::size_t end = std::min(rest.find(','), rest.size());
  field = rest.substr(0, end);
  rest.remove_prefix(end);
  if (field.find('"') != std::string::npos) return "there is a quote inside a field that does not begin with one";
  return std::nullopt;
}

Problem split(std::string_view rest, std::vector<std::string>& fields) {
  for (;;) {
    std::string& field = fields.emplace_back();
    Problem problem;
    if (rest.starts_with('"')) {
      rest.remove_prefix(1);
      problem = take_quoted(rest, field);
    } else {
      problem = take_plain(rest, field);
    }
    if (problem || rest.empty()) return problem;
    if (rest.front() != ',') return "there is text behind a closing quote";
    rest.remove_prefix(1);
  }
}

Problem check_id(const std::string& id) {
  if (id.empty()) return "the id is missing";
  if (id.size() > longest_id) return "the id has more than " + std::to_string(longest_id) + " bytes";
  return std::nullopt;
}

Problem check_account(const std::string& account) {
  if (account.empty()) return "an account is missing";
  if (const auto id = ec::StreamId::parse(stream_of(account).str()); !id) return id.error().message;
  return std::nullopt;
}

Problem parse_amount(const std::string& text, std::int64_t& amount) {
  const char* const all = text.data() + text.size();
  const auto [end, problem] = std::from_chars(text.data(), all, amount);
  if (end != all || problem == std::errc::invalid_argument)
    return "the amount " + quoted(text) + " is not a whole number";
  if (problem == std::errc::result_out_of_range) return "the amount " + quoted(text) + " is too large";
  if (amount <= 0) return "the amount is " + text + ", it must be above 0";
  return std::nullopt;
}

}  // namespace

std::expected<Transfer, std::string> parse_transfer(std::string_view line) {
  if (line.empty()) return std::unexpected("the line is empty");
  if (line.size() > longest_line)
    return std::unexpected("the line has more than " + std::to_string(longest_line) + " bytes");
  std::vector<std::string> fields;
  Problem problem = split(line, fields);
  if (!problem && fields.size() != 4)
    problem = "4 fields are needed (" + std::string(header_line) + "), here are " + std::to_string(fields.size());
  if (problem) return std::unexpected(std::move(*problem));
  Transfer transfer{std::move(fields[0]), std::move(fields[1]), std::move(fields[2]), 0};
  problem = check_id(transfer.id);
  if (!problem) problem = check_account(transfer.from);
  if (!problem) problem = check_account(transfer.to);
  if (!problem) problem = parse_amount(fields[3], transfer.amount);
  if (problem) return std::unexpected(std::move(*problem));
  return transfer;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t most_bytes = 60;
  std::string shown = "'";
  for (const char c : text.substr(0, most_bytes)) shown += c >= ' ' && c <= '~' ? c : '?';
  return shown + (text.size() > most_bytes ? "...'" : "'");
}

}  // namespace bank
