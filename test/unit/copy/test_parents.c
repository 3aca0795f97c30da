/* What policies make of rows whose parent is missing or spelt otherwise. */
#include "copy/parents.h"

#include <string.h>

#include "base/limits.h"
#include "tap.h"

/* plan/: no parent takes a value from further up, unless a test says so. */
struct source_lookup plan_lookup(const struct plan *of_plan,
                                 const struct planned_table *child_table,
                                 const struct planned_foreign_key *of_key, size_t i,
                                 struct arena *arena_)
{
    (void)of_plan;
    (void)child_table;
    (void)of_key;
    (void)arena_;
    return (struct source_lookup){.column = i};
}

static struct source_column child_columns[] = {
    {.name = {"id", 2}, .type = {.kind = SOURCE_INT}},
    {.name = {"code", 4}, .type = {.kind = SOURCE_VARCHAR}},
    {.name = {"n", 1}, .type = {.kind = SOURCE_INT}},
};
static struct source_column parent_source_columns[] = {
    {.name = {"code", 4}, .type = {.kind = SOURCE_VARCHAR}},
    {.name = {"n", 1}, .type = {.kind = SOURCE_INT}},
};
static const struct source_table child = {.columns = child_columns, .column_count = 3};
static const struct source_table parent = {.columns = parent_source_columns, .column_count = 2};
static int key_columns[] = {1, 2};
static struct str key_parents[] = {{"code", 4}, {"n", 1}};
static const struct source_foreign_key source_key = {
    .columns = key_columns, .column_count = 2, .parent_columns = key_parents};
static enum reference_match matches[] = {MATCH_BYTES, MATCH_VALUE};
static struct planned_foreign_key key = {
    .source = &source_key, .parent = 0, .matches = matches, .translated = true};
static struct planned_column columns[3];
static struct planned_table table = {.source = &child,
                                     .columns = columns,
                                     .column_count = 3,
                                     .foreign_keys = &key,
                                     .foreign_key_count = 1};
static struct planned_table parent_table = {.source = &parent};
static const struct source_catalog catalog = {.database = {"db", 2}};
static const struct plan plan = {.catalog = &catalog, .tables = &parent_table, .table_count = 1};

static struct arena arena = ARENA_INIT(MIB, "test");
static struct parents parents;
static struct parent_changes changes;
static struct cell cells[4];
static const struct row row = {.cells = cells, .cell_count = 3};
static struct convert_result result;

static struct cell text_cell(const char *text)
{
    return (struct cell){.form = CELL_BYTES, .bytes = str_of(text)};
}

static void prepare(enum value_policy orphan, enum value_policy spelling)
{
    static const int read[] = {0, 1, 2};

    key.orphan = orphan;
    key.spelling = spelling;
    columns[1].policies.of[CLASS_ORPHAN] = orphan;
    columns[2].policies.of[CLASS_ORPHAN] = POLICY_REFUSE;
    parents_prepare(&plan, &table, read, 3, &arena, &parents);
    error_free(parent_changes_reserve(&changes, parents.column_count));
}

/* The row's code, and what the lookup found. */
static void heed(const char *code, const char *found)
{
    cells[0] = (struct cell){.form = CELL_INT, .integer = 1};
    cells[1] = code != NULL ? text_cell(code) : (struct cell){.form = CELL_NULL};
    cells[2] = (struct cell){.form = CELL_INT, .integer = 7};
    cells[3] = found != NULL ? text_cell(found) : (struct cell){.form = CELL_NULL};
    parents_heed(&parents, &row, &changes, &result);
}

static void test_prepare(void)
{
    static const int without[] = {0, 1};

    prepare(POLICY_REFUSE, POLICY_REFUSE);
    is_number(parents.key_count, 0, "nothing is looked up unless a policy asks");
    prepare(POLICY_NULL, POLICY_REPLACE);
    is_number(parents.key_count, 1, "a key");
    is_number(parents.lookup_count, 1, "one lookup: a number is spelt one way");
    is_number(parents.lookups[0].column, 0, "of the first column");
    parents_prepare(&plan, &table, without, 2, &arena, &parents);
    is_number(parents.key_count, 0, "a key with a column that is not read");
}

static void test_spelling(void)
{
    prepare(POLICY_REFUSE, POLICY_REPLACE);
    heed("ABC", "abc");
    is_str(cells[1].bytes, STR("abc"), "the parent's spelling");
    is_number(result.change_count, 1, "counted");
    ok(result.changes[0].column == 1 && result.changes[0].value_class == CLASS_PARENT_SPELLING,
       "as what it is");
    parents_restore(&row, &changes);
    is_str(cells[1].bytes, STR("ABC"), "and taken back");
    heed("abc", "abc");
    is_number(result.change_count, 0, "the same bytes");
    heed(NULL, NULL);
    is_number(result.change_count, 0, "NULL refers to nothing");
    heed("abc", NULL);
    ok(result.change_count == 0 && !result.set_aside, "an orphan is refused by the foreign key");
    prepare(POLICY_REFUSE, POLICY_QUARANTINE);
    heed("abc ", "abc");
    ok(result.set_aside && result.value_class == CLASS_PARENT_SPELLING && result.column == 1,
       "set aside");
    is_str(cells[1].bytes, STR("abc "), "as it was");
    error_free(result.reason);
}

static void test_orphans(void)
{
    prepare(POLICY_NULL, POLICY_REFUSE);
    heed("abc", NULL);
    ok(cells[1].form == CELL_NULL, "NULL");
    ok(cells[2].form == CELL_INT, "but not where the policy is another");
    ok(result.change_count == 1 && result.changes[0].value_class == CLASS_ORPHAN, "counted");
    parents_restore(&row, &changes);
    is_str(cells[1].bytes, STR("abc"), "and taken back");
    heed("ABC", "abc");
    is_number(result.change_count, 0, "another spelling is no orphan");
    prepare(POLICY_QUARANTINE, POLICY_REPLACE);
    heed("abc", NULL);
    ok(result.set_aside && result.value_class == CLASS_ORPHAN, "set aside");
    error_free(result.reason);
}

int main(void)
{
    test_prepare();
    test_spelling();
    test_orphans();
    parent_changes_done(&changes);
    arena_free(&arena);
    return done_testing();
}
