/* Tables whose rows PostgreSQL cannot hold; the limits are those at which PostgreSQL 17 refuses. */
#include "build.h"

static struct source_table *table;

static void columns(size_t count, const char *type, bool nullable)
{
    for (size_t i = 0; i < count; i++) {
        add_column(table, arena_format(&arena, "c%zu", table->column_count).ptr, type);
        table->columns[table->column_count - 1].nullable = nullable;
    }
}

static void begin(void)
{
    forget_tables();
    table = add_table("wide");
    table->columns = ARENA_ARRAY(&arena, 2000, struct source_column);
}

static void finds(int blockers, int notes, const char *what)
{
    ok(build_plan(), "planned: %s", what);
    is_number(plan_count_findings(&plan, SEVERITY_BLOCKER), blockers, "%s: blockers", what);
    is_number(plan_count_findings(&plan, SEVERITY_NOTE), notes, "%s: notes", what);
}

int main(void)
{
    begin();
    columns(1600, "smallint", false);
    finds(0, 0, "1600 columns");
    begin();
    columns(1601, "smallint", false);
    finds(1, 0, "1601 columns");
    ok_finding(SEVERITY_BLOCKER, "app.wide", "has 1601 columns, and PostgreSQL takes 1600");

    /* Behind a header of 24 bytes. */
    begin();
    columns(1017, "bigint", false);
    finds(0, 1, "8160 bytes, and a bitmap that is not needed");
    begin();
    columns(1017, "bigint", false);
    columns(1, "tinyint", false);
    finds(1, 0, "8162 bytes");
    ok_finding(SEVERITY_BLOCKER, "app.wide", "a row has 8162 bytes or more");
    begin();
    columns(1, "smallint", false);
    columns(1017, "bigint", false);
    finds(1, 0, "a gap counts");

    begin();
    columns(1100, "datetime", true);
    finds(0, 1, "with NULLs there is room");
    ok_finding(SEVERITY_NOTE, "app.wide", "a row with a value in every column can have 8968 bytes");
    begin();
    columns(380, "varchar(200)", false);
    finds(0, 0, "long texts stand elsewhere");
    begin();
    columns(400, "varchar(200)", false);
    finds(0, 1, "short ones do not");
    return done_testing();
}
