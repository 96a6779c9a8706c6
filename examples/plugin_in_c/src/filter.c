#include "filter.h"
#include "store.h"

#include <stdlib.h>
#include <string.h>

struct filter {
  ec_str* texts; /* prefixes, then patterns, then types; their bytes lie behind the array */
  size_t prefix_count;
  size_t pattern_count;
  size_t type_count;
};

static size_t bytes_of(const ec_str* texts, size_t count) {
  size_t bytes = 0;
  for (size_t i = 0; i < count; ++i) bytes += texts[i].size;
  return bytes;
}

static void copy(ec_str** to, char** at, const ec_str* texts, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (texts[i].size > 0) memcpy(*at, texts[i].data, texts[i].size);
    (*to)->data = *at;
    (*to)->size = texts[i].size;
    *at += texts[i].size;
    ++*to;
  }
}

filter* filter_make(const ec_read_all* request) {
  const size_t count = request->prefix_count + request->pattern_count + request->type_count;
  const size_t bytes = bytes_of(request->prefixes, request->prefix_count) +
                       bytes_of(request->patterns, request->pattern_count) +
                       bytes_of(request->types, request->type_count);
  filter* self = malloc(sizeof *self + count * sizeof(ec_str) + bytes);
  if (self == NULL) return NULL;
  self->texts = (ec_str*)(void*)(self + 1);
  self->prefix_count = request->prefix_count;
  self->pattern_count = request->pattern_count;
  self->type_count = request->type_count;
  ec_str* to = self->texts;
  char* at = (char*)(self->texts + count);
  copy(&to, &at, request->prefixes, request->prefix_count);
  copy(&to, &at, request->patterns, request->pattern_count);
  copy(&to, &at, request->types, request->type_count);
  return self;
}

void filter_free(filter* self) { free(self); }

static int stream_passes(const filter* self, ec_str id) {
  const ec_str* prefixes = self->texts;
  const ec_str* patterns = prefixes + self->prefix_count;
  if (self->prefix_count == 0 && self->pattern_count == 0) return 1;
  for (size_t i = 0; i < self->prefix_count; ++i)
    if (has_prefix(id, prefixes[i])) return 1;
  for (size_t i = 0; i < self->pattern_count; ++i)
    if (glob_matches(patterns[i], id)) return 1;
  return 0;
}

static int type_passes(const filter* self, ec_str type) {
  const ec_str* types = self->texts + self->prefix_count + self->pattern_count;
  if (self->type_count == 0) return 1;
  for (size_t i = 0; i < self->type_count; ++i)
    if (types[i].size == type.size && has_prefix(type, types[i])) return 1;
  return 0;
}

int filter_passes(const filter* self, const ec_event* event) {
  return type_passes(self, event->type) && stream_passes(self, event->stream);
}
