/* Whether the next number of each identity column is still free. */
#include "base/limits.h"
#include "sink/sink.h"
#include "verify/sql.h"
#include "verify/structure_internal.h"

/* Each holds a lock (AccessShareLock, which meets nobody's writing) on a table and a sequence. */
#define BATCH_COLUMNS 100

struct identity {
    const struct part *column;
    struct str sequence; /* quoted, with its schema */
    struct str increment;
};

static struct error *read_identities(const struct structure_check *check, struct arena *arena,
                                     const struct structure_result *result,
                                     struct identity **ret_items, size_t *ret_count)
{
    const char *params[] = {check->plan->options->schema.ptr};
    struct identity *items = NULL;
    size_t count = 0, capacity = 0;
    struct sink_rows rows = {0};

    params[0] = arena_str(arena, check->plan->options->schema).ptr;
    TRY_DOING(sink_query(check->session, sql_structure_identity, 1, params, arena, &rows),
              "look for the sequences of identity columns");
    for (size_t i = 0; i < rows.row_count; i++) {
        struct identity item = {
            .column = structure_find(&result->expected, PART_COLUMN, check->plan->options->schema,
                                     sink_cell(&rows, i, 0), sink_cell(&rows, i, 1)),
            .sequence = sink_cell(&rows, i, 2),
            .increment = sink_cell(&rows, i, 3),
        };
        if (item.column == NULL || part_value(item.column, PART_COLUMN_IDENTITY).ptr == NULL)
            continue;
        *ARENA_PUSH(arena, items, count, capacity) = item;
    }
    *ret_items = items;
    *ret_count = count;
    return NULL;
}

/* Numeric, because the number behind the last one of a bigint is none. */
static void add_branch(struct buf *sql, size_t n, const struct identity *item)
{
    buf_add_format(sql, "%sSELECT %zu, q.top, q.next FROM (SELECT (SELECT pg_catalog.max(t.",
                   n > 0 ? "\nUNION ALL " : "", n);
    sink_quote_ident(sql, item->column->name);
    buf_add_c(sql, ")::numeric FROM ");
    sink_quote_name(sql, item->column->schema, item->column->table);
    buf_add_c(sql, " t) AS top, (SELECT CASE WHEN s.is_called THEN s.last_value::numeric + ");
    buf_add_str(sql, item->increment);
    buf_add_c(sql, " ELSE s.last_value END FROM ");
    buf_add_str(sql, item->sequence);
    buf_add_c(sql, " s) AS next) q WHERE q.next <= q.top");
}

static struct error *check_batch(const struct structure_check *check, struct arena *arena,
                                 const struct identity *items, size_t count,
                                 struct difference_list *list)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    struct sink_rows rows = {0};

    for (size_t i = 0; i < count; i++)
        add_branch(&sql, i, &items[i]);
    TRY(buf_error(&sql));
    TRY_DOING(sink_query(check->session, buf_c_str(&sql), 0, NULL, arena, &rows),
              "compare sequences with their columns");
    for (size_t i = 0; i < rows.row_count; i++) {
        uint64_t n = 0;

        if (!str_to_u64(sink_cell(&rows, i, 0), &n) || n >= count)
            return error_new(PGC_INTERNAL, "an answer about no column");
        *ARENA_PUSH(arena, list->items, list->count, list->capacity) = (struct difference){
            .change = DIFFERENCE_CHANGED,
            .object = items[n].column,
            .property = STRUCTURE_NEXT_VALUE,
            .left = arena_format(arena, "above " STR_FMT, STR_ARG(sink_cell(&rows, i, 1))),
            .right = sink_cell(&rows, i, 2),
        };
    }
    return NULL;
}

struct error *structure_check_sequences(const struct structure_check *check, struct arena *arena,
                                        struct structure_result *result)
{
    struct identity *items = NULL;
    size_t count = 0;

    TRY(read_identities(check, arena, result, &items, &count));
    for (size_t i = 0; i < count; i += BATCH_COLUMNS) {
        size_t left = count - i;

        TRY(check_batch(check, arena, &items[i], left < BATCH_COLUMNS ? left : BATCH_COLUMNS,
                        &result->differences));
    }
    return NULL;
}
