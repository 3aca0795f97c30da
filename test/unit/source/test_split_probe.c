/* Half-way between two keys. */
#include "source/split_internal.h"

#include "base/limits.h"
#include "tap.h"

static struct arena arena = ARENA_INIT(1 * MIB, "test");

static const struct source_type signed_type = {.kind = SOURCE_BIGINT};
static const struct source_type unsigned_type = {.kind = SOURCE_BIGINT, .is_unsigned = true};
static const struct source_type binary_type = {.kind = SOURCE_BINARY};
static const struct source_type text_type = {.kind = SOURCE_CHAR,
                                             .charset = {.ptr = "utf8mb4", .len = 7}};
static const struct source_type wide_type = {.kind = SOURCE_CHAR,
                                             .charset = {.ptr = "utf16", .len = 5}};
static const struct source_type date_type = {.kind = SOURCE_DATE};

static void check(const struct source_type *type, struct str low, struct str high, struct str want)
{
    struct str probe;

    if (ok(split_probe(type, low, high, &arena, &probe), "between " STR_FMT " and " STR_FMT,
           STR_ARG(low), STR_ARG(high)))
        is_str(probe, want, "… is that");
}

static void check_none(const struct source_type *type, struct str low, struct str high,
                       const char *what)
{
    struct str probe;

    ok(!split_probe(type, low, high, &arena, &probe), "nothing between: %s", what);
}

int main(void)
{
    check(&signed_type, STR("-10"), STR("10"), STR("0"));
    check(&signed_type, STR("-9223372036854775808"), STR("9223372036854775807"), STR("-1"));
    check(&unsigned_type, STR("0"), STR("18446744073709551615"), STR("9223372036854775807"));
    check_none(&signed_type, STR("1"), STR("2"), "neighbours");
    check_none(&signed_type, STR("x"), STR("2"), "no number");
    check(&binary_type, STR("a\x10"), STR("a\x20"),
          (struct str){.ptr = "a\x18\0\0\0\0\0\0\0", .len = 9});
    check_none(&binary_type, STR("b"), STR("a"), "the wrong order");
    check_none(&binary_type, STR(""), STR(""), "nothing and nothing");
    check(&text_type, STR("3fa0-bc"), STR("40aa-bc"), STR("40250bc0"));
    check(&text_type, STR("user0000"), STR("user9999"), STR("user49995000"));
    check(&text_type, STR("apple"), STR("zebra"), STR("n20oc000"));
    check_none(&text_type, STR("b"), STR("a"), "an order that is not ours");
    check_none(&text_type, STR("\xc3\xa9tat"), STR("\xc3\xa9z"), "a character beyond ASCII");
    check_none(&text_type, STR("a"), STR("a"), "the same");
    check_none(&wide_type, STR("a"), STR("z"), "two bytes a character");
    check_none(&date_type, STR("2024-01-01"), STR("2025-01-01"), "a date");
    arena_free(&arena);
    return done_testing();
}
