/* A host in plain C that defines a command, a transfer between two accounts, over the C functions that everything else
 * stands on: 060_command_in_c config/memory.yaml
 *
 * A command is a table of functions over a context: which streams it is about, what an event of them means for it, and
 * what it decides. The library reads, appends, and tries again after a conflict. */
#include <eventcore/abi/eventcore.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ec_str text(const char* letters) {
  ec_str made;
  made.data = letters;
  made.size = strlen(letters);
  return made;
}

static ec_status fail(ec_error* error, ec_status status, const char* why) {
  error->code = status;
  snprintf(error->message, sizeof error->message, "%s", why);
  return status;
}

/* An event whose payload is the amount in decimal, written to `room`. */
enum { room_for_amount = 24 };
static ec_new_event new_event(uint32_t stream, const char* type, int64_t amount, char* room) {
  ec_new_event made;
  memset(&made, 0, sizeof made);
  made.stream_index = stream;
  made.type = text(type);
  made.payload.size = (size_t)snprintf(room, room_for_amount, "%" PRId64, amount);
  made.payload.data = (const uint8_t*)room;
  return made;
}

static int64_t amount_of(const ec_event* event) {
  char room[room_for_amount] = "";
  if (event->payload.size >= sizeof room) return 0;
  memcpy(room, event->payload.data, event->payload.size);
  return strtoll(room, NULL, 10);
}

static int is_type(const ec_event* event, const char* type) {
  return event->type.size == strlen(type) && memcmp(event->type.data, type, event->type.size) == 0;
}

// snippet: command
enum { source = 0, target = 1 }; /* the streams, in the order in which `streams` names them */

typedef struct transfer {
  ec_str accounts[2];
  int64_t amount;
  int64_t available;      /* the state: what the events so far leave in the source */
  ec_new_event events[2]; /* what is decided; stays good until the command is over, and so do the payloads */
  char payloads[2][room_for_amount];
} transfer;

static ec_status streams(void* ctx, const ec_str** ids, size_t* count, ec_error* error) {
  transfer* self = ctx;
  (void)error;
  *ids = self->accounts;
  *count = 2;
  return EC_OK;
}

static ec_status apply(void* ctx, const ec_event* event, ec_error* error) {
  transfer* self = ctx;
  (void)error;
  if (event->stream_index != source) return EC_OK;
  if (is_type(event, "money-deposited")) self->available += amount_of(event);
  if (is_type(event, "money-withdrawn")) self->available -= amount_of(event);
  return EC_OK;
}

static ec_status decide(void* ctx, ec_decision* decision, ec_error* error) {
  transfer* self = ctx;
  if (self->available < self->amount) return fail(error, EC_REJECTED, "insufficient funds");
  self->events[source] = new_event(source, "money-withdrawn", self->amount, self->payloads[source]);
  self->events[target] = new_event(target, "money-deposited", self->amount, self->payloads[target]);
  decision->events = self->events;
  decision->count = 2;
  decision->stride = sizeof self->events[0];
  return EC_OK;
}

static void committed(void* ctx, const ec_commit* commit) {
  const transfer* self = ctx;
  printf("%" PRId64 " moved, committed at position %" PRIu64 "\n", self->amount, commit->last.lo);
}

static ec_status move(ec_store* store, const char* from, const char* to, int64_t amount, ec_error* error) {
  transfer self;
  ec_command command;
  memset(&self, 0, sizeof self);
  memset(&command, 0, sizeof command);
  self.accounts[source] = text(from);
  self.accounts[target] = text(to);
  self.amount = amount;
  command.struct_size = sizeof command;
  command.ctx = &self;
  command.streams = streams;
  command.apply = apply;
  command.decide = decide;
  command.committed = committed;
  return ec_store_execute(store, &command, NULL, NULL, error);
}
// snippet end

/* A single append without a command: the account's first event. */
static ec_status open_account(ec_store* store, const char* account, int64_t balance, ec_error* error) {
  char room[room_for_amount];
  const ec_new_event event = new_event(0, "money-deposited", balance, room);
  ec_expect expect;
  ec_append append;
  ec_outcome outcome;
  memset(&expect, 0, sizeof expect);
  memset(&append, 0, sizeof append);
  memset(&outcome, 0, sizeof outcome);
  expect.stream = text(account);
  expect.mode = EC_EXPECT_ABSENT;
  append.struct_size = sizeof append;
  append.expects = &expect;
  append.expect_count = 1;
  append.expect_stride = sizeof expect;
  append.events = &event;
  append.event_count = 1;
  append.event_stride = sizeof event;
  outcome.struct_size = sizeof outcome;
  outcome.error = error;
  return ec_store_append(store, &append, NULL, &outcome, error);
}

int main(int argc, char** argv) {
  ec_error error = EC_ERROR_INIT;
  ec_store* store = NULL;
  ec_status status = ec_store_open(argc > 1 ? argv[1] : "config/memory.yaml", NULL, &store, &error);
  if (status == EC_OK) status = open_account(store, "account/alice", 100, &error);
  if (status == EC_OK) status = move(store, "account/alice", "account/bob", 30, &error);
  if (status == EC_OK) status = move(store, "account/alice", "account/bob", 1000, &error); /* more than there is */
  if (status != EC_OK) printf("%s: %s\n", ec_status_name(status), error.message);
  ec_store_close(store);
  return status == EC_REJECTED ? 0 : 1;
}
