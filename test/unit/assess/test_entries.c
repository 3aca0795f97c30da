/* How much of an index' entry is left for values, against what PostgreSQL 17 builds and refuses. */
#include "assess/internal.h"
#include "base/limits.h"
#include "tap.h"

static struct source_column columns[] = {
    {.name = {"id", 2}, .type = {.kind = SOURCE_INT}},
    {.name = {"v", 1},
     .type = {.kind = SOURCE_VARCHAR, .charset = {"utf8mb4", 7}, .length = 768, .max_bytes = 3072}},
    {.name = {"l", 1},
     .type = {.kind = SOURCE_VARCHAR, .charset = {"latin1", 6}, .length = 700, .max_bytes = 700}},
    {.name = {"b", 1}, .type = {.kind = SOURCE_VARBINARY, .length = 2692, .max_bytes = 2692}},
    {.name = {"t", 1},
     .type = {.kind = SOURCE_TEXT, .charset = {"utf8mb4", 7}, .max_bytes = 65535}},
    {.name = {"big", 3}, .type = {.kind = SOURCE_BIGINT}},
};
static const struct source_table table = {.columns = columns, .column_count = COUNT_OF(columns)};
static struct target_column targets[] = {
    {.type = {.kind = TARGET_INTEGER}}, {.type = {.kind = TARGET_VARCHAR}},
    {.type = {.kind = TARGET_VARCHAR}}, {.type = {.kind = TARGET_BYTEA}},
    {.type = {.kind = TARGET_TEXT}},    {.type = {.kind = TARGET_BIGINT}},
};
static struct planned_column decided[] = {{.source = 0}, {.source = 1}, {.source = 2},
                                          {.source = 3}, {.source = 4}, {.source = 5}};
static const struct planned_table planned = {.source = &table,
                                             .columns = decided,
                                             .column_count = COUNT_OF(decided),
                                             .target = {.columns = targets}};
static struct source_index_part parts[4];
static struct source_index source = {.parts = parts};
static struct planned_index planned_of = {.source = &source, .translated = true};
static struct source_entry_part measured[4];
static struct source_entry entry;

/* -1: no value is too wide; else the bytes that are left. */
static int room_of(size_t count, struct source_index_part a, struct source_index_part b)
{
    parts[0] = a;
    parts[1] = b;
    source.part_count = count;
    if (!entry_may_be_too_wide(&planned, &planned_of, measured, &entry))
        return -1;
    return (int)entry.most_bytes;
}

#define PART(...) ((struct source_index_part){__VA_ARGS__})
#define NONE PART(.column = 0)

static void test_one_part(void)
{
    is_number(room_of(1, PART(.column = 0), NONE), -1, "a number");
    is_number(room_of(1, PART(.column = 1), NONE), 2692, "a text");
    columns[1].nullable = true;
    is_number(room_of(1, PART(.column = 1), NONE), 2692, "one that may be NULL");
    columns[1].nullable = false;
    is_number(room_of(1, PART(.column = 2), NONE), 2692, "characters that get longer in UTF-8");
    is_number(room_of(1, PART(.column = 3), NONE), -1, "the most bytes that fit");
    columns[3].type.max_bytes = 2693;
    is_number(room_of(1, PART(.column = 3), NONE), 2692, "one more");
    columns[3].type.max_bytes = 2692;
    is_number(room_of(1, PART(.column = 4, .prefix_length = 673), NONE), -1, "a beginning fits");
    is_number(room_of(1, PART(.column = 4, .prefix_length = 674), NONE), 2692, "a longer one");
    is_number((int)measured[0].prefix_length, 674, "… and is what is measured");
}

static void test_parts(void)
{
    is_number(room_of(2, PART(.column = 0), PART(.column = 1)), 2688, "behind a number");
    is_number(room_of(2, PART(.column = 5), PART(.column = 1)), 2684, "behind a longer one");
    is_number(room_of(2, PART(.column = 1), PART(.column = 5)), 2677, "before one that is aligned");
    columns[1].nullable = true;
    is_number(room_of(2, PART(.column = 0), PART(.column = 1)), 2680, "with a bitmap of NULLs");
    columns[1].nullable = false;
    is_number(room_of(2, PART(.column = 1), PART(.column = 2)), 2685, "two texts, and a gap");
    is_number((int)entry.part_count, 2, "… are measured together");
}

static void test_not_measured(void)
{
    is_number(room_of(2, PART(.column = -1), PART(.column = 1)), -1, "an expression");
    planned_of.target.method = "gin";
    is_number(room_of(1, PART(.column = 1), NONE), -1, "no btree");
    planned_of.target.method = NULL;
    planned_of.translated = false;
    is_number(room_of(1, PART(.column = 1), NONE), -1, "an index that is left out");
    planned_of = (struct planned_index){.beside = &source, .translated = true};
    is_number(room_of(1, PART(.column = 1), NONE), 2692, "the one over lower() beside it");
    planned_of = (struct planned_index){.translated = true};
    is_number(room_of(1, PART(.column = 1), NONE), -1, "one that only the plan knows");
}

int main(void)
{
    test_one_part();
    test_parts();
    test_not_measured();
    return done_testing();
}
