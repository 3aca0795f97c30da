/* Throws a run away: what it made is dropped, what was there before stays. */
#include "base/limits.h"
#include "base/log.h"
#include "base/map.h"
#include "copy/copy.h"

/* The table and its partitions. */
static void add_relations(struct map *names, const struct planned_table *table)
{
    const struct target_table *target = &table->target;

    if (table->disposition != DISPOSITION_CREATED)
        return;
    map_add(names, target->name, names);
    for (size_t i = 0; i < target->partition_count; i++) {
        const struct target_partition *partition = &target->partitions[i];
        map_add(names, partition->name, names);
        for (size_t k = 0; k < partition->part_count; k++)
            map_add(names, partition->parts[k].name, names);
    }
}

struct error *copy_find_existing(struct sink_session *session, const struct plan *plan,
                                 struct arena *arena, struct str **ret_names, size_t *ret_count)
{
    struct str *names = NULL;
    size_t count = 0, capacity = 0;
    struct sink_rows rows = {0};
    const char *schema = arena_str(arena, plan->options->schema).ptr;
    struct map planned;

    map_init(&planned, arena);
    for (size_t i = 0; i < plan->table_count; i++)
        add_relations(&planned, &plan->tables[i]);
    for (size_t i = 0; i < plan->view_count; i++)
        if (plan->views[i].disposition == DISPOSITION_CREATED)
            map_add(&planned, plan->views[i].name, &planned);
    for (size_t i = 0; i < plan->sequence_count; i++)
        if (!plan->sequences[i].is_left_out)
            map_add(&planned, plan->sequences[i].target.name, &planned);
    /* Relations of every kind share one namespace, types of tables another one with domains. */
    TRY(sink_query(session,
                   "SELECT q.name, q.is_type FROM ("
                   "SELECT c.relname AS name, false AS is_type FROM pg_catalog.pg_class c"
                   " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                   " WHERE n.nspname = $1"
                   " UNION ALL SELECT t.typname, true FROM pg_catalog.pg_type t"
                   " JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
                   " WHERE n.nspname = $1 AND t.typcategory <> 'A') q"
                   " ORDER BY q.name COLLATE \"C\"",
                   1, &schema, arena, &rows));
    for (size_t r = 0; r < rows.row_count; r++) {
        struct str relation = sink_cell(&rows, r, 0);
        bool is_type = str_equal_c(sink_cell(&rows, r, 1), "t");
        for (size_t i = 0; is_type && i < plan->enum_count; i++) {
            if (str_equal(plan->enums[i].target.name, relation))
                *ARENA_PUSH(arena, names, count, capacity) = relation;
        }
        if (!is_type && map_get(&planned, relation) != NULL)
            *ARENA_PUSH(arena, names, count, capacity) = relation;
    }
    *ret_names = names;
    *ret_count = count;
    return NULL;
}

static bool step_is(const struct ledger_step *step, struct str kind, struct str name)
{
    return str_equal(step->kind, kind) && str_equal(step->state, STR("done")) &&
           (name.ptr == NULL || str_equal(step->name, name));
}

/* Before the tables, which they read. */
static void add_drop_views(struct buf *sql, struct str schema, const struct ledger_step *steps,
                           size_t step_count)
{
    bool any = false;
    for (size_t k = 0; k < step_count; k++) {
        if (!step_is(&steps[k], STR("view"), STR_NULL))
            continue;
        buf_add_c(sql, any ? ", " : "DROP VIEW IF EXISTS ");
        sink_quote_name(sql, schema, steps[k].name);
        any = true;
    }
    if (any)
        buf_add_c(sql, ";\n");
}

/* One statement for all tables: foreign keys among them do not matter then. */
static void add_drop_tables(struct buf *sql, const struct ledger_table *tables, size_t table_count,
                            const struct ledger_step *steps, size_t step_count)
{
    bool any = false;
    for (size_t i = 0; i < table_count; i++) {
        for (size_t k = 0; k < step_count; k++) {
            if (!step_is(&steps[k], STR("table"), tables[i].target_name))
                continue;
            buf_add_c(sql, any ? ", " : "DROP TABLE IF EXISTS ");
            sink_quote_name(sql, tables[i].target_schema, tables[i].target_name);
            any = true;
            break;
        }
    }
    if (any)
        buf_add_c(sql, ";\n");
}

static void add_drop_collations(struct buf *sql, struct str schema, const struct ledger_step *steps,
                                size_t step_count)
{
    for (size_t k = 0; k < step_count; k++) {
        if (!step_is(&steps[k], STR("collation"), STR_NULL))
            continue;
        buf_add_c(sql, "DROP COLLATION IF EXISTS ");
        sink_quote_name(sql, schema, steps[k].name);
        buf_add_c(sql, ";\n");
    }
}

/* Behind the tables whose columns are of them. */
static void add_drop_types(struct buf *sql, struct str schema, const struct ledger_step *steps,
                           size_t step_count)
{
    for (size_t k = 0; k < step_count; k++) {
        if (!step_is(&steps[k], STR("type"), STR_NULL))
            continue;
        buf_add_c(sql, "DROP TYPE IF EXISTS ");
        sink_quote_name(sql, schema, steps[k].name);
        buf_add_c(sql, ";\n");
    }
}

static void add_drop_sequences(struct buf *sql, struct str schema, const struct ledger_step *steps,
                               size_t step_count)
{
    for (size_t k = 0; k < step_count; k++) {
        if (!step_is(&steps[k], STR("create sequence"), STR_NULL))
            continue;
        buf_add_c(sql, "DROP SEQUENCE IF EXISTS ");
        sink_quote_name(sql, schema, steps[k].name);
        buf_add_c(sql, ";\n");
    }
}

static void add_drop_functions(struct buf *sql, struct str schema, const struct ledger_step *steps,
                               size_t step_count)
{
    for (size_t k = 0; k < step_count; k++) {
        if (!step_is(&steps[k], STR("trigger"), STR_NULL))
            continue;
        buf_add_c(sql, "DROP FUNCTION IF EXISTS ");
        sink_quote_name(sql, schema, steps[k].name);
        buf_add_c(sql, "();\n");
    }
}

struct error *copy_discard(struct ledger *ledger, struct arena *arena)
{
    struct ledger_table *tables = NULL;
    struct ledger_step *steps = NULL;
    size_t table_count = 0, step_count = 0;
    struct ledger_run run = {0};
    bool found = false;

    TRY(ledger_read_run(ledger, arena, &run, &found));
    if (!found)
        return error_new(PGC_NOTHING_TO_DISCARD, "the target holds no run");
    TRY(ledger_read_tables(ledger, arena, &tables, &table_count));
    TRY(ledger_read_steps(ledger, arena, &steps, &step_count));

    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    buf_add_c(&sql, "BEGIN;\n");
    add_drop_views(&sql, run.schema, steps, step_count);
    add_drop_tables(&sql, tables, table_count, steps, step_count);
    add_drop_collations(&sql, run.schema, steps, step_count);
    add_drop_types(&sql, run.schema, steps, step_count);
    add_drop_sequences(&sql, run.schema, steps, step_count);
    add_drop_functions(&sql, run.schema, steps, step_count);
    /* The ledger goes in the same transaction: it never tells of tables that are gone. */
    buf_add_c(&sql, "DROP SCHEMA pgconverge CASCADE;\nCOMMIT");
    struct error *error = buf_error(&sql);
    if (error == NULL)
        error = sink_exec(ledger_session(ledger), buf_c_str(&sql));
    buf_free(&sql);
    if (error != NULL)
        sink_rollback(ledger_session(ledger));
    return error;
}
