#include "measures.hpp"
#include "payload.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace bench::scale {

namespace {

constexpr std::uint64_t events_an_append = 500;
constexpr std::uint64_t known_streams = 40'000;

ec::NewEvent grown(std::size_t expect, std::string payload) {
  return {.expect = expect, .type = "grown", .payload = std::move(payload), .encoding = EC_ENCODING_BYTES};
}

ec::Result<> failed(std::string why) { return std::unexpected(ec::Error{ec::Code::corrupt, std::move(why)}); }

ec::Result<> answer(const ec::Result<ec::Appended>& appended) {
  if (!appended) return std::unexpected(appended.error());
  return {};
}

class Place {
 public:
  Place(ec::Store& store, const Shape& shape) : store_(store), shape_(shape), payloads_(shape.payload_bytes) {}

  ec::Result<> append() {
    const std::uint64_t first = any(shape_.streams);
    return append_to(ec::Expect::exists(stream_of(first)), ec::Expect::exists(stream_of((first + 1) % shape_.streams)));
  }

  // As commands append: at versions that were read, of streams that this process has not written to.
  ec::Result<> look_versions_up() {
    const std::uint64_t first = any(shape_.streams);
    for (std::uint64_t i = 0; i < std::min(known_streams, shape_.streams); ++i) {
      const std::uint64_t number = (first + i) % shape_.streams;
      auto events = store_.read({{stream_of(number)}}, {.backward = true, .limit = 1});
      if (!events) return std::unexpected(std::move(events.error()));
      while (events->next())
        for (const ec::RecordedEvent event : events->batch()) known_.emplace_back(number, event.version());
      if (const auto& error = events->error()) return std::unexpected(*error);
    }
    return known_.size() < 2 ? failed("the streams have no events") : ec::Result<>{};
  }

  ec::Result<> append_known() {
    if (known_.empty())  // at the first call, which is in the warm-up
      if (auto looked = look_versions_up(); !looked) return looked;
    const std::size_t left = next_known_++ * 2 % known_.size();
    const std::size_t right = (left + 1) % known_.size();
    return append_to(ec::Expect::exact(stream_of(known_[left].first), known_[left].second++),
                     ec::Expect::exact(stream_of(known_[right].first), known_[right].second++));
  }

  ec::Result<> append_new() {
    const ec::StreamId left("new/" + ec::Uuid::make().str());
    return append_to(ec::Expect::absent(left), ec::Expect::absent(ec::StreamId(left.str() + "/right")));
  }

  ec::Result<> read() {
    auto events = store_.read({{stream_of(any(shape_.streams))}});
    if (!events) return std::unexpected(std::move(events.error()));
    std::uint64_t count = 0;
    while (events->next())
      for (const ec::RecordedEvent event : events->batch())
        if (event.version() != ++count) return failed("a version is missing");
    if (const auto& error = events->error()) return std::unexpected(*error);
    return count < shape_.events / shape_.streams ? failed("a stream is shorter than it was made") : ec::Result<>{};
  }

  ec::Result<> read_all() {
    const std::uint64_t after = any(shape_.events - page);
    auto events = store_.read_all({}, ec::Position{0, after}, {.limit = page});
    if (!events) return std::unexpected(std::move(events.error()));
    std::uint64_t count = 0;
    while (events->next())
      for (const ec::RecordedEvent event : events->batch())
        if (event.position() != ec::Position{0, after + ++count}) return failed("a position is missing");
    if (const auto& error = events->error()) return std::unexpected(*error);
    return count == page ? ec::Result<>{} : failed("read_all gave too few events");
  }

  ec::Result<> head() {
    auto head = store_.head();
    if (!head) return std::unexpected(std::move(head.error()));
    return head->lo < shape_.events ? failed("the head is too low") : ec::Result<>{};
  }

  ec::Result<> list() {
    // In the first half of the names, so that there is more than a page behind it.
    std::string after = stream_of(any(shape_.streams)).str();
    after[std::string_view("account/").size()] = "01234567"[any(8)];
    auto streams = store_.list_streams("account/", after, page);
    if (!streams) return std::unexpected(std::move(streams.error()));
    const bool sorted = std::ranges::is_sorted(*streams, {}, [](const auto& each) { return each.stream.str(); });
    return streams->size() == page && sorted ? ec::Result<>{} : failed("a page of streams is not what it should be");
  }

 private:
  std::uint64_t any(std::uint64_t below) { return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(random_); }

  ec::Result<> append_to(ec::Expect left, ec::Expect right) {
    return answer(store_.append({std::move(left), std::move(right)},
                                {grown(0, payloads_.next()), grown(1, payloads_.next())}, ec::Uuid::make()));
  }

  ec::Store& store_;
  const Shape shape_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> known_;  // numbers of streams, and their versions
  std::size_t next_known_ = 0;
  Payloads payloads_;
  std::mt19937_64 random_{1};
};

}  // namespace

ec::StreamId stream_of(std::uint64_t number) {
  // splitmix64, which gives each number another one.
  std::uint64_t mixed = (number + 1) * 0x9E3779B97F4A7C15U;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
  mixed ^= mixed >> 31U;
  std::array<char, 16> digits{};
  const char* end = std::to_chars(digits.begin(), digits.end(), mixed, 16).ptr;
  const std::string text(digits.data(), static_cast<std::size_t>(end - digits.data()));
  return ec::StreamId("account/" + std::string(digits.size() - text.size(), '0') + text);
}

ec::Result<> fill(ec::Store& store, const Shape& shape, std::uint64_t events) {
  Payloads payloads(shape.payload_bytes);
  for (std::uint64_t done = 0; done < events;) {
    const std::uint64_t count = std::min({events_an_append, events - done, shape.streams});
    std::vector<ec::Expect> expects;
    std::vector<ec::NewEvent> grow;
    expects.reserve(count);
    grow.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      expects.push_back(ec::Expect::any(stream_of((done + i) % shape.streams)));
      grow.push_back(grown(i, payloads.next()));
    }
    if (auto appended = answer(store.append(expects, grow, ec::Uuid::make())); !appended) return appended;
    done += count;
  }
  return {};
}

Measure make_measure(std::string_view name, ec::Store& store, const Shape& shape) {
  constexpr std::pair<std::string_view, ec::Result<> (Place::*)()> measures[] = {
      {"append", &Place::append}, {"append_known", &Place::append_known}, {"append_new", &Place::append_new},
      {"read", &Place::read},     {"read_all", &Place::read_all},         {"head", &Place::head},
      {"list", &Place::list}};
  for (const auto& measure : measures)
    if (measure.first == name)
      return [place = std::make_shared<Place>(store, shape), call = measure.second] { return ((*place).*call)(); };
  return {};
}

}  // namespace bench::scale
