/*
 * Bounds of chunks. A key's index is walked with LIMIT 1 OFFSET n: the server reads the index once
 * and sends one row a chunk. Integer keys with few gaps need not even that.
 */
#include "source/session_internal.h"

#include <inttypes.h>

#include "base/limits.h"
#include "source/select.h"

struct bound_list {
    struct key_bound *bounds;
    size_t count, capacity;
};

struct error *source_count_rows(struct source_session *session, struct str database,
                                const struct source_table *table, uint64_t *ret_rows)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT");
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    bool more;

    buf_add_c(&sql, "SELECT COUNT(*) FROM ");
    source_quote_table(&sql, database, table->name);
    TRY(buf_error(&sql));
    TRY_DOING(session_rows_open(session, buf_str(&sql), &rows), "count the rows of " STR_FMT,
              STR_ARG(table->name));
    TRY_DOING(session_rows_next(&rows, &more), "count the rows of " STR_FMT, STR_ARG(table->name));
    if (!more || !str_to_u64(rows.cells[0], ret_rows))
        return error_new(PGC_INTERNAL, "COUNT(*) gave no number");
    return NULL;
}

static bool is_integer(enum source_kind kind)
{
    return kind == SOURCE_TINYINT || kind == SOURCE_SMALLINT || kind == SOURCE_MEDIUMINT ||
           kind == SOURCE_INT || kind == SOURCE_BIGINT;
}

static void add_bound(struct bound_list *list, struct arena *arena, const struct str *values,
                      size_t value_count)
{
    struct key_bound bound = {.values = ARENA_ARRAY(arena, value_count, struct str),
                              .value_count = value_count};

    for (size_t i = 0; i < value_count; i++)
        bound.values[i] = arena_str(arena, values[i]);
    *ARENA_PUSH(arena, list->bounds, list->count, list->capacity) = bound;
}

/* *ret_first and *ret_last as two's complement; *ret_empty when the table has no rows. */
static struct error *read_ends(struct source_session *session, struct str database,
                               const struct source_table *table, const struct source_column *column,
                               uint64_t ret_ends[2], bool *ret_empty)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT");
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    bool more;

    buf_add_c(&sql, "SELECT MIN(");
    source_quote_ident(&sql, column->name);
    buf_add_c(&sql, "), MAX(");
    source_quote_ident(&sql, column->name);
    buf_add_c(&sql, ") FROM ");
    source_quote_table(&sql, database, table->name);
    TRY(buf_error(&sql));
    TRY(session_rows_open(session, buf_str(&sql), &rows));
    TRY(session_rows_next(&rows, &more));
    *ret_empty = !more || rows.cells[0].ptr == NULL || rows.cells[1].ptr == NULL;
    for (size_t i = 0; i < 2 && !*ret_empty; i++) {
        int64_t number;

        if (column->type.is_unsigned ? str_to_u64(rows.cells[i], &ret_ends[i])
                                     : str_to_i64(rows.cells[i], &number)) {
            if (!column->type.is_unsigned)
                ret_ends[i] = (uint64_t)number;
        } else {
            return error_new(PGC_INTERNAL, "an integer key's end is no number");
        }
    }
    return NULL;
}

/* Few gaps: the range is at most half again as large as the estimated number of rows. */
static bool is_dense(uint64_t span, uint64_t rows_estimate)
{
    uint64_t rows = rows_estimate > 0 ? rows_estimate : 1;

    return span / 3 <= rows / 2;
}

static void add_steps(struct bound_list *list, struct arena *arena, const uint64_t ends[2],
                      uint64_t step, bool is_unsigned)
{
    uint64_t span = ends[1] - ends[0];

    for (uint64_t at = step - 1; at < span; at += step) {
        uint64_t value = ends[0] + at;
        char text[24];
        struct str digits = {.ptr = text};

        digits.len =
            (size_t)(is_unsigned ? snprintf(text, sizeof text, "%" PRIu64, value)
                                 : snprintf(text, sizeof text, "%" PRId64, (int64_t)value));
        add_bound(list, arena, &digits, 1);
        if (span - at < step)
            break;
    }
}

/* The row `skip` rows behind `last` in key order; false in *ret_found when there is none. */
static struct error *read_step(struct source_session *session, size_t column_count, struct buf *sql,
                               struct arena *arena, struct bound_list *list, bool *ret_found)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};

    TRY(session_rows_open(session, buf_str(sql), &rows));
    TRY(session_rows_next(&rows, ret_found));
    if (!*ret_found)
        return NULL;
    for (size_t i = 0; i < column_count; i++)
        if (rows.cells[i].ptr == NULL)
            return error_new(PGC_INTERNAL, "a chunk key holds a NULL");
    add_bound(list, arena, rows.cells, column_count);
    return NULL;
}

static struct error *walk(struct source_session *session, struct str database,
                          const struct source_table *table, struct source_key key,
                          uint64_t rows_per_chunk, struct arena *arena, struct bound_list *list)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT");
    size_t usable = select_usable_columns(table, key);
    bool found = usable > 0 && usable <= SESSION_COLUMNS_MAX;

    while (found) {
        const struct key_bound *last = list->count > 0 ? &list->bounds[list->count - 1] : NULL;

        buf_reset(&sql, 64 * KIB);
        buf_add_c(&sql, "SELECT ");
        for (size_t i = 0; i < usable; i++) {
            if (i > 0)
                buf_add_c(&sql, ", ");
            source_quote_ident(&sql, table->columns[key.columns[i]].name);
        }
        buf_add_c(&sql, " FROM ");
        source_quote_table(&sql, database, table->name);
        select_add_index(&sql, table, key);
        TRY(select_add_range(&sql, table, key, last, NULL));
        select_add_order(&sql, table, key, usable);
        buf_add_format(&sql, " LIMIT 1 OFFSET %" PRIu64, rows_per_chunk - 1);
        TRY(buf_error(&sql));
        TRY(read_step(session, usable, &sql, arena, list, &found));
    }
    return NULL;
}

static struct error *find_bounds(struct source_session *session, struct str database,
                                 const struct source_table *table, struct source_key key,
                                 uint64_t rows_per_chunk, struct arena *arena,
                                 struct bound_list *list)
{
    const struct source_column *first = &table->columns[key.columns[0]];
    uint64_t ends[2] = {0};
    bool empty;

    if (key.column_count != 1 || !is_integer(first->type.kind))
        return walk(session, database, table, key, rows_per_chunk, arena, list);
    TRY(read_ends(session, database, table, first, ends, &empty));
    if (empty)
        return NULL;
    if (!is_dense(ends[1] - ends[0], table->rows_estimate))
        return walk(session, database, table, key, rows_per_chunk, arena, list);
    add_steps(list, arena, ends, rows_per_chunk, first->type.is_unsigned);
    return NULL;
}

struct error *source_split(struct source_session *session, struct str database,
                           const struct source_table *table, struct source_key key,
                           uint64_t rows_per_chunk, struct arena *arena,
                           struct key_bound **ret_bounds, size_t *ret_count)
{
    struct bound_list list = {0};

    if (rows_per_chunk == 0)
        return error_new(PGC_INTERNAL, "a chunk of no rows was asked for");
    if (key.column_count > 0) {
        TRY(session_set_results(session, RESULTS_RAW));
        TRY_DOING(find_bounds(session, database, table, key, rows_per_chunk, arena, &list),
                  "split table " STR_FMT " into chunks", STR_ARG(table->name));
    }
    *ret_bounds = list.bounds;
    *ret_count = list.count;
    return NULL;
}
