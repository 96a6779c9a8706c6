// Everything a host needs; one header a concept for those who want less.
//
//   int head_of(const char* config) {
//     auto store = ec::Store::open(config);
//     return store && store->head() ? 0 : 1;
//   }
#pragma once

#include <eventcore/builds.hpp>
#include <eventcore/call.hpp>
#include <eventcore/checkpoint.hpp>
#include <eventcore/codec.hpp>
#include <eventcore/command.hpp>
#include <eventcore/dead_letter.hpp>
#include <eventcore/error.hpp>
#include <eventcore/event.hpp>
#include <eventcore/execute.hpp>
#include <eventcore/execute_async.hpp>
#include <eventcore/format.hpp>
#include <eventcore/kept_state.hpp>
#include <eventcore/lease.hpp>
#include <eventcore/metadata.hpp>
#include <eventcore/observer.hpp>
#include <eventcore/position.hpp>
#include <eventcore/projection.hpp>
#include <eventcore/projection_status.hpp>
#include <eventcore/recorded.hpp>
#include <eventcore/store.hpp>
#include <eventcore/stream_id.hpp>
#include <eventcore/stream_set.hpp>
#include <eventcore/subscription.hpp>
#include <eventcore/upcast.hpp>
#include <eventcore/uuid.hpp>
#include <eventcore/wait_for.hpp>
