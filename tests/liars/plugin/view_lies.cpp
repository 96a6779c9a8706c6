// Lies about what can be seen when: heads, views, and how long lent bytes are good.
#include "lies.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

namespace ec::liar {

namespace {

// As a replica that lags does.
class HeadBehind : public Teller {
  ec_position head(const plugin::Call& call) override {
    const ec_position head = store_.head(call);
    return {0, head.lo == 0 ? 0 : head.lo - 1};
  }
};

// The next append's place is shown before the append is.
class HeadAhead : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    promised_ = store_.head(for_ever).lo + request.event_count;
    std::this_thread::yield();
    Teller::append_one(request, outcome);
    promised_ = 0;
  }
  ec_position head(const plugin::Call& call) override { return {0, std::max(promised_.load(), store_.head(call).lo)}; }
  std::atomic<std::uint64_t> promised_{0};
};

// Positions taken before commit: an event comes to light after one that stands behind it.
class EventComesLate : public Teller {
  std::unique_ptr<plugin::EventCursor> read_all(const ec_read_all& request, const plugin::Call& call) override {
    return edited(store_.read_all(request, call), [this](std::vector<ec_event>& events, ec_batch& batch) {
      const std::scoped_lock lock(mutex_);
      const std::uint64_t head = batch.head.lo;
      std::erase_if(events, [&](const ec_event& event) {
        const bool late = event.position.lo % 5 == 0 && event.position.lo + 4 > head;
        return late && shown_.insert(event.position.lo).second;
      });
    });
  }
  std::mutex mutex_;
  std::set<std::uint64_t> shown_;
};

// Each batch is read anew, from where the last one ended.
class ViewMoves : public Teller {
  class Moving final : public plugin::EventCursor {
   public:
    Moving(memory::MemoryStore& store, const ec_read& request) : store_(store), left_(request.limit) {
      for (const ec_stream_from& each : plugin::strided(request.streams, request.stream_count, request.stream_stride))
        from_.push_back(each);
      for (ec_stream_from& each : from_) each.stream = plugin::str(*ids_.emplace(plugin::view(each.stream)).first);
    }
    void next(const plugin::Call& call, ec_batch& batch) override {
      constexpr std::uint64_t page = 100;
      const std::uint64_t limit = left_ == 0 ? page : std::min(left_, page);
      const ec_read request{sizeof request, 0, from_.data(), from_.size(), sizeof(ec_stream_from), limit};
      cursor_ = store_.read(request, call);
      cursor_->next(call, batch);
      for (const ec_event& each : plugin::strided(batch.events, batch.count, batch.stride))
        from_[each.stream_index].after_version = each.version;
      if (head_.lo == 0) head_ = batch.head;
      batch.head = head_;
      if (left_ != 0) left_ -= batch.count;
      batch.flags = batch.count < page ? EC_BATCH_END : 0;
    }

   private:
    memory::MemoryStore& store_;
    std::uint64_t left_;
    std::set<std::string> ids_;
    std::vector<ec_stream_from> from_;
    std::unique_ptr<plugin::EventCursor> cursor_;
    ec_position head_{};
  };

  std::unique_ptr<plugin::EventCursor> read(const ec_read& request, const plugin::Call& call) override {
    if ((request.flags & EC_READ_BACKWARD) != 0) return store_.read(request, call);
    call.check();
    return std::make_unique<Moving>(store_, request);
  }
};

// Each stream of the set is read at another moment.
class EachStreamAtAnotherMoment : public Teller {
  std::unique_ptr<plugin::EventCursor> read(const ec_read& request, const plugin::Call& call) override {
    if (request.limit != 0 || (request.flags & EC_READ_BACKWARD) != 0) return store_.read(request, call);
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
      std::this_thread::yield();
    }
    std::ranges::sort(all, {}, [](const ec_event& event) { return event.position.lo; });
    return made_of(std::move(all), last.head);
  }
};

// At its limit a read says that it has looked at everything.
class ThroughPastTheNextMatch : public Teller {
  std::unique_ptr<plugin::EventCursor> read_all(const ec_read_all& request, const plugin::Call& call) override {
    const bool forward = (request.flags & EC_READ_BACKWARD) == 0;
    return edited(store_.read_all(request, call), [forward](std::vector<ec_event>&, ec_batch& batch) {
      if (forward) batch.through = batch.head;
    });
  }
};

// A checkpoint never gets past events that the filter leaves out.
class ThroughStaysAtTheLastMatch : public Teller {
  std::unique_ptr<plugin::EventCursor> read_all(const ec_read_all& request, const plugin::Call& call) override {
    const bool forward = (request.flags & EC_READ_BACKWARD) == 0;
    return edited(store_.read_all(request, call),
                  [forward, last = request.after](std::vector<ec_event>& events, ec_batch& batch) mutable {
                    if (!events.empty()) last = events.back().position;
                    if (forward) batch.through = last;
                  });
  }
};

// Lends copies, and takes them back at the next call on the store, whatever it is about.
class BytesFreedEarly : public Teller {
  struct Lent {
    std::vector<std::unique_ptr<char[]>> pieces;
    std::vector<std::size_t> sizes;

    ec_bytes keep(ec_bytes bytes) {
      if (bytes.size == 0) return bytes;
      pieces.push_back(std::make_unique<char[]>(bytes.size));
      sizes.push_back(bytes.size);
      std::memcpy(pieces.back().get(), bytes.data, bytes.size);
      return {reinterpret_cast<const std::uint8_t*>(pieces.back().get()), bytes.size};
    }
    void take_back() {
#ifdef __SANITIZE_ADDRESS__
      pieces.clear();  // AddressSanitizer sees who looks at them
#else
      for (std::size_t i = 0; i < pieces.size(); ++i) std::memset(pieces[i].get(), '?', sizes[i]);
#endif
    }
  };

  class Lending final : public plugin::EventCursor {
   public:
    Lending(BytesFreedEarly& liar, std::unique_ptr<plugin::EventCursor> cursor)
        : liar_(liar), cursor_(std::move(cursor)) {}
    ~Lending() override { liar_.end(lent_.get()); }
    void next(const plugin::Call& call, ec_batch& batch) override {
      cursor_->next(call, batch);
      liar_.end(lent_.get());
      lent_ = std::make_unique<Lent>();
      events_.clear();
      for (ec_event each : plugin::strided(batch.events, batch.count, batch.stride)) {
        each.payload = lent_->keep(each.payload);
        events_.push_back(each);
      }
      batch.events = events_.data();
      liar_.begin(lent_.get());
    }

   private:
    BytesFreedEarly& liar_;
    const std::unique_ptr<plugin::EventCursor> cursor_;
    std::unique_ptr<Lent> lent_;
    std::vector<ec_event> events_;
  };

  void begin(Lent* lent) {
    const std::scoped_lock lock(mutex_);
    lent_.insert(lent);
  }
  void end(Lent* lent) {
    const std::scoped_lock lock(mutex_);
    lent_.erase(lent);
  }
  void take_back() {
    const std::scoped_lock lock(mutex_);
    for (Lent* each : lent_) each->take_back();
  }

  void append(plugin::Appends appends, const plugin::Call& call) override {
    take_back();
    Teller::append(appends, call);
  }
  std::unique_ptr<plugin::EventCursor> read(const ec_read& request, const plugin::Call& call) override {
    take_back();
    return std::make_unique<Lending>(*this, store_.read(request, call));
  }
  std::unique_ptr<plugin::EventCursor> read_all(const ec_read_all& request, const plugin::Call& call) override {
    take_back();
    return std::make_unique<Lending>(*this, store_.read_all(request, call));
  }

  std::mutex mutex_;
  std::set<Lent*> lent_;
};

constexpr Lie lies[] = {
    {"head_behind", make<HeadBehind>},
    {"head_ahead", make<HeadAhead>},
    {"event_comes_late", make<EventComesLate>},
    {"view_moves", make<ViewMoves>},
    {"each_stream_at_another_moment", make<EachStreamAtAnotherMoment>},
    {"through_past_the_next_match", make<ThroughPastTheNextMatch>},
    {"through_stays_at_the_last_match", make<ThroughStaysAtTheLastMatch>},
    {"bytes_freed_early", make<BytesFreedEarly>},
};

}  // namespace

std::span<const Lie> view_lies() { return lies; }

}  // namespace ec::liar
