/* The filter of read_all: prefixes, patterns, types. The rules stand at ec_read_all. */
#ifndef PLUGIN_IN_C_FILTER_H
#define PLUGIN_IN_C_FILTER_H

#include <eventcore/abi/event_store.h>

typedef struct filter filter;

/* A copy of what the request asks for: its bytes are good for the length of the call alone. NULL: memory is out. */
filter* filter_make(const ec_read_all* request);
void filter_free(filter* self);
int filter_passes(const filter* self, const ec_event* event);

/* Whether the pattern matches the whole text; both are valid UTF-8. */
int glob_matches(ec_str pattern, ec_str text);

#endif
