// How long the structs of the ABI were when they were first released, which is how long the other side's are at least.
// They grow at the end; so who knows fewer members than we do is older and good, and who knows more is newer and good.
// Never compare with today's sizeof.
#pragma once

#include <eventcore/abi/eventcore.h>
#include <eventcore/plugin/sized.hpp>

#include <algorithm>
#include <cstddef>

namespace ec::core {

template <class T>
inline constexpr std::size_t first_size = T::has_no_line_below;

#define EC_RELEASED_UP_TO(type, last) \
  template <>                         \
  inline constexpr std::size_t first_size<type> = (offsetof(type, last) + sizeof(decltype(type::last)))

EC_RELEASED_UP_TO(ec_error, message);
EC_RELEASED_UP_TO(ec_call, traceparent);
EC_RELEASED_UP_TO(ec_stream_from, after_version);
EC_RELEASED_UP_TO(ec_expect, reserved);
EC_RELEASED_UP_TO(ec_new_event, metadata);
EC_RELEASED_UP_TO(ec_append, event_stride);
EC_RELEASED_UP_TO(ec_outcome, error);
EC_RELEASED_UP_TO(ec_batch, through);
EC_RELEASED_UP_TO(ec_read, limit);
EC_RELEASED_UP_TO(ec_read_all, type_count);
EC_RELEASED_UP_TO(ec_list, limit);
EC_RELEASED_UP_TO(ec_stream_batch, stride);
EC_RELEASED_UP_TO(ec_info, location);
EC_RELEASED_UP_TO(ec_store_api, get_extension);
EC_RELEASED_UP_TO(ec_checkpoint_api, remove);
EC_RELEASED_UP_TO(ec_lease_api, release);
EC_RELEASED_UP_TO(ec_snapshot_api, remove);
EC_RELEASED_UP_TO(ec_notify_api, interrupt);
EC_RELEASED_UP_TO(ec_option, description);
EC_RELEASED_UP_TO(ec_plugin, open);
EC_RELEASED_UP_TO(ec_command, committed);
EC_RELEASED_UP_TO(ec_open_options, flags);        // 1.1
EC_RELEASED_UP_TO(ec_state_hooks, drop);          // 1.1
EC_RELEASED_UP_TO(ec_state_cache_info, evicted);  // 1.1
EC_RELEASED_UP_TO(ec_executor, post);             // 1.1

#undef EC_RELEASED_UP_TO

// An error that a host forgot to initialise has room for the first release's members all the same.
inline void copy_error(ec_error& to, const ec_error& from) {
  plugin::put(to, from, std::max<std::size_t>(to.struct_size, first_size<ec_error>));
}

}  // namespace ec::core
