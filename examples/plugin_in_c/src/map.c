#include "map.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a. */
static uint64_t hash_of(const void* key, size_t size) {
  const unsigned char* bytes = key;
  uint64_t hash = UINT64_C(14695981039346656037);
  for (size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
  return hash;
}

/* Where the key is or belongs. There is an empty slot. */
static map_entry** slot_of(map_entry** slots, size_t capacity, uint64_t hash, const void* key, size_t key_size) {
  for (size_t at = (size_t)hash;; ++at) {
    map_entry** slot = &slots[at & (capacity - 1)];
    if (*slot == NULL) return slot;
    if ((*slot)->hash == hash && (*slot)->key_size == key_size && memcmp((*slot)->key, key, key_size) == 0) return slot;
  }
}

static int grow(map* self) {
  const size_t capacity = self->capacity == 0 ? 64 : 2 * self->capacity;
  map_entry** slots = calloc(capacity, sizeof *slots);
  if (slots == NULL) return 0;
  for (size_t i = 0; i < self->capacity; ++i) {
    map_entry* entry = self->slots[i];
    if (entry != NULL) *slot_of(slots, capacity, entry->hash, entry->key, entry->key_size) = entry;
  }
  free(self->slots);
  self->slots = slots;
  self->capacity = capacity;
  return 1;
}

void* map_find(const map* self, const void* key, size_t key_size) {
  if (self->capacity == 0) return NULL;
  return *slot_of(self->slots, self->capacity, hash_of(key, key_size), key, key_size);
}

void* map_find_or_add(map* self, const void* key, size_t key_size, size_t entry_size) {
  if (2 * (self->count + 1) > self->capacity && !grow(self)) return NULL;
  const uint64_t hash = hash_of(key, key_size);
  map_entry** slot = slot_of(self->slots, self->capacity, hash, key, key_size);
  if (*slot != NULL) return *slot;
  map_entry* entry = calloc(1, entry_size + key_size);
  if (entry == NULL) return NULL;
  char* own_key = (char*)entry + entry_size;
  memcpy(own_key, key, key_size);
  entry->hash = hash;
  entry->key = own_key;
  entry->key_size = key_size;
  *slot = entry;
  ++self->count;
  return entry;
}

void map_clear(map* self, void (*before)(void* thing)) {
  for (size_t i = 0; i < self->capacity; ++i) {
    if (self->slots[i] != NULL && before != NULL) before(self->slots[i]);
    free(self->slots[i]);
  }
  free(self->slots);
  memset(self, 0, sizeof *self);
}
