#define _POSIX_C_SOURCE 200809L
#include "call.h"
#include "error.h"

#include <time.h>

uint64_t monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

int64_t wall_clock_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

ec_status check_call(const ec_call* call, ec_error* error) {
  if (call == NULL) return EC_OK;
  if (call->cancelled != NULL && call->cancelled(call->cancel_ctx) != 0)
    return fail(error, EC_CANCELLED, "the call was cancelled");
  if (call->deadline_ns != 0 && monotonic_ns() >= call->deadline_ns)
    return fail(error, EC_TIMEOUT, "the deadline passed");
  return EC_OK;
}
