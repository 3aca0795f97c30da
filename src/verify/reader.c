/* One thread: reads a piece of one side, row by row, and gathers what the pass wants. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/stop.h"
#include "verify/work.h"

/* Rows between two looks at the stop word and the progress. */
#define ROWS_AT_ONCE 256
/* The row's buffer gives memory above this back. */
#define ROW_KEPT (4 * MIB)

struct error *reader_init(struct reader *reader, struct work *work, unsigned number)
{
    *reader = (struct reader){.work = work, .number = number};
    pthread_mutex_init(&reader->source_lock, NULL);
    reader->row = (struct canonical_row){
        .bytes = BUF_INIT(LIMIT_ROW, "a row in canonical form"),
        .text = BUF_INIT(LIMIT_ROW, "a decoded text"),
        .scratch = ARENA_INIT(LIMIT_ROW, "a JSON document"),
        .seed = work->seed,
        .long_limit = CANONICAL_LONG,
    };
    reader->gathering.kept = ARENA_INIT(2 * LIMIT_ROWS_KEPT, "rows that differ");
    reader->gathering.sums = calloc(BUCKETS, sizeof *reader->gathering.sums);
    if (reader->gathering.sums == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for a reader");
    return NULL;
}

void reader_done(struct reader *reader)
{
    struct source_session *source;

    pthread_mutex_lock(&reader->source_lock);
    source = reader->source;
    reader->source = NULL;
    pthread_mutex_unlock(&reader->source_lock);
    source_close(source);
    sink_close(reader->sink);
    buf_free(&reader->row.bytes);
    buf_free(&reader->row.text);
    arena_free(&reader->row.scratch);
    gathering_free(&reader->gathering);
    free(reader->fields);
    pthread_mutex_destroy(&reader->source_lock);
}

void reader_interrupt(struct reader *reader)
{
    pthread_mutex_lock(&reader->source_lock);
    if (reader->source != NULL)
        source_interrupt(reader->source);
    pthread_mutex_unlock(&reader->source_lock);
}

/* ---- rows ------------------------------------------------------------------------------------ */

struct counts {
    uint64_t rows, bytes;
};

/* Told to the progress and forgotten; also the place where a stop is seen. */
static struct error *settle(struct reader *reader, const struct piece *piece, struct counts *counts)
{
    struct copy_progress *progress = reader->work->job->progress;

    if (reader->work->stopping || stop_requested())
        return error_new(PGC_INTERRUPTED, "stopped while a table was compared");
    atomic_fetch_add(&progress->bytes_done, counts->bytes);
    if (piece->side == SIDE_SOURCE && piece->table->pass == PASS_SUMS) {
        atomic_fetch_add(&progress->rows_done, counts->rows);
        atomic_fetch_add(&progress->tables[piece->table->planned->number].rows_done, counts->rows);
    }
    *counts = (struct counts){0};
    return NULL;
}

/* --throttle: waits until as much time has gone by as the bytes read so far may take. */
static void throttle(struct reader *reader, uint64_t bytes)
{
    struct work *work = reader->work;
    uint64_t rate = work->job->source_bytes_s;

    if (rate == 0)
        return;
    uint64_t total = atomic_fetch_add(&work->source_bytes, bytes) + bytes;
    while (!stop_requested() && !work->stopping &&
           (clock_ms() - work->start_ms) * rate < total * 1000)
        clock_sleep_ms(20);
}

static struct error *take_row(struct reader *reader, const struct piece *piece,
                              const struct str *cells, struct counts *counts)
{
    const struct work_table *table = piece->table;
    struct canonical_row *row = &reader->row;
    size_t key_len = 0;

    buf_reset(&row->bytes, ROW_KEPT);
    /* What was set aside is the source's own. */
    enum canonical_side form = piece->side == SIDE_TARGET && piece->number >= table->target_pieces
                                   ? SIDE_SOURCE
                                   : piece->side;
    for (size_t i = 0; i < table->column_count; i++) {
        canonical_add(&table->columns[i], form, cells[i], row);
        counts->bytes += cells[i].len;
        if (i + 1 == table->key_count)
            key_len = row->bytes.len;
    }
    if (UNLIKELY(row->bytes.failed))
        return buf_error(&row->bytes);
    if (!gather_row(table, piece->side, &reader->gathering, buf_str(&row->bytes), key_len,
                    row->seed))
        return error_new(PGC_NO_MEMORY, "no memory for the rows that differ");
    counts->rows++;
    return NULL;
}

static struct error *read_source(struct reader *reader, const struct piece *piece)
{
    const struct work_table *table = piece->table;
    CLEANUP(source_text_closep) struct source_text_cursor *cursor = NULL;
    bool has_lower = piece->number > 0;
    bool has_upper = piece->number + 1 < table->sides[SIDE_SOURCE].pieces;
    struct source_text_read read = {
        .database = reader->work->job->plan->catalog->database,
        .table = table->planned->source,
        .columns = table->source_columns,
        .taken = table->taken,
        .column_count = table->column_count,
        .range_column = table->range_column,
        .has_lower = has_lower,
        .has_upper = has_upper,
        .lower = has_lower ? table->bounds[piece->number - 1] : 0,
        .upper = has_upper ? table->bounds[piece->number] : 0,
    };
    struct counts counts = {0};

    TRY(source_text_open(reader->source, &read, &cursor));
    for (;;) {
        const struct str *cells = NULL;

        TRY(source_text_next(cursor, &cells));
        if (cells == NULL)
            return settle(reader, piece, &counts);
        TRY(take_row(reader, piece, cells, &counts));
        if (counts.rows >= ROWS_AT_ONCE || counts.bytes > MIB) {
            throttle(reader, counts.bytes);
            TRY(settle(reader, piece, &counts));
        }
    }
}

static struct error *target_query(const struct work_table *table, unsigned number, struct buf *sql)
{
    unsigned pieces = table->target_pieces;

    if (number >= pieces) {
        buf_add_str(sql, table->aside_select);
        return buf_error(sql);
    }
    buf_add_str(sql, table->target_select);
    if (pieces > 1)
        buf_add_c(sql, " WHERE ");
    if (number > 0)
        buf_add_format(sql, "ctid >= '(%llu,0)'::pg_catalog.tid%s",
                       (unsigned long long)number * table->blocks_per_piece,
                       number + 1 < pieces ? " AND " : "");
    if (number + 1 < pieces)
        buf_add_format(sql, "ctid < '(%llu,0)'::pg_catalog.tid",
                       ((unsigned long long)number + 1) * table->blocks_per_piece);
    return buf_error(sql);
}

static struct error *read_target(struct reader *reader, const struct piece *piece)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    const struct work_table *table = piece->table;
    struct counts counts = {0};

    TRY(target_query(table, piece->number, &sql));
    TRY(sink_copy_out_begin(reader->sink, buf_c_str(&sql)));
    for (;;) {
        bool more = false;
        struct error *error =
            sink_copy_out_next(reader->sink, reader->fields, table->column_count, &more);

        if (error == NULL && !more)
            return settle(reader, piece, &counts);
        if (error == NULL)
            error = take_row(reader, piece, reader->fields, &counts);
        if (error == NULL && (counts.rows >= ROWS_AT_ONCE || counts.bytes > MIB))
            error = settle(reader, piece, &counts);
        if (error != NULL) {
            sink_copy_out_abort(reader->sink);
            return error;
        }
    }
}

/* ---- the thread ------------------------------------------------------------------------------ */

static struct error *read_piece(struct reader *reader, const struct piece *piece)
{
    const struct work_table *table = piece->table;
    struct error *error;

    if (reader->field_count < table->column_count) {
        free(reader->fields);
        reader->fields = calloc(table->column_count, sizeof *reader->fields);
        reader->field_count = reader->fields != NULL ? table->column_count : 0;
        if (reader->fields == NULL)
            return error_new(PGC_NO_MEMORY, "no memory for %zu columns", table->column_count);
    }
    gathering_reset(&reader->gathering);
    error = piece->side == SIDE_SOURCE ? read_source(reader, piece) : read_target(reader, piece);
    if (error != NULL)
        return error_add_context(error, "compare " STR_FMT, STR_ARG(table->planned->source->name));
    return work_finish(reader->work, piece, &reader->gathering);
}

void *reader_main(void *argument)
{
    struct reader *reader = argument;
    struct piece piece;
    enum canonical_side preferred = reader->number % 2 == 0 ? SIDE_SOURCE : SIDE_TARGET;

    while (work_take(reader->work, reader->source != NULL, preferred, &piece)) {
        struct error *error = read_piece(reader, &piece);
        if (error == NULL)
            continue;
        work_fail(reader->work, error);
        break;
    }
    source_thread_done();
    return NULL;
}
