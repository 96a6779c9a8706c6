// An open store: what execute works on, and direct access for tools, projections and tests.
//
//   int print_all(const char* config) {
//     auto store = ec::Store::open(config);
//     if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str());
//     auto events = store->read_all();
//     while (events && events->next())
//       for (const ec::RecordedEvent event : events->batch()) std::printf("%s\n", event.position().str().c_str());
//     return 0;
//   }
#pragma once

#include <eventcore/call.hpp>
#include <eventcore/recorded.hpp>
#include <eventcore/stream_id.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ec {

// What an append expects of a stream, and names it for its events.
struct Expect {
  StreamId stream;
  std::uint32_t mode = EC_EXPECT_ANY;
  std::uint64_t version = 0;

  static Expect exact(StreamId stream, std::uint64_t version) { return {std::move(stream), EC_EXPECT_EXACT, version}; }
  static Expect absent(StreamId stream) { return {std::move(stream), EC_EXPECT_ABSENT, 0}; }
  static Expect exists(StreamId stream) { return {std::move(stream), EC_EXPECT_EXISTS, 0}; }
  static Expect any(StreamId stream) { return {std::move(stream), EC_EXPECT_ANY, 0}; }
};

// An event as bytes, for those who have no type for it.
struct NewEvent {
  std::size_t expect = 0;  // which of the expectations names its stream
  std::string type;
  std::string payload;
  std::string metadata{};
  std::uint32_t encoding = EC_ENCODING_JSON;
  std::uint32_t schema_version = 1;
  Uuid id{};                        // zero: a new one
  std::int64_t recorded_at_us = 0;  // 0: now

  template <Event E>
  static NewEvent of(std::size_t expect, const E& event) {
    NewEvent made{expect, std::string(type_of<E>), {}};
    made.encoding = Codec<E>::encoding;
    made.schema_version = schema_version_of<E>;
    Codec<E>::encode(event, made.payload);
    return made;
  }
};

// All or nothing over its streams; see ec_append.
struct Append {
  std::vector<Expect> expects;
  std::vector<NewEvent> events;
  Uuid commit_id{};  // with one it can be repeated safely
};

struct Appended {
  Position first, last;                 // {0,0} when no event was written
  std::vector<std::uint64_t> versions;  // of each expectation's stream, right after
  bool repeated = false;                // the commit id was stored before; this is the first outcome
};

// A read under way. Not for two threads at a time. Must end before its store does.
class EventCursor {
 public:
  // The events of a batch, lent until the next call of next().
  class Batch {
   public:
    class Iterator {
     public:
      using iterator_category = std::input_iterator_tag;
      using value_type = RecordedEvent;
      using difference_type = std::ptrdiff_t;
      using pointer = void;
      using reference = RecordedEvent;
      Iterator() = default;
      Iterator(const char* at, std::size_t stride) : at_(at), stride_(stride) {}
      RecordedEvent operator*() const { return RecordedEvent(*reinterpret_cast<const ec_event*>(at_)); }
      Iterator& operator++() {
        at_ += stride_;
        return *this;
      }
      Iterator operator++(int) { return std::exchange(*this, Iterator(at_ + stride_, stride_)); }
      bool operator==(const Iterator& other) const { return at_ == other.at_; }

     private:
      const char* at_ = nullptr;
      std::size_t stride_ = 0;
    };

    explicit Batch(const ec_batch& batch) : batch_(batch) {}
    Iterator begin() const { return {first(), batch_.stride}; }
    Iterator end() const { return {first() + batch_.count * batch_.stride, batch_.stride}; }
    std::size_t size() const { return batch_.count; }
    const ec_batch& raw() const { return batch_; }

   private:
    const char* first() const { return reinterpret_cast<const char*>(batch_.events); }
    const ec_batch& batch_;
  };

  EventCursor(ec_store* store, ec_cursor* cursor, Call call)
      : store_(store), cursor_(cursor), call_(std::make_unique<Call>(std::move(call))) {}
  EventCursor(EventCursor&& other) noexcept
      : store_(other.store_),
        cursor_(std::exchange(other.cursor_, nullptr)),
        call_(std::move(other.call_)),
        batch_(other.batch_),
        ended_(other.ended_),
        error_(std::move(other.error_)) {}
  EventCursor& operator=(EventCursor&&) = delete;
  ~EventCursor() { ec_store_close_cursor(store_, cursor_); }

  // Fetches the next batch, which is not empty. False at the end, and after a failure: see error().
  bool next() {
    const ec_call call = detail::to_raw(*call_);
    do {
      batch_.count = 0;
      if (ended_) return false;
      ec_error error = EC_ERROR_INIT;
      ended_ = ec_store_next(store_, cursor_, &call, &batch_, &error) != EC_OK;
      if (ended_) {
        batch_.count = 0;
        error_ = detail::to_error(error);
        return false;
      }
      ended_ = (batch_.flags & EC_BATCH_END) != 0;
    } while (batch_.count == 0);
    return true;
  }

  Batch batch() const { return Batch(batch_); }
  // The head of the view that is read; known after the first next().
  Position head() const { return Position::from(batch_.head); }
  // read_all: everything up to here has been looked at, also what the filter left out.
  Position through() const { return Position::from(batch_.through); }
  // Why next() said false, if it was not the end.
  const std::optional<Error>& error() const { return error_; }

 private:
  ec_store* store_;
  ec_cursor* cursor_;
  std::unique_ptr<Call> call_;
  ec_batch batch_{sizeof(ec_batch), 0, nullptr, 0, sizeof(ec_event), {}, {}};
  bool ended_ = false;
  std::optional<Error> error_;
};

struct ReadFrom {
  StreamId stream;
  std::uint64_t after_version = 0;  // backward: below it, 0 for from the end
};

// Which events read_all gives: those whose stream begins with a prefix or matches a pattern (none given: all), and
// whose type is one of the types (none given: any). The rules of patterns stand at ec_read_all in abi/event_store.h.
struct Filter {
  std::vector<std::string> prefixes{}, patterns{}, types{};

  static Filter of(const StreamId& stream) { return {.patterns = {stream.str()}}; }
};

struct SubscribeOptions {
  std::uint64_t page = 10'000;                   // events that are read from one view of the store
  std::chrono::milliseconds poll_interval{100};  // where the backend cannot wake a waiting reader
};

class Subscription;

struct ReadOptions {
  bool backward = false;
  std::uint64_t limit = 0;  // 0 = none
};

struct StreamVersion {
  StreamId stream;
  std::uint64_t version = 0;
};

namespace detail {

// A Filter as C sees it. Points into it, and its requests into itself.
class RawFilter {
 public:
  explicit RawFilter(const Filter& filter)
      : prefixes_(texts(filter.prefixes)), patterns_(texts(filter.patterns)), types_(texts(filter.types)) {}

  ec_read_all request(std::uint32_t flags, Position after, std::uint64_t limit) const {
    return {
        sizeof(ec_read_all), flags,         after.raw(),  limit, prefixes_.data(), prefixes_.size(), patterns_.data(),
        patterns_.size(),    types_.data(), types_.size()};
  }

 private:
  static std::vector<ec_str> texts(const std::vector<std::string>& strings) {
    std::vector<ec_str> made;
    made.reserve(strings.size());
    for (const std::string& each : strings) made.push_back(str(each));
    return made;
  }

  std::vector<ec_str> prefixes_, patterns_, types_;
};

// An Append as C sees it. Points into it, and into itself.
class RawAppend {
 public:
  RawAppend(const std::vector<Expect>& expects, const std::vector<NewEvent>& events, const Uuid& commit_id) {
    expects_.reserve(expects.size());
    for (const Expect& each : expects) expects_.push_back({str(each.stream.str()), each.version, each.mode, 0});
    events_.reserve(events.size());
    for (const NewEvent& each : events)
      events_.push_back({static_cast<std::uint32_t>(each.expect), each.encoding, each.schema_version, 0, each.id.value,
                         each.recorded_at_us, str(each.type), bytes(each.payload), bytes(each.metadata)});
    request_ = {sizeof request_,     0,
                commit_id.value,     expects_.data(),
                expects_.size(),     sizeof(ec_expect),
                events_.data(),      events_.size(),
                sizeof(ec_new_event)};
    appended_.resize(expects.size());
    outcome_ = {sizeof outcome_, EC_OK, 0, 0, {}, {}, appended_.data(), &error_};
  }
  RawAppend(const RawAppend&) = delete;
  RawAppend& operator=(const RawAppend&) = delete;

  const ec_append& request() const { return request_; }
  ec_outcome& outcome() { return outcome_; }

  Result<Appended> result() {
    if (outcome_.status != EC_OK) return std::unexpected(to_error(error_));
    return Appended{Position::from(outcome_.first), Position::from(outcome_.last), std::move(appended_),
                    (outcome_.flags & EC_OUTCOME_REPEATED) != 0};
  }

 private:
  std::vector<ec_expect> expects_;
  std::vector<ec_new_event> events_;
  std::vector<std::uint64_t> appended_;
  ec_append request_{};
  ec_error error_ = EC_ERROR_INIT;
  ec_outcome outcome_{};
};

// std::expected<void, E>::transform, which the standard libraries at hand do not have yet.
template <class Body>
auto and_then(Result<> done, Body&& value) -> Result<std::remove_cvref_t<decltype(value())>> {
  if (!done) return std::unexpected(std::move(done.error()));
  return value();
}

}  // namespace detail

class Store {
 public:
  // The store that a YAML file describes. Errors name file:line:column and say what to do.
  static Result<Store> open(const std::string& path, const Call& call = {}) {
    return opened([&](const ec_call* raw, ec_store** store,
                      ec_error* error) { return ec_store_open(path.c_str(), raw, store, error); },
                  call);
  }
  // The same for looking alone; see EC_OPEN_READ_ONLY. On RocksDB also while another process writes.
  static Result<Store> open_read_only(const std::string& path, const Call& call = {}) {
    return opened(
        [&](const ec_call* raw, ec_store** store, ec_error* error) {
          const ec_open_options options{sizeof options, EC_OPEN_READ_ONLY};
          return ec_store_open_with(path.c_str(), &options, raw, store, error);
        },
        call);
  }
  // The same from the text of such a file; `name` stands for it in messages.
  static Result<Store> open_text(std::string_view yaml, std::string_view name = "configuration",
                                 const Call& call = {}) {
    return opened(
        [&](const ec_call* raw, ec_store** store, ec_error* error) {
          return ec_store_open_text(detail::str(yaml), detail::str(name), raw, store, error);
        },
        call);
  }

  // Some streams as one, in position order, from one view. A stream that does not exist has no events.
  Result<EventCursor> read(const std::vector<ReadFrom>& streams, ReadOptions options = {}, Call call = {}) {
    std::vector<ec_stream_from> from;
    from.reserve(streams.size());
    for (const ReadFrom& each : streams) from.push_back({detail::str(each.stream.str()), each.after_version});
    const ec_read request{
        sizeof request, options.backward ? EC_READ_BACKWARD : 0U, from.data(), from.size(), sizeof(ec_stream_from),
        options.limit};
    return cursor([&](const ec_call* raw, ec_cursor** made,
                      ec_error* error) { return ec_store_read(raw_, &request, raw, made, error); },
                  std::move(call));
  }

  Result<EventCursor> read_all(const Filter& filter = {}, Position after = {}, ReadOptions options = {},
                               Call call = {}) {
    const detail::RawFilter raw_filter(filter);
    const ec_read_all request = raw_filter.request(options.backward ? EC_READ_BACKWARD : 0U, after, options.limit);
    return cursor([&](const ec_call* raw, ec_cursor** made,
                      ec_error* error) { return ec_store_read_all(raw_, &request, raw, made, error); },
                  std::move(call));
  }

  // Everything or nothing; see ec_append. With a commit id it can be repeated safely.
  Result<Appended> append(const std::vector<Expect>& expects, const std::vector<NewEvent>& events, Uuid commit_id = {},
                          const Call& call = {}) {
    detail::RawAppend raw(expects, events, commit_id);
    const ec_call raw_call = detail::to_raw(call);
    ec_store_append(raw_, &raw.request(), &raw_call, &raw.outcome(), nullptr);
    return raw.result();
  }

  // Many, each for itself, in this order; see ec_store_append_all. For imports and copies: an order that must be kept
  // leaves no other way to have more than one under way.
  std::vector<Result<Appended>> append_all(const std::vector<Append>& appends, const Call& call = {}) {
    std::deque<detail::RawAppend> raw;
    std::vector<ec_append> requests;
    std::vector<ec_outcome> outcomes;
    for (const Append& each : appends) {
      auto& made = raw.emplace_back(each.expects, each.events, each.commit_id);
      requests.push_back(made.request());
      outcomes.push_back(made.outcome());
    }
    const ec_call raw_call = detail::to_raw(call);
    ec_error error = EC_ERROR_INIT;
    ec_store_append_all(raw_, requests.data(), sizeof(ec_append), outcomes.data(), sizeof(ec_outcome), requests.size(),
                        &raw_call, &error);
    std::vector<Result<Appended>> results;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      raw[i].outcome() = outcomes[i];
      results.push_back(raw[i].result());
    }
    return results;
  }

  // Follows the store from behind that position on; see subscription.hpp, which a caller includes.
  Subscription subscribe(Filter filter = {}, Position from = {}, SubscribeOptions options = {});

  // The position of the last event.
  Result<Position> head(const Call& call = {}) {
    ec_position head{};
    return detail::and_then(
        told(call, [&](const ec_call* raw, ec_error* error) { return ec_store_head(raw_, raw, &head, error); }),
        [&] { return Position::from(head); });
  }

  // At most `limit` streams with events whose ids begin with `prefix`, behind `after`, in byte order.
  Result<std::vector<StreamVersion>> list_streams(std::string_view prefix = {}, std::string_view after = {},
                                                  std::uint64_t limit = 0, const Call& call = {}) {
    const ec_list request{sizeof request, 0, detail::str(prefix), detail::str(after), limit};
    std::vector<StreamVersion> streams;
    ec_stream_cursor* cursor = nullptr;
    auto listed = told(call, [&](const ec_call* raw, ec_error* error) {
      return ec_store_list_streams(raw_, &request, raw, &cursor, error);
    });
    ec_stream_batch batch{sizeof batch, 0, nullptr, 0, 0};
    while (listed && (batch.flags & EC_BATCH_END) == 0) {
      listed = told(call, [&](const ec_call* raw, ec_error* error) {
        return ec_store_next_streams(raw_, cursor, raw, &batch, error);
      });
      for (std::size_t i = 0; listed && i < batch.count; ++i) {
        const auto& info =
            *reinterpret_cast<const ec_stream_info*>(reinterpret_cast<const char*>(batch.streams) + i * batch.stride);
        streams.push_back({StreamId(std::string(detail::view(info.stream))), info.version});
      }
    }
    ec_store_close_stream_cursor(raw_, cursor);
    return detail::and_then(std::move(listed), [&] { return std::move(streams); });
  }

  // Blocks until the head is above `after`; gives the head. Ended early by the call's deadline or stop, or by
  // interrupt().
  Result<Position> wait(Position after, const Call& call = {}) {
    ec_position head{};
    return detail::and_then(
        told(call,
             [&](const ec_call* raw, ec_error* error) { return ec_store_wait(raw_, after.raw(), raw, &head, error); }),
        [&] { return Position::from(head); });
  }
  void interrupt() { ec_store_interrupt(raw_); }

  // What the backend says of itself; its texts are good as long as the store.
  Result<ec_info> info() {
    ec_info info{};
    info.struct_size = sizeof info;
    return detail::and_then(
        told({}, [&](const ec_call*, ec_error* error) { return ec_store_info(raw_, &info, error); }),
        [&] { return info; });
  }

  // The C handle, for the functions of abi/eventcore.h (checkpoints, leases, snapshots among them); this keeps owning
  // it.
  ec_store* raw() const { return raw_; }

  Store(Store&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Store& operator=(Store&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~Store() { ec_store_close(raw_); }

 private:
  explicit Store(ec_store* raw) : raw_(raw) {}

  template <class Body>
  static Result<> told(const Call& call, Body&& body) {
    ec_error error = EC_ERROR_INIT;
    const ec_call raw = detail::to_raw(call);
    if (body(&raw, &error) != EC_OK) return std::unexpected(detail::to_error(error));
    return {};
  }
  template <class Body>
  static Result<Store> opened(Body&& body, const Call& call) {
    ec_store* store = nullptr;
    if (auto done = told(call, [&](const ec_call* raw, ec_error* error) { return body(raw, &store, error); }); !done)
      return std::unexpected(std::move(done.error()));
    return Store(store);
  }
  template <class Body>
  Result<EventCursor> cursor(Body&& body, Call call) {
    ec_cursor* made = nullptr;
    if (auto done = told(call, [&](const ec_call* raw, ec_error* error) { return body(raw, &made, error); }); !done)
      return std::unexpected(std::move(done.error()));
    return EventCursor(raw_, made, std::move(call));
  }

  ec_store* raw_;
};

}  // namespace ec
