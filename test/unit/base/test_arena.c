#include <stdalign.h>

#include "base/arena.h"
#include "base/limits.h"
#include "child.h"

static void test_memory(void)
{
    struct arena arena = ARENA_INIT(4 * MIB, "test");
    unsigned char *first = arena_alloc(&arena, 1);
    bool aligned = true, zeroed = true;

    ok(arena.used <= 64 * KIB, "the first block is small (%zu)", arena.used);
    for (size_t size = 0; size < 2500; size++) {
        unsigned char *memory = arena_alloc(&arena, size);

        aligned = aligned && (uintptr_t)memory % alignof(max_align_t) == 0;
        for (size_t i = 0; i < size; i++)
            zeroed = zeroed && memory[i] == 0;
        memset(memory, 0xff, size);
    }
    ok(aligned, "every piece is aligned");
    ok(zeroed, "and zeroed");
    ok(arena.used <= arena.limit, "within the ceiling");
    first[0] = 0xff;
    arena_rewind(&arena);
    is_number(arena.used, 64 * KIB, "a rewind keeps the first block alone");
    ok(arena_alloc(&arena, 1) == first, "and uses it again");
    is_number(first[0], 0, "zeroed again");
    arena_free(&arena);
    is_number(arena.used, 0, "nothing is left after arena_free()");
    arena_free(&arena);
    arena_rewind(&arena);
    ok(arena_alloc(&arena, 100) != NULL, "a freed arena can be used again");
    arena_free(&arena);
}

static void test_ceiling(void)
{
    struct arena arena = ARENA_INIT(MIB, "test");
    size_t count = 0;

    /* All of the ceiling is usable: steps shrink to what is left. */
    while (arena.used < arena.limit) {
        arena_alloc(&arena, 1000);
        count++;
    }
    ok(count > 900 && count < 1049, "%zu pieces of 1000 bytes before the last block", count);
    arena_free(&arena);
    arena_alloc(&arena, MIB);
    is_number(arena.used, MIB, "one piece may take it all");
    arena_free(&arena);
}

static void test_strings(void)
{
    struct arena arena = ARENA_INIT(MIB, "test");
    struct str with_nul = arena_str(&arena, (struct str){"a\0b", 3});
    char longer[3000];

    ok(with_nul.len == 3 && memcmp(with_nul.ptr, "a\0b", 4) == 0, "bytes are copied, and a NUL");
    is_str(arena_str(&arena, STR_NULL), STR(""), "the empty str");
    ok(arena_str(&arena, STR_NULL).ptr[0] == '\0', "has its NUL too");
    is_str(arena_str_c(&arena, NULL), STR(""), "NULL is the empty str");
    is_str(arena_format(&arena, "%s-%d", "x", 7), STR("x-7"), "a format");
    memset(longer, 'y', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    is_number(arena_format(&arena, "%s%s", longer, longer).len, 5998, "a long one");
    arena_free(&arena);
}

static void test_push(void)
{
    struct arena arena = ARENA_INIT(4 * MIB, "test");
    int *numbers = NULL;
    size_t count = 0, capacity = 0;
    bool kept = true;

    for (int i = 0; i < 10000; i++)
        *ARENA_PUSH(&arena, numbers, count, capacity) = i;
    for (int i = 0; i < 10000; i++)
        kept = kept && numbers[i] == i;
    ok(kept && count == 10000, "a pushed array keeps its items");
    ok(capacity >= count && capacity < 4 * count, "its capacity doubles (%zu)", capacity);
    arena_free(&arena);
}

static void fill_it(void)
{
    struct arena arena = ARENA_INIT(100 * KIB, "the thing that fills");

    for (;;)
        arena_alloc(&arena, 1000);
}

static void overflow_it(void)
{
    struct arena arena = ARENA_INIT(SIZE_MAX, "overflow");

    arena_alloc_array(&arena, SIZE_MAX / 2, 3);
}

static void too_large(void)
{
    struct arena arena = ARENA_INIT(SIZE_MAX, "too large");

    arena_alloc(&arena, SIZE_MAX - 3);
}

static void test_full(void)
{
    char text[4096];
    int status = run_child(fill_it, text, sizeof text);

    ok(WIFEXITED(status) && WEXITSTATUS(status) == 1, "a full arena ends the process with 1");
    ok(strstr(text, "PGC-9002") != NULL && strstr(text, "\"the thing that fills\"") != NULL &&
           strstr(text, "102400 bytes") != NULL,
       "and names the arena and its ceiling");
    status = run_child(overflow_it, text, sizeof text);
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 1, "a product that overflows is full as well");
    status = run_child(too_large, text, sizeof text);
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 1, "and a size that alignment would overflow");
}

int main(void)
{
    test_memory();
    test_ceiling();
    test_strings();
    test_push();
    test_full();
    return done_testing();
}
