#include "transfers.hpp"

#include <eventcore/eventcore.hpp>

#include <charconv>
#include <limits>
#include <optional>
#include <unordered_map>

namespace bank {

namespace {

constexpr std::size_t longest_line = 4096;

std::string number(std::uint64_t value) { return std::to_string(value); }

// Reads a line of any length but keeps no more of it than is needed to see that it is too long.
bool next_line(std::istream& in, std::string& line) {
  line.clear();
  std::streambuf& bytes = *in.rdbuf();
  constexpr int end = std::char_traits<char>::eof();
  int byte = bytes.sbumpc();
  if (byte == end) return false;
  for (; byte != end && byte != '\n'; byte = bytes.sbumpc())
    if (line.size() <= longest_line) line += static_cast<char>(byte);
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

std::optional<std::string> parse_amount(std::string_view text, std::int64_t& amount) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (problem == std::errc::result_out_of_range) return "the amount '" + std::string(text) + "' is too large";
  if (problem != std::errc{} || end != text.data() + text.size())
    return "the amount '" + std::string(text) + "' is not a whole number";
  if (amount <= 0) return "the amount is " + std::string(text) + ", it must be above 0";
  return std::nullopt;
}

std::optional<std::string> parse_account(std::string_view text) {
  if (text.empty()) return "an account is missing";
  if (const auto id = ec::StreamId::parse("account/" + std::string(text)); !id) return id.error().message;
  return std::nullopt;
}

class Reader {
 public:
  void take(std::uint64_t line_number, const std::string& line) {
    if (auto why = parse(line_number, line)) input_.malformed.push_back({line_number, std::move(*why)});
  }
  Input finish(std::uint64_t lines) {
    input_.lines = lines;
    return std::move(input_);
  }

 private:
  std::optional<std::string> parse(std::uint64_t line_number, const std::string& line) {
    if (line.empty()) return "the line is empty";
    if (line.size() > longest_line) return "the line has more than " + number(longest_line) + " bytes";
    std::string why;
    if (!split_csv(line, fields_, why)) return why;
    if (fields_.size() != 4) return "4 fields are needed (id,from,to,amount), here are " + number(fields_.size());
    Transfer transfer{fields_[0], fields_[1], fields_[2], 0};
    if (transfer.id.empty()) return "the id is missing";
    if (auto problem = parse_account(transfer.from)) return problem;
    if (auto problem = parse_account(transfer.to)) return problem;
    if (auto problem = parse_amount(fields_[3], transfer.amount)) return problem;
    const auto [first, is_new] = line_of_id_.try_emplace(transfer.id, line_number);
    if (!is_new) return "the id '" + transfer.id + "' was used on line " + number(first->second);
    input_.transfers.push_back(std::move(transfer));
    return std::nullopt;
  }

  Input input_;
  std::vector<std::string> fields_;
  std::unordered_map<std::string, std::uint64_t> line_of_id_;
};

}  // namespace

bool split_csv(std::string_view line, std::vector<std::string>& fields, std::string& why) {
  fields.assign(1, {});
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::string& field = fields.back();
    if (line[i] == ',') {
      fields.emplace_back();
    } else if (line[i] == '"' && field.empty()) {
      bool closed = false;
      while (++i < line.size() && !closed) {
        if (line[i] != '"') {
          field += line[i];
        } else if (i + 1 < line.size() && line[i + 1] == '"') {
          field += line[i++];
        } else {
          closed = true;
        }
      }
      if (!closed) {
        why = "a quote is not closed";
        return false;
      }
      if (i < line.size() && line[i] != ',') {
        why = "there is text behind a closing quote";
        return false;
      }
      --i;  // the loop steps onto the comma, or off the end
    } else if (line[i] == '"') {
      why = "there is a quote inside a field that does not begin with one";
      return false;
    } else {
      field += line[i];
    }
  }
  return true;
}

Input read_transfers(std::istream& in) {
  Reader reader;
  std::string line;
  std::uint64_t line_number = 0;
  while (next_line(in, line)) {
    ++line_number;
    if (line_number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (line_number == 1 && line == "id,from,to,amount") continue;
    reader.take(line_number, line);
  }
  return reader.finish(line_number);
}

}  // namespace bank
