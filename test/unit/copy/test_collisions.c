/* Which keys may collide on the target, and the statements that find out. */
#include "copy/collisions.h"

#include "base/limits.h"
#include "tap.h"

static struct source_column source_columns[] = {
    {.name = {"id", 2}, .type = {.kind = SOURCE_INT}},
    {.name = {"w", 1}, .type = {.kind = SOURCE_VARCHAR}},
};
static struct target_column target_columns[] = {
    {.name = {"id", 2}, .type = {.kind = TARGET_INTEGER}},
    {.name = {"w\"; --", 6}, .type = {.kind = TARGET_TEXT}},
};
static struct planned_column columns[2];
static const struct source_table source_table = {.columns = source_columns, .column_count = 2};
static const struct planned_table table = {
    .source = &source_table,
    .target = {.columns = target_columns, .column_count = 2},
    .columns = columns,
    .column_count = 2,
};
static struct source_index_part source_parts[] = {{.column = 1}, {.column = 0}};
static const struct source_index source_index = {.parts = source_parts, .part_count = 2};
static struct target_index_part target_parts[] = {
    {.expression_sql = {"lower(\"w\"\"; --\")", 16}},
    {.column = {"id", 2}},
};

static struct planned_index index_of(const struct source_index *source)
{
    return (struct planned_index){
        .source = source,
        .beside = &source_index,
        .target = {.kind = TARGET_INDEX_UNIQUE, .parts = target_parts, .part_count = 2},
        .translated = true,
    };
}

static void test_possible(void)
{
    struct planned_index index = index_of(&source_index);
    struct planned_index folded = index_of(NULL);

    ok(!collisions_possible(&table, &index), "bytes are as strict as any collation");
    ok(collisions_possible(&table, &folded), "lower() is not");
    folded.target.kind = TARGET_INDEX_PLAIN;
    ok(!collisions_possible(&table, &folded), "a plain index refuses nothing");
    columns[1].compare = COMPARE_ICU;
    ok(collisions_possible(&table, &index), "icu");
    columns[1].compare = COMPARE_UNSET;
    target_columns[1].type.kind = TARGET_UUID;
    ok(collisions_possible(&table, &index), "text that becomes uuid");
    index.translated = false;
    ok(!collisions_possible(&table, &index), "an index that is not made");
    index.translated = true;
    target_columns[1].type.kind = TARGET_BYTEA;
    ok(!collisions_possible(&table, &index), "whole bytes");
    source_parts[0].prefix_length = 3;
    ok(collisions_possible(&table, &index), "the beginning, by bytes instead of characters");
    source_parts[1].column = -1;
    ok(!collisions_possible(&table, &index), "an expression is left to the index itself");
    source_parts[0].prefix_length = 0;
    source_parts[1].column = 0;
    target_columns[1].type.kind = TARGET_TEXT;
}

static void test_sql(void)
{
    struct planned_index folded = index_of(NULL);
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "test");

    collisions_add_count(&sql, "pg_temp.k", &folded.target);
    is_str(buf_str(&sql),
           STR("SELECT pg_catalog.count(*), COALESCE(pg_catalog.sum(g.n), 0)::bigint FROM ("
               "SELECT pg_catalog.count(*) AS n FROM pg_temp.k "
               "WHERE (lower(\"w\"\"; --\")) IS NOT NULL AND \"id\" IS NOT NULL "
               "GROUP BY (lower(\"w\"\"; --\")), \"id\" HAVING pg_catalog.count(*) > 1) g"),
           "groups and rows");
    buf_reset(&sql, KIB);
    collisions_add_rows(&sql, "pg_temp.k", &folded.target, &table.target, 5);
    struct str text = buf_str(&sql);
    ok(str_search(text,
                  STR("'w\"; --'::text || ' = ' || "
                      "pg_catalog.quote_literal(pg_catalog.left(a.\"w\"\"; --\"::text, 100))")) <
           text.len,
       "rows are named by columns of any name");
    ok(str_search(text, STR(" LIMIT 5) g JOIN ")) < text.len, "a few of them");
    buf_free(&sql);
}

int main(void)
{
    test_possible();
    test_sql();
    return done_testing();
}
