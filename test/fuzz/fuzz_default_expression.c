/*
 * Any bytes as the expression of a default, a CHECK, a generated column and an index part: whatever
 * they are, the plan is made; what is translated closes its quotes and ends no statement.
 */
#include "base/limits.h"
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

/* SQL that we composed: quotes and parentheses close, and nothing ends the statement. */
static void look_at(struct str sql)
{
    char quote = '\0';
    long depth = 0;

    for (size_t i = 0; i < sql.len; i++) {
        char c = sql.ptr[i];
        if (c == '\0')
            abort();
        if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
            continue;
        }
        if (c == '\'' || c == '"')
            quote = c;
        depth += (c == '(') - (c == ')');
        if (depth < 0 || c == ';')
            abort();
    }
    if (quote != '\0' || depth != 0)
        abort();
}

static struct source_column column(const char *name, enum source_kind kind, struct str text)
{
    struct source_column column = {.name = str_of(name), .nullable = true};

    column.type = (struct source_type){.kind = kind,
                                       .text = STR("type"),
                                       .length = 20,
                                       .precision = 10,
                                       .scale = 2,
                                       .max_bytes = 80,
                                       .charset = STR("utf8mb4"),
                                       .collation = STR("utf8mb4_bin")};
    column.has_default = column.default_is_expression = text.ptr != NULL;
    column.default_text = text;
    return column;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct arena arena = ARENA_INIT(LIMIT_RUN_ARENA, "fuzz");
    struct str text = arena_str(&arena, (struct str){(const char *)bytes, size});
    struct source_column columns[] = {
        column("i", SOURCE_INT, text),        column("s", SOURCE_VARCHAR, text),
        column("d", SOURCE_DECIMAL, text),    column("at", SOURCE_DATETIME, text),
        column("by", SOURCE_VARBINARY, text), column("j", SOURCE_JSON, text),
        column("l", SOURCE_VARCHAR, text),    column("g", SOURCE_INT, STR_NULL),
    };
    struct source_check check = {STR("c"), text, true};
    struct source_index_part part = {.column = -1, .expression = text};
    struct source_index index = {
        .name = STR("k"), .kind = INDEX_PLAIN, .parts = &part, .part_count = 1};
    struct source_table table = {.name = STR("t"),
                                 .engine = STR("InnoDB"),
                                 .columns = columns,
                                 .column_count = sizeof columns / sizeof *columns,
                                 .checks = &check,
                                 .check_count = 1,
                                 .indexes = &index,
                                 .index_count = 1};
    struct source_catalog catalog = {.database = STR("app"), .tables = &table, .table_count = 1};
    struct source_facts facts = {.time_zone = STR("UTC")};
    struct plan_options options = {.schema = STR("public"), .owner = STR("")};
    struct plan plan;

    columns[6].default_is_expression = false;
    columns[7].is_generated = columns[7].generated_stored = true;
    columns[7].generation = text;
    struct error *error = plan_make(&catalog, &facts, &options, &arena, &plan);
    if (error != NULL)
        abort();
    const struct planned_table *planned = &plan.tables[0];
    for (size_t i = 0; i < planned->column_count; i++) {
        look_at(planned->target.columns[i].default_sql);
        look_at(planned->target.columns[i].generated_sql);
    }
    for (size_t i = 0; i < planned->target.check_count; i++)
        look_at(planned->target.checks[i].expression_sql);
    if (planned->indexes[0].translated)
        look_at(planned->indexes[0].target.parts[0].expression_sql);
    arena_free(&arena);
    return 0;
}
