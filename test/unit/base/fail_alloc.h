/*
 * fail_alloc.h: makes the N-th allocation fail, for every N. Programs that include it are linked
 * with -Wl,--wrap=malloc,--wrap=realloc.
 */
#pragma once

#include <stdlib.h>

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker gives these names */
void *__real_malloc(size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *memory, size_t size);

/* Allocations from now until one fails; negative: none fails. */
static int allocations_left = -1;
/* Failures since it was set to 0. */
static int allocations_failed;

static int fails_now(void)
{
    if (allocations_left < 0)
        return 0;
    if (allocations_left-- > 0)
        return 0;
    allocations_failed++;
    return 1;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails_now() ? NULL : __real_realloc(memory, size);
}
/* NOLINTEND(bugprone-reserved-identifier) */
