// A backend's append, which must not throw, and what it means when it does.
#pragma once

#include "guard_plugin.hpp"

#include <eventcore/abi/event_store.h>

#include <cstddef>

namespace ec::core {

// Threads that wait for their group must be told something, so the exception ends here. Whether the events are stored
// it does not say: that is in doubt.
inline ec_status backend_append(const ec_store_api& api, ec_backend* backend, const ec_append* appends,
                                ec_outcome* outcomes, std::size_t outcome_stride, std::size_t count,
                                const ec_call* call, ec_error* error) noexcept {
  try {
    return api.append(backend, appends, sizeof(ec_append), outcomes, outcome_stride, count, call, error);
  } catch (...) {
    set_error_from_plugin(error);
    error->code = EC_IN_DOUBT;
    return EC_IN_DOUBT;
  }
}

}  // namespace ec::core
