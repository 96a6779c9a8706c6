#include "lies.hpp"

#include <utility>

namespace ec::liar {

namespace {

class EditedEvents final : public plugin::EventCursor {
 public:
  EditedEvents(std::unique_ptr<plugin::EventCursor> cursor, EditEvents edit)
      : cursor_(std::move(cursor)), edit_(std::move(edit)) {}
  void next(const plugin::Call& call, ec_batch& batch) override {
    cursor_->next(call, batch);
    events_.clear();
    for (const ec_event& each : plugin::strided(batch.events, batch.count, batch.stride)) events_.push_back(each);
    edit_(events_, batch);
    batch.events = events_.data();
    batch.count = events_.size();
  }

 private:
  const std::unique_ptr<plugin::EventCursor> cursor_;
  const EditEvents edit_;
  std::vector<ec_event> events_;
};

class EditedStreams final : public plugin::StreamCursor {
 public:
  EditedStreams(std::unique_ptr<plugin::StreamCursor> cursor, EditStreams edit)
      : cursor_(std::move(cursor)), edit_(std::move(edit)) {}
  void next(const plugin::Call& call, ec_stream_batch& batch) override {
    cursor_->next(call, batch);
    streams_.clear();
    for (const ec_stream_info& each : plugin::strided(batch.streams, batch.count, batch.stride))
      streams_.push_back(each);
    edit_(streams_);
    batch.streams = streams_.data();
    batch.count = streams_.size();
  }

 private:
  const std::unique_ptr<plugin::StreamCursor> cursor_;
  const EditStreams edit_;
  std::vector<ec_stream_info> streams_;
};

class MadeEvents final : public plugin::EventCursor {
 public:
  MadeEvents(std::vector<ec_event> events, ec_position head, ec_position through)
      : events_(std::move(events)), head_(head), through_(through) {}
  void next(const plugin::Call& call, ec_batch& batch) override {
    call.check();
    batch.flags = EC_BATCH_END;
    batch.events = events_.data();
    batch.count = std::exchange(given_, true) ? 0 : events_.size();
    batch.head = head_;
    batch.through = through_;
  }

 private:
  const std::vector<ec_event> events_;
  const ec_position head_, through_;
  bool given_ = false;
};

}  // namespace

AppendCopy::AppendCopy(const ec_append& request) : given(request) {
  if (plugin::is_lookup(request)) return;
  for (const ec_expect& each : plugin::expects_of(request)) expects.push_back(each);
  for (const ec_new_event& each : plugin::events_of(request)) events.push_back(each);
}

ec_append AppendCopy::raw() const {
  ec_append changed = given;
  changed.expects = expects.data();
  changed.expect_count = expects.size();
  changed.expect_stride = sizeof(ec_expect);
  changed.events = events.data();
  changed.event_count = events.size();
  changed.event_stride = sizeof(ec_new_event);
  return changed;
}

std::unique_ptr<plugin::EventCursor> edited(std::unique_ptr<plugin::EventCursor> cursor, EditEvents edit) {
  return std::make_unique<EditedEvents>(std::move(cursor), std::move(edit));
}

std::unique_ptr<plugin::StreamCursor> edited(std::unique_ptr<plugin::StreamCursor> cursor, EditStreams edit) {
  return std::make_unique<EditedStreams>(std::move(cursor), std::move(edit));
}

std::vector<ec_event> drained(plugin::EventCursor& cursor, ec_batch* last) {
  std::vector<ec_event> events;
  ec_batch batch{sizeof batch, 0, nullptr, 0, sizeof(ec_event), {}, {}};
  while ((batch.flags & EC_BATCH_END) == 0) {
    cursor.next(for_ever, batch);
    for (const ec_event& each : plugin::strided(batch.events, batch.count, batch.stride)) events.push_back(each);
  }
  if (last != nullptr) *last = batch;
  return events;
}

std::unique_ptr<plugin::EventCursor> made_of(std::vector<ec_event> events, ec_position head, ec_position through) {
  return std::make_unique<MadeEvents>(std::move(events), head, through);
}

}  // namespace ec::liar
