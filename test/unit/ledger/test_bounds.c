/* Key bounds into a bytea[] and back. */
#include "tap.h"

#include "base/limits.h"
#include "ledger/ledger_internal.h"

static void test_binary(void)
{
    static const char one[] = "\0\0\0\x1b" /* 20 bytes of head, 4 of a length, 3 of a value */
                              "\0\0\0\1\0\0\0\0\0\0\0\x11"
                              "\0\0\0\1\0\0\0\1"
                              "\0\0\0\3a\0\xff";
    struct str values[] = {STR("a\0\xff"), STR("")};
    struct key_bound bound = {.values = values, .value_count = 1};
    struct buf bytes = BUF_INIT(KIB, "test");

    bounds_add_binary(&bytes, &bound);
    is_str(buf_str(&bytes), ((struct str){.ptr = one, .len = sizeof one - 1}), "one value");
    buf_reset(&bytes, KIB);
    bound.value_count = 2;
    bounds_add_binary(&bytes, &bound);
    is_number(bytes.len, 4 + 20 + 4 + 3 + 4, "an empty value has a length of its own");
    buf_reset(&bytes, KIB);
    bound.value_count = 0;
    bounds_add_binary(&bytes, &bound);
    is_str(buf_str(&bytes), STR("\xff\xff\xff\xff"), "open is NULL");
    buf_free(&bytes);
}

static void test_parse(struct arena *arena)
{
    struct key_bound bound = {.value_count = 9};

    ok(bounds_parse(STR_NULL, arena, &bound) && bound.value_count == 0, "NULL is open");
    ok(bounds_parse(STR("{\"\\\\x6100ff\"}"), arena, &bound) && bound.value_count == 1,
       "one value");
    is_str(bound.values[0], STR("a\0\xff"), "its bytes");
    ok(bounds_parse(STR("{\"\\\\x\",\"\\\\x2c7d\",\"\\\\x\"}"), arena, &bound), "three values");
    is_number(bound.value_count, 3, "three");
    is_number(bound.values[0].len, 0, "the first is empty");
    is_str(bound.values[1], STR(",}"), "the second looks like an array");
    is_number(bound.values[2].len, 0, "the third is empty");
}

static void test_nonsense(struct arena *arena)
{
    static const char *const texts[] = {
        "",
        "{",
        "{}",
        "}",
        "{NULL}",
        "{\"\\\\x6\"}",
        "{\"\\\\xzz\"}",
        "{\"\\\\x61\"",
        "{\"\\\\x61}",
        "{\"\\\\x61\",}",
        "{\"\\\\x61\"x\"\\\\x62\"}",
        "{\"\\\\x61\"}}",
        "{\"61\"}",
        "{{\"\\\\x61\"}}",
        "{\"\\\\x61\",,\"\\\\x61\"}",
        "{,}",
        "{\"\\\\x61\" \"\\\\x62\"}",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct key_bound bound = {0};

        ok(!bounds_parse(str_of(texts[i]), arena, &bound), "refuses %s", texts[i]);
    }
}

int main(void)
{
    struct arena arena = ARENA_INIT(MIB, "test");

    test_binary();
    test_parse(&arena);
    test_nonsense(&arena);
    arena_free(&arena);
    return done_testing();
}
