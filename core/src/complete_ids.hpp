// An append as backends get it: its events all have ids, and a lookup, whose events are ignored, has none.
#pragma once

#include "uuid.hpp"

#include <eventcore/plugin/append.hpp>
#include <eventcore/plugin/sized.hpp>

#include <algorithm>
#include <vector>

namespace ec::core {

// Makes the ids that the host left out. Copies the events only when one is missing.
class CompleteIds {
 public:
  explicit CompleteIds(const ec_append& append) : append_(plugin::known(append)) {
    if (plugin::is_lookup(append)) {
      append_.expects = nullptr;
      append_.expect_count = 0;
      append_.events = nullptr;
      append_.event_count = 0;
      return;
    }
    const auto events = plugin::events_of(append);
    if (std::none_of(events.begin(), events.end(), [](const ec_new_event& event) { return plugin::is_zero(event.id); }))
      return;
    events_.reserve(events.size());
    for (const ec_new_event& event : events) events_.push_back(plugin::known(event, append.event_stride));
    for (ec_new_event& event : events_)
      if (plugin::is_zero(event.id)) event.id = make_uuid();
    append_.events = events_.data();
    append_.event_stride = sizeof(ec_new_event);
  }
  const ec_append& get() const { return append_; }

 private:
  ec_append append_;
  std::vector<ec_new_event> events_;
};

}  // namespace ec::core
