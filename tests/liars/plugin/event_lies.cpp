// Lies about what is stored: events lost, stored twice, or not as they were given.
#include "lies.hpp"

#include <cctype>
#include <cstring>
#include <string>
#include <unordered_set>

namespace ec::liar {

namespace {

// Stores the append as it was changed, and tells what would have become of it unchanged.
class Changed : public Teller {
  virtual void change(AppendCopy& copy) = 0;
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    AppendCopy copy(request);
    change(copy);
    Teller::append_one(copy.raw(), outcome);
    if (outcome.status != EC_OK || (outcome.flags & EC_OUTCOME_REPEATED) != 0) return;
    if (request.event_count == copy.events.size()) return;
    outcome.last.lo = outcome.first.lo + request.event_count - 1;
    if (outcome.versions == nullptr) return;
    for (const ec_new_event& each : plugin::events_of(request)) ++outcome.versions[each.stream_index];
    for (const ec_new_event& each : copy.events) --outcome.versions[each.stream_index];
  }
};

class LostEvent : public Changed {
  void change(AppendCopy& copy) override {
    if (copy.events.size() > 1) copy.events.pop_back();
  }
};

class EventTwice : public Changed {
  void change(AppendCopy& copy) override {
    if (!copy.events.empty()) copy.events.push_back(copy.events.back());
  }
};

class PayloadCutAtNul : public Changed {
  void change(AppendCopy& copy) override {
    for (ec_new_event& each : copy.events) {
      if (each.payload.size == 0) continue;
      const void* nul = std::memchr(each.payload.data, 0, each.payload.size);
      if (nul != nullptr)
        each.payload.size = static_cast<std::size_t>(static_cast<const std::uint8_t*>(nul) - each.payload.data);
    }
  }
};

// As a column of JSON does: no white space.
class PayloadNormalized : public Changed {
  void change(AppendCopy& copy) override {
    texts_.clear();
    texts_.reserve(copy.events.size());
    for (ec_new_event& each : copy.events) {
      std::string& text = texts_.emplace_back(plugin::view(each.payload));
      std::erase(text, ' ');
      each.payload = plugin::bytes(text);
    }
  }
  std::vector<std::string> texts_;
};

class MetadataLost : public Changed {
  void change(AppendCopy& copy) override {
    for (ec_new_event& each : copy.events) each.metadata = {nullptr, 0};
  }
};

class EncodingLost : public Changed {
  void change(AppendCopy& copy) override {
    for (ec_new_event& each : copy.events) each.encoding = EC_ENCODING_BYTES;
  }
};

class EventIdReplaced : public Changed {
  void change(AppendCopy& copy) override {
    for (ec_new_event& each : copy.events) each.id = plugin::make_store_id();
  }
};

class GivenTimeIgnored : public Changed {
  void change(AppendCopy& copy) override {
    for (ec_new_event& each : copy.events) each.recorded_at_us = 0;
  }
};

// As a column with a case-insensitive collation does.
class StreamsOfAnyCase : public Teller {
  static ec_str folded(ec_str id) {
    static std::unordered_set<std::string> kept;
    static std::mutex mutex;
    std::string text(plugin::view(id));
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::scoped_lock lock(mutex);
    return plugin::str(*kept.insert(text).first);
  }
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    AppendCopy copy(request);
    for (ec_expect& each : copy.expects) each.stream = folded(each.stream);
    Teller::append_one(copy.raw(), outcome);
  }
  std::unique_ptr<plugin::EventCursor> read(const ec_read& request, const plugin::Call& call) override {
    std::vector<ec_stream_from> streams;
    for (const ec_stream_from& from : plugin::strided(request.streams, request.stream_count, request.stream_stride))
      streams.push_back({folded(from.stream), from.after_version});
    ec_read changed = request;
    changed.streams = streams.data();
    changed.stream_stride = sizeof(ec_stream_from);
    return store_.read(changed, call);
  }
};

constexpr Lie lies[] = {
    {"lost_event", make<LostEvent>},
    {"event_twice", make<EventTwice>},
    {"payload_cut_at_nul", make<PayloadCutAtNul>},
    {"payload_normalized", make<PayloadNormalized>},
    {"metadata_lost", make<MetadataLost>},
    {"encoding_lost", make<EncodingLost>},
    {"event_id_replaced", make<EventIdReplaced>},
    {"given_time_ignored", make<GivenTimeIgnored>},
    {"streams_of_any_case", make<StreamsOfAnyCase>},
};

}  // namespace

std::span<const Lie> event_lies() { return lies; }

}  // namespace ec::liar
