/*
 * base/map.h: from a name to an index or pointer. Open addressing, in an arena, never shrinks.
 */
#pragma once

#include "base/arena.h"

struct map_slot {
    struct str key;
    void *value;
};

struct map {
    struct arena *arena;
    struct map_slot *slots;
    size_t capacity;
    size_t count;
};

void map_init(struct map *map, struct arena *arena);
/* Keys are borrowed and must outlive the map. Returns false, changing nothing, when it is there. */
bool map_add(struct map *map, struct str key, void *value);
/* NULL when the key is not there. */
void *map_get(const struct map *map, struct str key);
