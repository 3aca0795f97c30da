/* Ranges of keys, as SQL. */
#include "source/select.h"

#include "base/limits.h"
#include "tap.h"

static struct source_column columns[] = {
    {.name = {.ptr = "a", .len = 1}, .type = {.kind = SOURCE_BIGINT}},
    {.name = {.ptr = "b", .len = 1},
     .type = {.kind = SOURCE_CHAR,
              .charset = {.ptr = "utf8mb4", .len = 7},
              .collation = {.ptr = "utf8mb4_bin", .len = 11}}},
    {.name = {.ptr = "c`", .len = 2}, .type = {.kind = SOURCE_BINARY}},
    {.name = {.ptr = "d", .len = 1}, .type = {.kind = SOURCE_DATETIME}},
    {.name = {.ptr = "e", .len = 1}, .type = {.kind = SOURCE_ENUM}},
    {.name = {.ptr = "f", .len = 1}, .type = {.kind = SOURCE_DECIMAL}},
};
static struct source_index_part parts_a[] = {{.column = 0}};
static struct source_index_part parts_ab[] = {{.column = 0}, {.column = 1}};
static struct source_index_part parts_prefix[] = {{.column = 1, .prefix_length = 4}};
static struct source_index indexes[] = {
    {.name = {.ptr = "PRIMARY", .len = 7},
     .kind = INDEX_PRIMARY,
     .parts = parts_a,
     .part_count = 1},
    {.name = {.ptr = "k`2", .len = 3}, .kind = INDEX_UNIQUE, .parts = parts_ab, .part_count = 2},
    {.name = {.ptr = "p", .len = 1}, .kind = INDEX_UNIQUE, .parts = parts_prefix, .part_count = 1},
};
static const struct source_table table = {.name = {.ptr = "t", .len = 1},
                                          .columns = columns,
                                          .column_count = COUNT_OF(columns),
                                          .indexes = indexes,
                                          .index_count = COUNT_OF(indexes)};
static struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "test");

#define KEY(...)                                                \
    ((struct source_key){.columns = (const int[]){__VA_ARGS__}, \
                         .column_count = COUNT_OF(((const int[]){__VA_ARGS__}))})
#define BOUND(...)                                              \
    (&(struct key_bound){.values = (struct str[]){__VA_ARGS__}, \
                         .value_count = COUNT_OF(((struct str[]){__VA_ARGS__}))})

static struct error *range(struct source_key key, const struct key_bound *lower,
                           const struct key_bound *upper)
{
    buf_reset(&sql, KIB);
    return select_add_range(&sql, &table, key, lower, upper);
}

static void test_one(void)
{
    ok_call(range(KEY(0), NULL, NULL), "open on both sides");
    is_str(buf_str(&sql), STR(""), "… has no condition");
    ok_call(range(KEY(0), BOUND(STR("-5")), BOUND(STR("10"))), "a range of integers");
    is_str(buf_str(&sql), STR(" WHERE `a` > -5 AND `a` <= 10"), "… in full");
    ok_call(range(KEY(1), NULL, BOUND(STR("x'\\"))), "characters");
    is_str(buf_str(&sql), STR(" WHERE `b` <= _utf8mb4 x'78275c' COLLATE utf8mb4_bin"),
           "… in the column's own collation");
    ok_call(range(KEY(2), BOUND(((struct str){.ptr = "\0\xff", .len = 2})), NULL), "bytes");
    is_str(buf_str(&sql), STR(" WHERE `c``` > x'00ff'"), "… as digits, the name quoted");
    ok_call(range(KEY(3), BOUND(STR("2024-01-31 00:00:00.5")), NULL), "a time");
    is_str(buf_str(&sql), STR(" WHERE `d` > '2024-01-31 00:00:00.5'"), "… in quotes");
}

static void test_tuple(void)
{
    ok_call(range(KEY(0, 2, 5), BOUND(STR("1"), STR("A"), STR("1.5")), NULL), "a lower tuple");
    is_str(buf_str(&sql),
           STR(" WHERE `a` >= 1 AND ((`a` > 1) OR (`a` = 1 AND `c``` > x'41') OR "
               "(`a` = 1 AND `c``` = x'41' AND `f` > 1.5))"),
           "… expanded");
    ok_call(range(KEY(0, 2), NULL, BOUND(STR("1"), STR("A"))), "an upper tuple");
    is_str(buf_str(&sql), STR(" WHERE `a` <= 1 AND ((`a` < 1) OR (`a` = 1 AND `c``` <= x'41'))"),
           "… its last value belongs to it");
    ok_call(range(KEY(0, 4), BOUND(STR("1")), BOUND(STR("2"))), "the leading column alone");
    is_str(buf_str(&sql), STR(" WHERE `a` > 1 AND `a` <= 2"), "… bounds as well");
}

static void test_hostile(void)
{
    fails_with(range(KEY(0), BOUND(STR("1 OR 1=1")), NULL), PGC_INTERNAL, "not a number");
    fails_with(range(KEY(0), BOUND(STR("")), NULL), PGC_INTERNAL, "no number at all");
    fails_with(range(KEY(3), BOUND(STR("2024-01-01' OR '1")), NULL), PGC_INTERNAL, "not a time");
    fails_with(range(KEY(4), BOUND(STR("x")), NULL), PGC_INTERNAL, "an ENUM bounds nothing");
    fails_with(range(KEY(0), BOUND(STR("1"), STR("2")), NULL), PGC_INTERNAL, "too many values");
    columns[1].type.collation = STR("utf8mb4_bin; DROP");
    fails_with(range(KEY(1), BOUND(STR("x")), NULL), PGC_INTERNAL, "a collation that is no word");
    columns[1].type.collation = STR("utf8mb4_bin");
}

static void test_keys(void)
{
    is_number(select_usable_columns(&table, KEY(0, 1, 2)), 3, "all can be used");
    is_number(select_usable_columns(&table, KEY(0, 4, 2)), 1, "as far as the ENUM");
    is_number(select_usable_columns(&table, KEY(4)), 0, "not at all");
    buf_reset(&sql, KIB);
    select_add_index(&sql, &table, KEY(0, 1));
    select_add_order(&sql, &table, KEY(0, 1), 2);
    is_str(buf_str(&sql), STR(" FORCE INDEX (`k``2`) ORDER BY `a`, `b`"), "the key's own index");
    buf_reset(&sql, KIB);
    select_add_index(&sql, &table, KEY(1));
    is_str(buf_str(&sql), STR(""), "a prefix index is not the key");
    indexes[0].invisible = true;
    select_add_index(&sql, &table, KEY(0));
    is_str(buf_str(&sql), STR(""), "an invisible one cannot be forced");
    indexes[0].invisible = false;
}

int main(void)
{
    test_one();
    test_tuple();
    test_hostile();
    test_keys();
    buf_free(&sql);
    return done_testing();
}
