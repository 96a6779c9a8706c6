/* Waiting for something new. An append broadcasts; besides, a waiter looks up from time to time whether its caller still
 * wants an answer, because nothing wakes it when a call is cancelled. */
#define _POSIX_C_SOURCE 200809L
#include "call.h"
#include "error.h"
#include "store.h"

#include <time.h>

static const uint64_t poll_ns = 20000000;

static struct timespec look_up_at(const ec_call* call) {
  uint64_t until_ns = monotonic_ns() + poll_ns;
  if (call != NULL && call->deadline_ns != 0 && call->deadline_ns < until_ns) until_ns = call->deadline_ns;
  const struct timespec until = {(time_t)(until_ns / UINT64_C(1000000000)), (long)(until_ns % UINT64_C(1000000000))};
  return until;
}

static ec_status wait_above(ec_backend* self, ec_position after, const ec_call* call, ec_position* head,
                            ec_error* error) {
  pthread_mutex_lock(&self->mutex);
  const uint64_t interrupts = self->interrupts;
  for (;;) {
    const uint64_t now = self->events.count;
    const int interrupted = self->interrupts != interrupts;
    pthread_mutex_unlock(&self->mutex);
    if (after.hi == 0 && now > after.lo) {
      head->hi = 0;
      head->lo = now;
      return EC_OK;
    }
    if (interrupted) return fail(error, EC_CANCELLED, "the wait was interrupted");
    const ec_status state = check_call(call, error); /* the host's code: without the lock */
    if (state != EC_OK) return state;
    const struct timespec until = look_up_at(call);
    pthread_mutex_lock(&self->mutex);
    if (self->events.count == now && self->interrupts == interrupts)
      pthread_cond_timedwait(&self->moved, &self->mutex, &until);
  }
}

static void interrupt(ec_backend* self) {
  pthread_mutex_lock(&self->mutex);
  ++self->interrupts;
  pthread_cond_broadcast(&self->moved);
  pthread_mutex_unlock(&self->mutex);
}

const ec_notify_api notify_api = {sizeof notify_api, 0, wait_above, interrupt};
