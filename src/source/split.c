/*
 * Bounds of chunks. Integer keys with few gaps need no more than their ends; other keys of one
 * column are cut by dives into their index; what is left is walked with LIMIT 1 OFFSET n: the
 * server reads the index once and sends one row a chunk.
 */
#include "source/split_internal.h"

#include <inttypes.h>

#include "base/limits.h"
#include "source/select.h"

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
    session_rows_done(&rows);
    return session_release_tables(session);
}

static bool is_integer(enum source_kind kind)
{
    return kind == SOURCE_TINYINT || kind == SOURCE_SMALLINT || kind == SOURCE_MEDIUMINT ||
           kind == SOURCE_INT || kind == SOURCE_BIGINT;
}

void split_add_bound(struct split_job *job, const struct str *values, size_t value_count)
{
    struct key_bound bound = {.values = ARENA_ARRAY(job->arena, value_count, struct str),
                              .value_count = value_count};

    for (size_t i = 0; i < value_count; i++)
        bound.values[i] = arena_str(job->arena, values[i]);
    *ARENA_PUSH(job->arena, job->list.bounds, job->list.count, job->list.capacity) = bound;
}

/* *ret_ends as two's complement; *ret_empty when the table has no rows. */
static struct error *read_ends(struct split_job *job, const struct source_column *column,
                               uint64_t ret_ends[2], bool *ret_empty)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    bool more;

    buf_reset(&job->sql, 64 * KIB);
    buf_add_c(&job->sql, "SELECT MIN(");
    source_quote_ident(&job->sql, column->name);
    buf_add_c(&job->sql, "), MAX(");
    source_quote_ident(&job->sql, column->name);
    buf_add_c(&job->sql, ") FROM ");
    source_quote_table(&job->sql, job->database, job->table->name);
    TRY(buf_error(&job->sql));
    TRY(session_rows_open(job->session, buf_str(&job->sql), &rows));
    TRY(session_rows_next(&rows, &more));
    *ret_empty = !more || rows.cells[0].ptr == NULL || rows.cells[1].ptr == NULL;
    for (size_t i = 0; i < 2 && !*ret_empty; i++) {
        int64_t number = 0;

        if (column->type.is_unsigned ? !str_to_u64(rows.cells[i], &ret_ends[i])
                                     : !str_to_i64(rows.cells[i], &number))
            return error_new(PGC_INTERNAL, "an integer key's end is no number");
        if (!column->type.is_unsigned)
            ret_ends[i] = (uint64_t)number;
    }
    return NULL;
}

/* Few gaps: the range is at most half again as large as the estimated number of rows. */
static bool is_dense(uint64_t span, uint64_t rows_estimate)
{
    uint64_t rows = rows_estimate > 0 ? rows_estimate : 1;

    return span / 3 <= rows / 2;
}

static void add_steps(struct split_job *job, const uint64_t ends[2], bool is_unsigned)
{
    uint64_t span = ends[1] - ends[0], step = job->rows_per_chunk;

    for (uint64_t at = step - 1; at < span; at += step) {
        uint64_t value = ends[0] + at;
        char text[24];
        struct str digits = {.ptr = text};

        digits.len =
            (size_t)(is_unsigned ? snprintf(text, sizeof text, "%" PRIu64, value)
                                 : snprintf(text, sizeof text, "%" PRId64, (int64_t)value));
        split_add_bound(job, &digits, 1);
        if (span - at < step)
            break;
    }
}

/* A dense integer key; *ret_done also when the table is empty. */
static struct error *split_by_steps(struct split_job *job, bool *ret_done)
{
    const struct source_column *first = &job->table->columns[job->key.columns[0]];
    uint64_t ends[2] = {0};
    bool empty;

    *ret_done = false;
    if (job->key.column_count != 1 || !is_integer(first->type.kind))
        return NULL;
    TRY(read_ends(job, first, ends, &empty));
    *ret_done = empty || is_dense(ends[1] - ends[0], job->table->rows_estimate);
    if (*ret_done && !empty)
        add_steps(job, ends, first->type.is_unsigned);
    return NULL;
}

/* The last row of the next chunk, when there are that many rows left. */
static struct error *read_step(struct split_job *job, size_t column_count, bool *ret_found)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};

    TRY(session_rows_open(job->session, buf_str(&job->sql), &rows));
    TRY(session_rows_next(&rows, ret_found));
    if (!*ret_found)
        return NULL;
    for (size_t i = 0; i < column_count; i++)
        if (rows.cells[i].ptr == NULL)
            return error_new(PGC_INTERNAL, "a chunk key holds a NULL");
    split_add_bound(job, rows.cells, column_count);
    return NULL;
}

static struct error *split_by_walk(struct split_job *job)
{
    size_t usable = select_usable_columns(job->table, job->key);
    bool found = usable > 0 && usable <= SESSION_COLUMNS_MAX;

    while (found) {
        const struct key_bound *last =
            job->list.count > 0 ? &job->list.bounds[job->list.count - 1] : NULL;

        buf_reset(&job->sql, 64 * KIB);
        buf_add_c(&job->sql, "SELECT ");
        for (size_t i = 0; i < usable; i++) {
            if (i > 0)
                buf_add_c(&job->sql, ", ");
            source_quote_ident(&job->sql, job->table->columns[job->key.columns[i]].name);
        }
        buf_add_c(&job->sql, " FROM ");
        source_quote_table(&job->sql, job->database, job->table->name);
        select_add_index(&job->sql, job->table, job->key);
        TRY(select_add_range(&job->sql, job->table, job->key, last, NULL));
        select_add_order(&job->sql, job->table, job->key, usable);
        buf_add_format(&job->sql, " LIMIT 1 OFFSET %" PRIu64, job->rows_per_chunk - 1);
        TRY(buf_error(&job->sql));
        TRY(read_step(job, usable, &found));
    }
    return NULL;
}

static struct error *find_bounds(struct split_job *job)
{
    bool done;

    TRY(split_by_steps(job, &done));
    if (!done)
        TRY(split_by_dives(job, &done));
    return done ? NULL : split_by_walk(job);
}

struct error *source_split(struct source_session *session, const struct source_read *read,
                           uint64_t rows_per_chunk, struct arena *arena,
                           struct key_bound **ret_bounds, size_t *ret_count)
{
    struct split_job job = {
        .session = session,
        .database = read->database,
        .table = read->table,
        .key = read->key,
        .rows_per_chunk = rows_per_chunk,
        .arena = arena,
        .sql = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT"),
    };
    struct error *error = NULL;

    if (rows_per_chunk == 0)
        return error_new(PGC_INTERNAL, "a chunk of no rows was asked for");
    if (read->key.column_count > 0) {
        TRY(session_set_results(session, RESULTS_RAW));
        error = find_bounds(&job);
        if (error == NULL)
            error = session_release_tables(session);
    }
    buf_free(&job.sql);
    if (error != NULL)
        return error_add_context(error, "split table " STR_FMT " into chunks",
                                 STR_ARG(read->table->name));
    *ret_bounds = job.list.bounds;
    *ret_count = job.list.count;
    return NULL;
}
