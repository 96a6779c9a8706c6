/* edge_host YAML: a host whose structs end where memory ends: behind each is a page that nobody may touch. Built on the
 * headers of the first release it shows that a later libeventcore neither reads nor writes more than there is. */
#define _GNU_SOURCE
#include <eventcore/abi/eventcore.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* `count` elements, zeroed, with the last one's end at the edge. Stays until the program ends. */
#define AT_EDGE(type, count) ((type*)at_edge(sizeof(type) * (count)))

static void* at_edge(size_t size) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t room = (size + page - 1) / page * page;
  char* begin = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (begin == MAP_FAILED || mprotect(begin + room, page, PROT_NONE) != 0) {
    perror("a page that nobody may touch");
    exit(1);
  }
  return begin + room - size;
}

static ec_error* make_error(void) {
  ec_error* error = AT_EDGE(ec_error, 1);
  error->struct_size = sizeof *error;
  return error;
}

static void check(int good, const char* what, const ec_error* error) {
  if (good) return;
  fprintf(stderr, "%s: %s: %s\n", what, ec_status_name(error->code), error->message);
  exit(1);
}

static ec_str text(const char* from) {
  const ec_str made = {from, strlen(from)};
  return made;
}

/* With a deadline, so that the group committer keeps the errors of a group aside and copies them back. */
static ec_call* make_call(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  ec_call* call = AT_EDGE(ec_call, 1);
  call->struct_size = sizeof *call;
  call->deadline_ns = ((uint64_t)now.tv_sec + 60) * UINT64_C(1000000000);
  return call;
}

/* ---- append ------------------------------------------------------------------------------------------------------ */

typedef struct writing {
  ec_append* append;
  ec_outcome* outcome;
  ec_expect* expects;
  uint64_t* versions;
} writing;

/* Two events for the first of two streams. They have no ids, so the library must copy them. */
static writing make_writing(const char* written, const char* looked_at) {
  writing made = {AT_EDGE(ec_append, 1), AT_EDGE(ec_outcome, 1), AT_EDGE(ec_expect, 2), AT_EDGE(uint64_t, 2)};
  ec_new_event* events = AT_EDGE(ec_new_event, 2);
  events[0].type = events[1].type = text("happened");
  made.expects[0].stream = text(written);
  made.expects[0].mode = EC_EXPECT_ANY;
  made.expects[1].stream = text(looked_at);
  made.expects[1].mode = EC_EXPECT_ABSENT;
  made.append->struct_size = sizeof *made.append;
  made.append->expects = made.expects;
  made.append->expect_count = 2;
  made.append->expect_stride = sizeof *made.expects;
  made.append->events = events;
  made.append->event_count = 2;
  made.append->event_stride = sizeof *events;
  made.outcome->struct_size = sizeof *made.outcome;
  made.outcome->versions = made.versions;
  made.outcome->error = make_error();
  return made;
}

static ec_status append(ec_store* store, const writing* what) {
  return ec_store_append(store, what->append, make_call(), what->outcome, what->outcome->error);
}

static void append_alone(ec_store* store) {
  writing what = make_writing("written", "absent");
  check(append(store, &what) == EC_OK && what.versions[0] == 2, "an append", what.outcome->error);
  what.expects[1].mode = EC_EXPECT_EXISTS;
  check(append(store, &what) == EC_CONFLICT, "an append that expects a stream that is not there", what.outcome->error);
  check(what.outcome->error->conflict_index == 1, "where the conflict is", what.outcome->error);
}

/* The first thread is held in the backend, by its own call, until the others are in the queue: then they go down as one
 * group. A waiting thread asks its call again and again whether to give up, so its second question comes from there. */
enum { THREADS = 4 };

typedef struct asking {
  int who;
  int questions;
} asking;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t asked = PTHREAD_COND_INITIALIZER;
static asking threads[THREADS];

static int all_wait_behind_the_first(void) {
  for (int i = 1; i < THREADS; ++i)
    if (threads[i].questions < 2) return 0;
  return 1;
}

static int is_cancelled(void* ctx) {
  asking* self = ctx;
  pthread_mutex_lock(&mutex);
  ++self->questions;
  pthread_cond_broadcast(&asked);
  while (self->who == 0 && self->questions == 2 && !all_wait_behind_the_first()) pthread_cond_wait(&asked, &mutex);
  pthread_mutex_unlock(&mutex);
  return 0;
}

static void* append_together(void* arguments) {
  asking* self = ((void**)arguments)[0];
  ec_store* store = ((void**)arguments)[1];
  const int conflicts = self->who % 2;
  writing what = make_writing("together", "absent");
  ec_call* call = make_call();
  if (conflicts) what.expects[1].mode = EC_EXPECT_EXISTS;
  call->cancel_ctx = self;
  call->cancelled = is_cancelled;
  pthread_mutex_lock(&mutex);
  while (self->who > 0 && threads[0].questions < 2) pthread_cond_wait(&asked, &mutex);
  pthread_mutex_unlock(&mutex);
  ec_store_append(store, what.append, call, what.outcome, what.outcome->error);
  check(what.outcome->status == (conflicts ? EC_CONFLICT : EC_OK), "an append of a group", what.outcome->error);
  return NULL;
}

static void append_in_a_group(ec_store* store) {
  pthread_t ids[THREADS];
  void* arguments[THREADS][2];
  for (int i = 0; i < THREADS; ++i) {
    threads[i].who = i;
    arguments[i][0] = &threads[i];
    arguments[i][1] = store;
    if (pthread_create(&ids[i], NULL, append_together, arguments[i]) != 0) exit(1);
  }
  for (int i = 0; i < THREADS; ++i) pthread_join(ids[i], NULL);
}

/* ---- read -------------------------------------------------------------------------------------------------------- */

static size_t drain(ec_store* store, ec_cursor* cursor) {
  ec_error* error = make_error();
  ec_batch* batch = AT_EDGE(ec_batch, 1);
  size_t seen = 0;
  batch->struct_size = sizeof *batch;
  do {
    check(ec_store_next(store, cursor, make_call(), batch, error) == EC_OK, "next", error);
    seen += batch->count;
  } while ((batch->flags & EC_BATCH_END) == 0);
  ec_store_close_cursor(store, cursor);
  return seen;
}

static void read_what_there_is(ec_store* store) {
  ec_error* error = make_error();
  ec_stream_from* from = AT_EDGE(ec_stream_from, 2);
  ec_read* request = AT_EDGE(ec_read, 1);
  ec_read_all* all = AT_EDGE(ec_read_all, 1);
  ec_cursor* cursor = NULL;
  from[0].stream = text("written");
  from[1].stream = text("together");
  request->struct_size = sizeof *request;
  request->streams = from;
  request->stream_count = 2;
  request->stream_stride = sizeof *from;
  check(ec_store_read(store, request, make_call(), &cursor, error) == EC_OK, "read", error);
  check(drain(store, cursor) == 2 + THREADS, "the events of two streams", error);
  all->struct_size = sizeof *all;
  all->limit = 5;
  check(ec_store_read_all(store, all, make_call(), &cursor, error) == EC_OK, "read_all", error);
  check(drain(store, cursor) == 5, "five events of all", error);
}

static void list(ec_store* store) {
  ec_error* error = make_error();
  ec_list* request = AT_EDGE(ec_list, 1);
  ec_stream_batch* batch = AT_EDGE(ec_stream_batch, 1);
  ec_stream_cursor* cursor = NULL;
  request->struct_size = sizeof *request;
  batch->struct_size = sizeof *batch;
  check(ec_store_list_streams(store, request, make_call(), &cursor, error) == EC_OK, "list_streams", error);
  check(ec_store_next_streams(store, cursor, make_call(), batch, error) == EC_OK && batch->count == 2, "the streams",
        error);
  ec_store_close_stream_cursor(store, cursor);
}

static void ask_for_info(ec_store* store) {
  ec_error* error = make_error();
  ec_info* info = AT_EDGE(ec_info, 1);
  info->struct_size = sizeof *info;
  check(ec_store_info(store, info, error) == EC_OK && info->max_payload > 0, "info", error);
  check(info->struct_size == sizeof *info, "the size of a struct of ours was changed", error);
}

/* ---- a command --------------------------------------------------------------------------------------------------- */

typedef struct noting {
  ec_str* streams;
  ec_new_event* events;
  int refuses;
  unsigned committed;
} noting;

static ec_status streams(void* ctx, const ec_str** names, size_t* count, ec_error* error) {
  (void)error;
  *names = ((noting*)ctx)->streams;
  *count = 2;
  return EC_OK;
}
static ec_status apply(void* ctx, const ec_event* event, ec_error* error) {
  (void)ctx, (void)event, (void)error;
  return EC_OK;
}
static ec_status decide(void* ctx, ec_decision* decision, ec_error* error) {
  noting* self = ctx;
  if (self->refuses) {
    error->code = EC_REJECTED;
    strcpy(error->message, "not today");
    return EC_REJECTED;
  }
  decision->events = self->events;
  decision->count = 2;
  decision->stride = sizeof *self->events;
  return EC_OK;
}
static void committed(void* ctx, const ec_commit* commit) {
  ((noting*)ctx)->committed = commit->attempts > 0 ? (unsigned)commit->stream_count : 0;
}

static void execute(ec_store* store) {
  ec_error* error = make_error();
  ec_command* command = AT_EDGE(ec_command, 1);
  ec_execute_options* options = AT_EDGE(ec_execute_options, 1);
  ec_observer* observer = AT_EDGE(ec_observer, 1);
  noting self = {AT_EDGE(ec_str, 2), AT_EDGE(ec_new_event, 2), 0, 0};
  self.streams[0] = text("written");
  self.streams[1] = text("noted");
  self.events[0].type = self.events[1].type = text("noted");
  self.events[1].stream_index = 1;
  command->struct_size = sizeof *command;
  command->ctx = &self;
  command->streams = streams;
  command->apply = apply;
  command->decide = decide;
  command->committed = committed;
  observer->struct_size = sizeof *observer;
  options->struct_size = sizeof *options;
  options->observer = observer;
  check(ec_store_execute(store, command, options, make_call(), error) == EC_OK && self.committed == 2, "execute",
        error);
  self.refuses = 1;
  check(ec_store_execute(store, command, options, make_call(), error) == EC_REJECTED, "a rejection", error);
  check(strcmp(error->message, "not today") == 0, "the words of a rejection", error);
}

/* ---- a plugin ---------------------------------------------------------------------------------------------------- */

/* Came after 1.0, but its structs are those of 1.0. */
extern ec_status ec_plugin_register(const ec_plugin* plugin, ec_error* error);

/* The plugin of this store once more, as a part of the program, with all that the library reads of it at an edge. */
static void open_a_plugin_at_the_edge(ec_store* store) {
  const ec_plugin* from = ec_store_plugin(store);
  ec_error* error = make_error();
  ec_plugin* plugin = AT_EDGE(ec_plugin, 1);
  ec_store_api* api = AT_EDGE(ec_store_api, 1);
  ec_option* options = AT_EDGE(ec_option, from->option_count);
  ec_store* second = NULL;
  *plugin = *from;
  *api = *from->api;
  for (size_t i = 0; i < from->option_count; ++i)
    options[i] = *(const ec_option*)(const void*)((const char*)from->options + i * from->option_stride);
  plugin->struct_size = sizeof *plugin;
  plugin->name = text("at_the_edge");
  plugin->options = options;
  plugin->option_stride = sizeof *options;
  plugin->api = api;
  api->struct_size = sizeof *api;
  check(ec_plugin_register(plugin, error) == EC_OK, "a plugin that is part of the program", error);
  check(ec_store_open_text(text("{plugin: at_the_edge, options: {max_payload: 1MiB}}"), text("edge_host"), NULL,
                           &second, error) == EC_OK,
        "opening a plugin at the edge", error);
  append_alone(second);
  ec_store_close(second);
}

int main(int argc, char** argv) {
  ec_error* error = make_error();
  ec_store* store = NULL;
  if (argc != 2) return 2;
  check(ec_store_open_text(text("plugin: /none"), text("edge_host"), NULL, &store, error) == EC_CONFIG, "no plugin",
        error);
  check(ec_store_open_text(text(argv[1]), text("edge_host"), make_call(), &store, error) == EC_OK, "open", error);
  ask_for_info(store);
  append_alone(store);
  append_in_a_group(store);
  read_what_there_is(store);
  list(store);
  execute(store);
  open_a_plugin_at_the_edge(store);
  ec_store_close(store);
  printf("libeventcore %s kept within the edges\n", ec_version());
  return 0;
}
