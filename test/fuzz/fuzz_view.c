/*
 * Any bytes as the text of a view, of which another view reads: whatever they are, the plan is
 * made; what is translated closes its quotes and parentheses and ends no statement. What stands
 * behind the first line end, if any, is the text of the second view.
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

static struct source_column column(const char *name, enum source_kind kind, const char *collation)
{
    struct source_column column = {.name = str_of(name), .nullable = true};
    static struct str labels[] = {{"a", 1}, {"b'", 2}};

    column.type = (struct source_type){.kind = kind,
                                       .text = STR("type"),
                                       .length = 20,
                                       .precision = 10,
                                       .scale = 2,
                                       .max_bytes = 80,
                                       .labels = labels,
                                       .label_count = kind == SOURCE_ENUM ? 2 : 0,
                                       .charset = STR("utf8mb4"),
                                       .collation = str_of(collation)};
    return column;
}

static struct str with_head(struct arena *arena, const unsigned char *bytes, size_t size)
{
    static const char head[] = "CREATE SQL SECURITY INVOKER VIEW `v` AS ";
    char *text = arena_alloc(arena, sizeof head + size);

    memcpy(text, head, sizeof head - 1);
    memcpy(text + sizeof head - 1, bytes, size);
    return (struct str){text, sizeof head - 1 + size};
}

static void plan_views(struct arena *arena, struct source_object *objects, size_t count,
                       enum source_flavor flavor)
{
    struct source_column columns[] = {
        column("i", SOURCE_INT, ""),
        column("s", SOURCE_VARCHAR, "utf8mb4_general_ci"),
        column("x", SOURCE_VARCHAR, "utf8mb4_0900_bin"),
        column("d", SOURCE_DECIMAL, ""),
        column("f", SOURCE_DOUBLE, ""),
        column("at", SOURCE_DATETIME, ""),
        column("ts", SOURCE_TIMESTAMP, ""),
        column("day", SOURCE_DATE, ""),
        column("e", SOURCE_ENUM, "utf8mb4_general_ci"),
        column("by", SOURCE_VARBINARY, ""),
        column("j", SOURCE_JSON, "utf8mb4_bin"),
    };
    struct source_table table = {.name = STR("t"),
                                 .engine = STR("InnoDB"),
                                 .columns = columns,
                                 .column_count = sizeof columns / sizeof *columns};
    struct source_catalog catalog = {.database = STR("app"),
                                     .flavor = flavor,
                                     .tables = &table,
                                     .table_count = 1,
                                     .objects = objects,
                                     .object_count = count};
    struct source_facts facts = {.time_zone = STR("UTC")};
    struct plan_options options = {.schema = STR("public"), .owner = STR("")};
    struct plan plan;
    struct error *error = plan_make(&catalog, &facts, &options, arena, &plan);

    if (error != NULL || plan.view_count != count)
        abort();
    for (size_t i = 0; i < plan.view_count; i++)
        if (plan.views[i].disposition == DISPOSITION_CREATED)
            look_at(plan.views[i].query_sql);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct arena arena = ARENA_INIT(LIMIT_RUN_ARENA, "fuzz");
    const unsigned char *line_end = size > 0 ? memchr(bytes, '\n', size) : NULL;
    size_t first = line_end != NULL ? (size_t)(line_end - bytes) : size;
    struct source_object objects[] = {
        {.kind = OBJECT_VIEW, .name = STR("v"), .text = with_head(&arena, bytes, first)},
        {.kind = OBJECT_VIEW, .name = STR("w"), .text = with_head(&arena, bytes, 0)},
    };

    if (line_end != NULL)
        objects[1].text = with_head(&arena, line_end + 1, size - first - 1);
    plan_views(&arena, objects, 2, FLAVOR_MYSQL);
    plan_views(&arena, objects, 2, FLAVOR_MARIADB);
    arena_free(&arena);
    return 0;
}
