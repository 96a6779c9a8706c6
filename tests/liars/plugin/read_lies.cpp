// Lies about what a read gives: order, limits, numbers.
#include "lies.hpp"

#include <algorithm>
#include <utility>

namespace ec::liar {

namespace {

// Both kinds of reads, each batch changed by `edit`.
class EditsReads : public Teller {
  virtual void edit(std::vector<ec_event>& events, ec_batch& batch) = 0;
  std::unique_ptr<plugin::EventCursor> with_edit(std::unique_ptr<plugin::EventCursor> cursor) {
    return edited(std::move(cursor), [this](std::vector<ec_event>& events, ec_batch& batch) { edit(events, batch); });
  }
  std::unique_ptr<plugin::EventCursor> read(const ec_read& request, const plugin::Call& call) override {
    return with_edit(store_.read(request, call));
  }
  std::unique_ptr<plugin::EventCursor> read_all(const ec_read_all& request, const plugin::Call& call) override {
    return with_edit(store_.read_all(request, call));
  }
};

class EventHidden : public EditsReads {
  void edit(std::vector<ec_event>& events, ec_batch&) override {
    std::erase_if(events, [](const ec_event& event) { return event.version == 3; });
  }
};

class EventGivenTwice : public EditsReads {
  void edit(std::vector<ec_event>& events, ec_batch&) override {
    if (events.size() > 1) events.push_back(events.back());
  }
};

class VersionsFromZero : public EditsReads {
  void edit(std::vector<ec_event>& events, ec_batch&) override {
    for (ec_event& each : events) --each.version;
  }
};

class StreamIndexForgotten : public EditsReads {
  void edit(std::vector<ec_event>& events, ec_batch&) override {
    for (ec_event& each : events) each.stream_index = 0;
  }
};

class OutOfOrder : public EditsReads {
  void edit(std::vector<ec_event>& events, ec_batch&) override {
    if (events.size() > 2) std::swap(events[0], events[1]);
  }
};

class SilentCap : public Teller {
  template <class Request>
  static Request capped(Request request) {
    constexpr std::uint64_t cap = 1000;
    request.limit = request.limit == 0 ? cap : std::min(request.limit, cap);
    return request;
  }
  std::unique_ptr<plugin::EventCursor> read(const ec_read& request, const plugin::Call& call) override {
    return store_.read(capped(request), call);
  }
  std::unique_ptr<plugin::EventCursor> read_all(const ec_read_all& request, const plugin::Call& call) override {
    return store_.read_all(capped(request), call);
  }
};

// Stream by stream.
class NotMerged : public Teller {
  std::unique_ptr<plugin::EventCursor> read(const ec_read& request, const plugin::Call& call) override {
    ec_batch last{};
    const auto cursor = store_.read(request, call);
    std::vector<ec_event> events = drained(*cursor, &last);
    std::ranges::sort(events, {},
                      [](const ec_event& event) { return std::pair(event.stream_index, event.position.lo); });
    return made_of(std::move(events), last.head);
  }
};

// Each stream is read with the whole limit.
class LimitOfEachStream : public Teller {
  std::unique_ptr<plugin::EventCursor> read(const ec_read& request, const plugin::Call& call) override {
    ec_batch last{};
    std::vector<ec_event> all;
    for (std::uint32_t i = 0; i < request.stream_count; ++i) {
      ec_read one = request;
      const ec_stream_from from = plugin::strided(request.streams, request.stream_count, request.stream_stride)[i];
      one.streams = &from;
      one.stream_count = 1;
      for (ec_event each : drained(*store_.read(one, call), &last)) {
        each.stream_index = i;
        all.push_back(each);
      }
    }
    std::ranges::sort(all, {}, [](const ec_event& event) { return event.position.lo; });
    if ((request.flags & EC_READ_BACKWARD) != 0) std::ranges::reverse(all);
    return made_of(std::move(all), last.head);
  }
};

class BackwardIgnored : public Teller {
  std::unique_ptr<plugin::EventCursor> read_all(const ec_read_all& request, const plugin::Call& call) override {
    ec_read_all forward = request;
    forward.flags = 0;
    return store_.read_all(forward, call);
  }
};

class DeadlineIgnored : public Teller {
  std::unique_ptr<plugin::EventCursor> read(const ec_read& request, const plugin::Call&) override {
    ec_batch last{};
    const auto cursor = store_.read(request, for_ever);
    std::vector<ec_event> events = drained(*cursor, &last);
    return std::make_unique<Deaf>(std::move(events), last.head);
  }

  class Deaf final : public plugin::EventCursor {
   public:
    Deaf(std::vector<ec_event> events, ec_position head) : cursor_(made_of(std::move(events), head)) {}
    void next(const plugin::Call&, ec_batch& batch) override { cursor_->next(for_ever, batch); }

   private:
    const std::unique_ptr<plugin::EventCursor> cursor_;
  };
};

constexpr Lie lies[] = {
    {"event_hidden", make<EventHidden>},
    {"event_given_twice", make<EventGivenTwice>},
    {"versions_from_zero", make<VersionsFromZero>},
    {"stream_index_forgotten", make<StreamIndexForgotten>},
    {"out_of_order", make<OutOfOrder>},
    {"silent_cap", make<SilentCap>},
    {"not_merged", make<NotMerged>},
    {"limit_of_each_stream", make<LimitOfEachStream>},
    {"backward_ignored", make<BackwardIgnored>},
    {"deadline_ignored", make<DeadlineIgnored>},
};

}  // namespace

std::span<const Lie> read_lies() { return lies; }

}  // namespace ec::liar
