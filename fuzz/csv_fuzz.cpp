// A file of transfers, as the bank reads it: line by line, and each line for itself.
#include "bank/source.hpp"
#include "bank/transfers.hpp"
#include "input.hpp"

#include <sys/mman.h>
#include <unistd.h>

using fuzz::expect;

namespace {

std::string field(const std::string& text) {
  std::string written = "\"";
  for (const char c : text) written.append(c == '"' ? 2 : 1, c);
  return written + '"';
}

void check_line(std::string_view line) {
  const auto read = bank::parse_transfer(line);
  if (!read) return expect(!read.error().empty(), "a wrong line is told what is wrong");
  expect(read->amount > 0 && !read->id.empty() && !read->from.empty() && !read->to.empty(), "a transfer is whole");
  const std::string written =
      field(read->id) + ',' + field(read->from) + ',' + field(read->to) + ',' + std::to_string(read->amount);
  if (written.size() > bank::longest_line) return;
  const auto again = bank::parse_transfer(written);
  expect(again.has_value(), "what was read can be written and read again");
  expect(again->id == read->id && again->from == read->from && again->to == read->to && again->amount == read->amount,
         "it is the same then");
}

const bank::Stop& never() {
  static bank::Stop& stop = *new bank::Stop;
  stop.release();  // signals are the fuzzer's
  return stop;
}

void check_file(std::string_view content) {
  const int file = memfd_create("transfers", MFD_CLOEXEC);
  expect(file >= 0 && write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()),
         "there is room for a file");
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  try {
    bank::Source source(path, never());
    std::uint64_t orders = 0;
    while (const auto order = source.next()) {
      ++orders;
      expect(order->line >= 1 && order->line <= source.lines(), "a transfer stands in a line");
    }
    expect(orders + source.malformed().size() <= source.lines(), "a line is a transfer or none");
    expect(source.taken_bytes() <= content.size(), "no more is read than there is");
  } catch (const bank::InputError& problem) {
    expect(*problem.what() != '\0', "a wrong file is told what is wrong");
  }
  close(file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact content({reinterpret_cast<const char*>(data), size});
  check_line(content.view());
  check_file(content.view());
  return 0;
}
