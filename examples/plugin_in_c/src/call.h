/* The caller's deadline and its wish to stop. */
#ifndef PLUGIN_IN_C_CALL_H
#define PLUGIN_IN_C_CALL_H

#include <eventcore/abi/base.h>

uint64_t monotonic_ns(void);

/* Microseconds since 1970 UTC. */
int64_t wall_clock_us(void);

/* EC_OK, or EC_CANCELLED or EC_TIMEOUT with the error filled. `call` may be NULL. It runs code of the host: never call it
 * with a lock held. */
ec_status check_call(const ec_call* call, ec_error* error);

#endif
