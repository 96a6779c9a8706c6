/* host [YAML]: a host in plain C99: opens a store, which must be empty, appends, reads, executes a command, closes.
 * Without the text of a configuration, it is one in memory. */
#include <eventcore/abi/eventcore.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(int good, const char* what, const ec_error* error) {
  if (good) return;
  fprintf(stderr, "%s: %s: %s\n", what, ec_status_name(error->code), error->message);
  exit(1);
}

static int same(ec_str text, const char* expected) {
  return text.size == strlen(expected) && memcmp(text.data, expected, text.size) == 0;
}

/* ---- a command: counts what is in a stream, and adds one more ---------------------------------------------------- */

typedef struct counter {
  ec_str stream;
  ec_new_event next;
  char payload[24];
  unsigned seen;
  int committed;
} counter;

static ec_status streams(void* ctx, const ec_str** names, size_t* count, ec_error* error) {
  counter* self = ctx;
  (void)error;
  *names = &self->stream;
  *count = 1;
  return EC_OK;
}
static ec_status apply(void* ctx, const ec_event* event, ec_error* error) {
  counter* self = ctx;
  (void)event, (void)error;
  ++self->seen;
  return EC_OK;
}
static ec_status decide(void* ctx, ec_decision* decision, ec_error* error) {
  static const ec_str type = EC_LIT("counted");
  counter* self = ctx;
  int size = 0;
  if (self->seen >= 3) {
    error->code = EC_REJECTED;
    strcpy(error->message, "three are enough");
    return EC_REJECTED;
  }
  size = snprintf(self->payload, sizeof self->payload, "%u", self->seen + 1);
  memset(&self->next, 0, sizeof self->next);
  self->next.type = type;
  self->next.payload.data = (const uint8_t*)self->payload;
  self->next.payload.size = (size_t)size;
  decision->events = &self->next;
  decision->count = 1;
  decision->stride = sizeof self->next;
  return EC_OK;
}
static void committed(void* ctx, const ec_commit* commit) {
  counter* self = ctx;
  self->committed = commit->attempts == 1 && commit->stream_count == 1 && commit->last.lo > 0;
}

static ec_status count_once(ec_store* store, ec_error* error, unsigned* seen) {
  counter self;
  ec_command command;
  ec_status status = EC_OK;
  memset(&self, 0, sizeof self);
  memset(&command, 0, sizeof command);
  self.stream.data = "counter";
  self.stream.size = 7;
  command.struct_size = sizeof command;
  command.ctx = &self;
  command.streams = streams;
  command.apply = apply;
  command.decide = decide;
  command.committed = committed;
  status = ec_store_execute(store, &command, NULL, NULL, error);
  check(status == EC_REJECTED || self.committed, "committed was not told", error);
  *seen = self.seen;
  return status;
}

/* ---- append and read --------------------------------------------------------------------------------------------- */

static void append_one(ec_store* store) {
  ec_error error = EC_ERROR_INIT;
  const ec_expect expect = {EC_LIT("counter"), 0, EC_EXPECT_ABSENT, 0};
  ec_new_event event;
  ec_append append;
  ec_outcome outcome;
  uint64_t version = 0;
  memset(&event, 0, sizeof event);
  memset(&append, 0, sizeof append);
  memset(&outcome, 0, sizeof outcome);
  event.type.data = "counted";
  event.type.size = 7;
  append.struct_size = sizeof append;
  append.expects = &expect;
  append.expect_count = 1;
  append.expect_stride = sizeof expect;
  append.events = &event;
  append.event_count = 1;
  append.event_stride = sizeof event;
  outcome.struct_size = sizeof outcome;
  outcome.versions = &version;
  outcome.error = &error;
  check(ec_store_append(store, &append, NULL, &outcome, &error) == EC_OK, "append", &error);
  check(version == 1 && outcome.first.lo == 1, "the outcome of the append", &error);
  check(ec_store_append(store, &append, NULL, &outcome, &error) == EC_CONFLICT, "a second append to a new stream",
        &error);
  check(error.expected_version == 0 && error.actual_version == 1, "the versions of the conflict", &error);
}

static size_t read_all(ec_store* store) {
  ec_error error = EC_ERROR_INIT;
  const ec_stream_from from = {EC_LIT("counter"), 0};
  ec_read request;
  ec_cursor* cursor = NULL;
  ec_batch batch;
  size_t seen = 0;
  memset(&request, 0, sizeof request);
  memset(&batch, 0, sizeof batch);
  request.struct_size = sizeof request;
  request.streams = &from;
  request.stream_count = 1;
  request.stream_stride = sizeof from;
  batch.struct_size = sizeof batch;
  check(ec_store_read(store, &request, NULL, &cursor, &error) == EC_OK, "read", &error);
  do {
    size_t i = 0;
    check(ec_store_next(store, cursor, NULL, &batch, &error) == EC_OK, "next", &error);
    for (i = 0; i < batch.count; ++i) {
      const ec_event* event = (const ec_event*)((const char*)batch.events + i * batch.stride);
      check(same(event->stream, "counter") && same(event->type, "counted") && event->version == ++seen, "an event",
            &error);
    }
  } while ((batch.flags & EC_BATCH_END) == 0);
  ec_store_close_cursor(store, cursor);
  return seen;
}

int main(int argc, char** argv) {
  const char* const yaml = argc > 1 ? argv[1] : "plugin: memory";
  const ec_str config = {yaml, strlen(yaml)};
  const ec_str name = EC_LIT("host.c");
  ec_error error = EC_ERROR_INIT;
  ec_store* store = NULL;
  ec_position head = {0, 0};
  unsigned seen = 0;

  check(ec_store_open("no such file.yaml", NULL, &store, &error) == EC_CONFIG && store == NULL, "opening nothing",
        &error);
  check(ec_store_open_text(config, name, NULL, &store, &error) == EC_OK, "open", &error);
  check(argc > 1 || same(ec_store_plugin(store)->name, "memory"), "the name of the plugin", &error);
  append_one(store);
  check(count_once(store, &error, &seen) == EC_OK && seen == 1, "the first execution", &error);
  check(count_once(store, &error, &seen) == EC_OK && seen == 2, "the second execution", &error);
  check(count_once(store, &error, &seen) == EC_REJECTED && seen == 3, "the third execution", &error);
  check(strcmp(error.message, "three are enough") == 0, "the words of the rejection", &error);
  check(read_all(store) == 3, "the number of events", &error);
  check(ec_store_head(store, NULL, &head, &error) == EC_OK && head.hi == 0 && head.lo == 3, "head", &error);
  ec_store_close(store);
  ec_store_close(NULL);
  printf("libeventcore %s speaks C\n", ec_version());
  return 0;
}
