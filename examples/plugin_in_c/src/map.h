/* Finds things by a key of bytes. What is in a map stays there, at the same place, until map_clear. */
#ifndef PLUGIN_IN_C_MAP_H
#define PLUGIN_IN_C_MAP_H

#include <stddef.h>
#include <stdint.h>

/* The first member of whatever a map holds. */
typedef struct map_entry {
  uint64_t hash;
  const char* key;
  size_t key_size;
} map_entry;

typedef struct map {
  map_entry** slots; /* half of them empty at least */
  size_t capacity;   /* a power of two, or 0 */
  size_t count;
} map;

/* NULL when there is none. */
void* map_find(const map* self, const void* key, size_t key_size);

/* Adds one of `entry_size` bytes, zeroed but for its entry, with a copy of the key, where there is none yet. NULL when
 * memory is out; nothing has changed then. */
void* map_find_or_add(map* self, const void* key, size_t key_size, size_t entry_size);

/* Frees everything; `before` is called for each thing first and may be NULL. */
void map_clear(map* self, void (*before)(void* thing));

#endif
