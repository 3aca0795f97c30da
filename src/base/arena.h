/*
 * base/arena.h: memory that is given back all at once. Three lifetimes in the house: the run's
 * arena, a batch's arena (rewound), and heap objects with one owner.
 *
 * An arena has a ceiling and a name. Running into it ends the program's work with an error that
 * names it: arena_alloc() never returns NULL, it calls the arena's `full` path, which aborts the
 * run with a message and exit code 1 after the ledger's state (nothing half-done is ever committed,
 * because commits are the server's). Threads: one arena belongs to one thread at a time.
 */
#pragma once

#include "base/str.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
    size_t used;
    size_t limit;
    const char *what;
};

#define ARENA_INIT(limit_bytes, name) ((struct arena){.limit = (limit_bytes), .what = (name)})

void arena_free(struct arena *arena);
/* Forgets all that was allocated; keeps the first block. */
void arena_rewind(struct arena *arena);
/* Zeroed memory, aligned for every type. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));
void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
    __attribute__((returns_nonnull));
/* Copies with a NUL behind them. */
struct str arena_str(struct arena *arena, struct str s);
struct str arena_str_c(struct arena *arena, const char *c_string);
struct str arena_format(struct arena *arena, const char *format, ...) PRINTF(2, 3)
    __attribute__((nonnull(2)));

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_alloc_array((arena), (count), sizeof(type)))

/*
 * Appends to an array that lives in an arena and doubles when full:
 *     struct thing *things = NULL; size_t count = 0, capacity = 0;
 *     *ARENA_PUSH(arena, things, count, capacity) = (struct thing){…};
 */
void *arena_grow(struct arena *arena, void *array, size_t count, size_t *capacity, size_t size)
    __attribute__((returns_nonnull));
#define ARENA_PUSH(arena, array, count, capacity)                                   \
    ((array) = arena_grow((arena), (array), (count), &(capacity), sizeof *(array)), \
     &(array)[(count)++])
