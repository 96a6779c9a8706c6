/* What libeventcore sees of this plugin: its constant, its options, its tables. */
#include "error.h"
#include "store.h"

#include <stdlib.h>
#include <string.h>

/* libeventcore checks the configuration against this and hands over what it found, in one form: sizes in bytes. */
static const ec_option options[] = {
    {EC_LIT("max_payload"),
     EC_OPTION_SIZE,
     0,
     EC_LIT("16MiB"),
     {NULL, 0},
     1,
     UINT64_C(1024) * 1024 * 1024,
     EC_LIT("largest payload of one event")},
};

static int is(ec_str text, const char* expected) {
  return text.size == strlen(expected) && memcmp(text.data, expected, text.size) == 0;
}

/* Decimal digits: libeventcore lets nothing else through for this type of option. Texts have no NUL behind them, so the
 * functions of <stdlib.h> cannot read them. */
static uint64_t number(ec_str text) {
  uint64_t value = 0;
  for (size_t i = 0; i < text.size; ++i) value = 10 * value + (uint64_t)(text.data[i] - '0');
  return value;
}

static ec_status open_store(const ec_setting* settings, size_t count, size_t stride, const ec_host* host,
                            const ec_call* call, ec_backend** backend, ec_error* error) {
  (void)host, (void)call; /* nothing to log, nothing that takes time */
  uint64_t max_payload = 0;
  for (size_t i = 0; i < count; ++i) {
    const ec_setting* setting = CONST_ELEMENT(ec_setting, settings, stride, i);
    if (is(setting->key, "max_payload")) max_payload = number(setting->value);
  }
  return store_open(max_payload, backend, error);
}

static ec_status cursor_next(ec_cursor* cursor, const ec_call* call, ec_batch* batch, ec_error* error) {
  return cursor->next(cursor, call, batch, error);
}

static void cursor_close(ec_cursor* cursor) { cursor->close(cursor); }

// snippet: extensions
/* What a backend does not have, it leaves out here: libeventcore answers EC_UNSUPPORTED for it. */
static const void* get_extension(ec_backend* backend, const char* id) {
  (void)backend;
  if (strcmp(id, EC_EXT_CHECKPOINT) == 0) return &checkpoint_api;
  if (strcmp(id, EC_EXT_LEASE) == 0) return &lease_api;
  if (strcmp(id, EC_EXT_SNAPSHOT) == 0) return &snapshot_api;
  if (strcmp(id, EC_EXT_NOTIFY) == 0) return &notify_api;
  return NULL;
}
// snippet end

// snippet: constant
static const ec_store_api api = {
    sizeof api,          0,
    store_close,         store_info,
    store_append,        store_read,
    store_read_all,      cursor_next,
    cursor_close,        store_head,
    store_list_streams,  stream_cursor_next,
    stream_cursor_close, get_extension,
};

/* The one symbol that this library exports. */
const ec_plugin eventcore_plugin_v1 = {
    EC_PLUGIN_MAGIC,
    sizeof(ec_plugin),
    EC_ABI_MAJOR,
    EC_ABI_MINOR,
    EC_LIT("in_c"),
    EC_LIT("1.0"),
    EC_LIT("keeps events in memory, written in plain C: to copy from"),
    options,
    sizeof options / sizeof options[0],
    sizeof options[0],
    &api,
    open_store,
};
// snippet end
