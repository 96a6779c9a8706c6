// The keys of RocksDB's database and the values of its index: there and back, in their order, and from any bytes.
#include "input.hpp"
#include "keys.hpp"
#include "record.hpp"

#include <tuple>

using namespace ec::rocks;
using fuzz::expect;

namespace {

// As legal as the keys need it: without control characters.
std::string stream_id(fuzz::Input& input) {
  std::string id = input.text();
  for (char& c : id) c = static_cast<char>(static_cast<unsigned char>(c) < 0x20 ? c | 0x20 : c);
  return id.empty() ? "a" : id;
}

std::string index_key_of(const std::string& stream, std::uint64_t version) {
  std::string buffer;
  return std::string(view(index_key(buffer, stream, version)));
}

void check_any(std::string_view bytes) {
  const fuzz::Exact exact(bytes);
  const IndexKey key = parse_index_key(slice(exact.view()));
  if (!key.stream.empty())
    expect(index_key_of(std::string(key.stream), key.version) == bytes, "a key that was taken apart is made again");
  try {
    const IndexEntry entry = parse_index_entry(exact.view());
    expect(entry.record <= entry.position, "an event is not in front of its record");
    std::string written;
    put_index_entry(written, entry);
    const IndexEntry again = parse_index_entry(written);
    expect(again.position == entry.position && again.record == entry.record, "an entry comes back");
  } catch (const ec::plugin::Failure& failure) {
    expect(failure.status() == EC_CORRUPT, "what cannot be read is corrupt");
  }
}

void check_order(fuzz::Input& input) {
  const std::string a = stream_id(input);
  const std::string b = input.below(2) == 0 ? stream_id(input) : a + stream_id(input);
  const std::uint64_t one = input.any_number();
  const std::uint64_t two = input.any_number();
  const std::string first = index_key_of(a, one);
  const std::string second = index_key_of(b, two);
  expect((first < second) == (std::tie(a, one) < std::tie(b, two)), "keys sort as what they stand for");
  const IndexKey parsed = parse_index_key(slice(first));
  expect(parsed.stream == a && parsed.version == one, "a key comes back");
  std::string buffer;
  const std::string behind(view(index_key_behind(buffer, a)));
  expect(first < behind, "what is behind a stream is behind its keys");
  if (b > a) expect(behind < second, "and in front of the next one's");
  std::string other;
  expect((event_key(buffer, one).compare(event_key(other, two)) < 0) == (one < two), "positions sort as numbers");
  expect(get_ordered(buffer) == one, "a position comes back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_any({reinterpret_cast<const char*>(data), size});
  fuzz::Input input(data, size);
  check_order(input);
  return 0;
}
