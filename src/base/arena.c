#include "base/arena.h"

#include <inttypes.h>
#include <stdalign.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"

#define FIRST_BLOCK_BYTES (64 * KIB)
#define LARGEST_STEP_BYTES (4 * MIB)

/* The list runs from the newest block to the first. */
struct arena_block {
    struct arena_block *older;
    size_t size; /* usable bytes */
    size_t used;
    alignas(max_align_t) char bytes[];
};

static NORETURN void arena_is_full(const struct arena *arena, size_t size)
{
    /* There is nobody to hand an error to, and nothing to undo: commits are the server's. */
    log_write(
        LOG_EVENT(.level = LOG_ERROR, .event = "arena.full"),
        "PGC-%d: the memory for \"%s\" is full: its ceiling is %zu bytes, %zu are in use, %zu "
        "more were asked for. Nothing half-done was committed.",
        (int)PGC_NO_MEMORY, arena->what != NULL ? arena->what : "?", arena->limit, arena->used,
        size);
    _exit(1);
}

void arena_free(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *block = arena->blocks;

        arena->blocks = block->older;
        free(block);
    }
    arena->used = 0;
}

void arena_rewind(struct arena *arena)
{
    struct arena_block *block = arena->blocks;

    if (block == NULL)
        return;
    while (block->older != NULL) {
        struct arena_block *older = block->older;

        arena->used -= block->size;
        free(block);
        block = older;
    }
    block->used = 0;
    arena->blocks = block;
}

/* A new newest block with room for `size` bytes: twice the last one's, within the ceiling. */
static struct arena_block *add_block(struct arena *arena, size_t size)
{
    size_t left = arena->limit > arena->used ? arena->limit - arena->used : 0;
    size_t block_size = arena->blocks != NULL ? arena->blocks->size * 2 : FIRST_BLOCK_BYTES;
    struct arena_block *block;

    if (size > left)
        arena_is_full(arena, size);
    if (block_size > LARGEST_STEP_BYTES)
        block_size = LARGEST_STEP_BYTES;
    if (block_size < size)
        block_size = size;
    if (block_size > left)
        block_size = left;
    block = malloc(sizeof *block + block_size);
    if (block == NULL)
        arena_is_full(arena, size);
    *block = (struct arena_block){.older = arena->blocks, .size = block_size};
    arena->blocks = block;
    arena->used += block_size;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->blocks;
    size_t padding = alignof(max_align_t) - 1;
    size_t aligned;
    char *memory;

    if (size > SIZE_MAX - padding)
        arena_is_full(arena, size);
    aligned = (size + padding) & ~padding;
    if (aligned == 0)
        aligned = alignof(max_align_t);
    if (block == NULL || block->size - block->used < aligned)
        block = add_block(arena, aligned);
    memory = block->bytes + block->used;
    block->used += aligned;
    memset(memory, 0, aligned);
    return memory;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        arena_is_full(arena, SIZE_MAX);
    return arena_alloc(arena, bytes);
}

struct str arena_str(struct arena *arena, struct str s)
{
    char *copy;

    if (s.len == SIZE_MAX)
        arena_is_full(arena, s.len);
    copy = arena_alloc(arena, s.len + 1);
    if (s.len > 0)
        memcpy(copy, s.ptr, s.len);
    return (struct str){.ptr = copy, .len = s.len};
}

struct str arena_str_c(struct arena *arena, const char *c_string)
{
    return arena_str(arena, str_of(c_string));
}

struct str arena_format(struct arena *arena, const char *format, ...)
{
    va_list args;
    int length;
    char *text;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        arena_is_full(arena, SIZE_MAX); /* more than 2 GiB */
    text = arena_alloc(arena, (size_t)length + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return (struct str){.ptr = text, .len = (size_t)length};
}

void *arena_grow(struct arena *arena, void *array, size_t count, size_t *capacity, size_t size)
{
    size_t wanted;
    void *larger;

    if (array != NULL && count < *capacity)
        return array;
    wanted = count < 4 ? 8 : count * 2;
    larger = arena_alloc_array(arena, wanted, size);
    if (array != NULL)
        memcpy(larger, array, count * size);
    *capacity = wanted;
    return larger;
}
