#include "calls.hpp"
#include "history.hpp"

#include <cstring>
#include <stdexcept>

namespace ec::rocks::test {

namespace {

constexpr std::size_t streams = 5;

std::string stream_of(std::size_t nth, std::size_t event) { return "s" + std::to_string((nth + event) % streams); }
std::string payload_of(std::size_t nth, std::size_t event, std::size_t bytes) {
  std::string payload = std::to_string(nth) + "/" + std::to_string(event) + "/";
  for (std::size_t i = payload.size(); i < bytes; ++i) payload += static_cast<char>('a' + (i * i + nth) % 26);
  return payload;
}

}  // namespace

const std::vector<std::string> small_buffers{"write_buffer_size: 64KiB", "compression: none"};

Uuid commit_id_of(std::size_t nth) {
  Uuid id;
  std::memcpy(id.value.bytes, &nth, sizeof nth);
  return id;
}

Result<Appended> append_nth(Store& store, std::size_t nth, std::size_t payload_bytes) {
  return store.append({Expect::any(StreamId(stream_of(nth, 0))), Expect::any(StreamId(stream_of(nth, 1)))},
                      {event(0, payload_of(nth, 0, payload_bytes)), event(1, payload_of(nth, 1, payload_bytes))},
                      commit_id_of(nth));
}

std::size_t appends_in(Store& store, std::size_t payload_bytes) {
  const std::vector<Seen> seen = value(everything_in_every_way(store));
  if (seen.size() % 2 != 0) throw std::runtime_error("half an append is there");
  const std::size_t appends = seen.size() / 2;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const std::size_t nth = i / 2 + 1;
    if (seen[i].position != i + 1 || seen[i].stream != stream_of(nth, i % 2) ||
        seen[i].payload != payload_of(nth, i % 2, payload_bytes))
      throw std::runtime_error("append " + std::to_string(nth) + " is not what it was");
  }
  for (std::size_t nth = 1; nth <= appends + 1; ++nth)
    if (look_up(store, commit_id_of(nth)) != (nth <= appends ? EC_OK : EC_NOT_FOUND))
      throw std::runtime_error("commit id " + std::to_string(nth) + " and its events disagree");
  return appends;
}

Told append_until_refused(Store& store, std::size_t most, std::size_t payload_bytes,
                          const std::function<void(std::size_t)>& acknowledged) {
  Told told;
  while (told.acknowledged < most) {
    const auto done = append_nth(store, told.acknowledged + 1, payload_bytes);
    if (!done) {
      told.in_doubt = done.error().code == Code::in_doubt;
      return told;
    }
    ++told.acknowledged;
    if (acknowledged) acknowledged(told.acknowledged);
  }
  return told;
}

}  // namespace ec::rocks::test
