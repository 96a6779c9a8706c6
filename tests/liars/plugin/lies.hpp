// The lies by name, and what they are made with.
#pragma once

#include "teller.hpp"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace ec::liar {

struct Lie {
  const char* name;
  std::unique_ptr<Teller> (*make)();
};

template <class Liar>
std::unique_ptr<Teller> make() {
  return std::make_unique<Liar>();
}

std::span<const Lie> append_lies();
std::span<const Lie> event_lies();
std::span<const Lie> group_lies();
std::span<const Lie> commit_id_lies();
std::span<const Lie> read_lies();
std::span<const Lie> view_lies();
std::span<const Lie> filter_lies();
std::span<const Lie> list_lies();
std::span<const Lie> bookkeeping_lies();
std::span<const Lie> wait_lies();
std::span<const Lie> border_lies();

// What the C functions do that no class behind EVENTCORE_PLUGIN can do.
extern const ec_store_api border_api;

// A copy of an append, to be changed before it is sent on.
struct AppendCopy {
  explicit AppendCopy(const ec_append& request);
  ec_append raw() const;

  ec_append given;
  std::vector<ec_expect> expects;
  std::vector<ec_new_event> events;
};

using EditEvents = std::function<void(std::vector<ec_event>& events, ec_batch& batch)>;
using EditStreams = std::function<void(std::vector<ec_stream_info>& streams)>;

// The same reads, each batch changed on its way out.
std::unique_ptr<plugin::EventCursor> edited(std::unique_ptr<plugin::EventCursor> cursor, EditEvents edit);
std::unique_ptr<plugin::StreamCursor> edited(std::unique_ptr<plugin::StreamCursor> cursor, EditStreams edit);

// Everything that a read gives. Its bytes are good until the store is closed.
std::vector<ec_event> drained(plugin::EventCursor& cursor, ec_batch* last = nullptr);
// One batch of these.
std::unique_ptr<plugin::EventCursor> made_of(std::vector<ec_event> events, ec_position head, ec_position through = {});

// A call without a deadline.
inline const plugin::Call for_ever{nullptr};

}  // namespace ec::liar
