#include "base/map.h"

#define FIRST_CAPACITY 16 /* always a power of two */

void map_init(struct map *map, struct arena *arena)
{
    *map = (struct map){.arena = arena};
}

/* FNV-1a, and a last mix so that the low bits depend on every byte. */
static size_t hash(struct str key)
{
    uint64_t h = 0xcbf29ce484222325U;

    for (size_t i = 0; i < key.len; i++)
        h = (h ^ (unsigned char)key.ptr[i]) * 0x100000001b3U;
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93U;
    return (size_t)(h ^ h >> 32);
}

/* The slot that holds the key, or the empty one where it would stand. A free slot has no ptr. */
static struct map_slot *find_slot(struct map_slot *slots, size_t capacity, struct str key)
{
    size_t at = hash(key) & (capacity - 1);

    while (slots[at].key.ptr != NULL && !str_equal(slots[at].key, key))
        at = (at + 1) & (capacity - 1);
    return &slots[at];
}

static void grow(struct map *map)
{
    size_t capacity = map->capacity == 0 ? FIRST_CAPACITY : map->capacity * 2;
    struct map_slot *slots = ARENA_ARRAY(map->arena, capacity, struct map_slot);

    for (size_t i = 0; i < map->capacity; i++)
        if (map->slots[i].key.ptr != NULL)
            *find_slot(slots, capacity, map->slots[i].key) = map->slots[i];
    map->slots = slots;
    map->capacity = capacity;
}

bool map_add(struct map *map, struct str key, void *value)
{
    struct map_slot *slot;

    if (key.ptr == NULL)
        key = STR("");
    if (map->count * 2 >= map->capacity)
        grow(map);
    slot = find_slot(map->slots, map->capacity, key);
    if (slot->key.ptr != NULL)
        return false;
    *slot = (struct map_slot){.key = key, .value = value};
    map->count++;
    return true;
}

void *map_get(const struct map *map, struct str key)
{
    if (map->capacity == 0)
        return NULL;
    return find_slot(map->slots, map->capacity, key)->value;
}
