#include "copy/worker.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "base/stop.h"
#include "copy/row_text.h"

void worker_init(struct worker *worker, struct copy_pool *pool, unsigned number,
                 struct source_session *source)
{
    *worker = (struct worker){.pool = pool, .number = number};
    pthread_mutex_init(&worker->source_lock, NULL);
    worker->source = source;
    worker->out = BUF_INIT(LIMIT_ROW, "rows in COPY form");
    worker->sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    aside_init(&worker->aside);
}

static struct source_session *swap_source(struct worker *worker, struct source_session *session)
{
    pthread_mutex_lock(&worker->source_lock);
    struct source_session *before = worker->source;
    worker->source = session;
    pthread_mutex_unlock(&worker->source_lock);
    return before;
}

static void close_source(struct worker *worker)
{
    source_close(swap_source(worker, NULL));
}

void worker_interrupt(struct worker *worker)
{
    pthread_mutex_lock(&worker->source_lock);
    if (worker->source != NULL)
        source_interrupt(worker->source);
    pthread_mutex_unlock(&worker->source_lock);
}

void worker_done(struct worker *worker)
{
    close_source(worker);
    sink_close(worker->sink);
    converter_free(worker->converter);
    buf_free(&worker->out);
    buf_free(&worker->sql);
    aside_done(&worker->aside);
    parent_changes_done(&worker->respelt);
    pthread_mutex_destroy(&worker->source_lock);
}

/* ---- sessions -------------------------------------------------------------------------------- */

static struct error *open_sink(struct worker *worker)
{
    struct copy_pool *pool = worker->pool;
    char what[32];
    snprintf(what, sizeof what, "worker %u", worker->number);
    TRY(sink_open(pool->job->sink, what, &worker->sink));
    pthread_mutex_lock(&pool->ledger_lock);
    struct error *error = ledger_register_backend(pool->job->ledger, worker->sink);
    pthread_mutex_unlock(&pool->ledger_lock);
    return error;
}

static struct error *open_source(struct worker *worker)
{
    struct copy_pool *pool = worker->pool;
    struct source_session *session = NULL;
    TRY(source_open(pool->job->source, &session));
    if (worker->number != 0)
        source_set_packet_limit(session, WORKER_NARROW_PACKET);
    struct arena scratch = ARENA_INIT(LIMIT_RUN_ARENA, "source token");
    struct error *error = source_snapshot_join(session, &pool->token, &scratch);
    arena_free(&scratch);
    if (error != NULL) {
        source_close(session);
        return error;
    }
    swap_source(worker, session);
    return NULL;
}

static struct error *reopen_sessions(struct worker *worker)
{
    if (worker->sink != NULL && sink_is_dead(worker->sink)) {
        sink_close(worker->sink);
        worker->sink = NULL;
    }
    if (worker->sink == NULL)
        TRY_DOING(open_sink(worker), "reconnect worker %u to the target", worker->number);
    if (worker->source == NULL)
        TRY_DOING(open_source(worker), "reconnect worker %u to the source", worker->number);
    return NULL;
}

/* ---- one chunk ------------------------------------------------------------------------------- */

struct chunk_outcome {
    uint64_t rows;        /* written … */
    uint64_t rows_aside;  /* … and set aside */
    uint64_t rows_server; /* that PostgreSQL says it took */
    uint64_t shown;       /* of all of them, in struct copy_progress already */
    uint64_t bytes;
    bool commit_unknown;
};

static struct error *use_table(struct worker *worker, const struct table_work *work)
{
    if (worker->table == work)
        return NULL;
    converter_free(worker->converter);
    worker->converter = NULL;
    worker->table = NULL;
    TRY(converter_new(work->converts, work->column_count, &worker->converter));
    TRY(parent_changes_reserve(&worker->respelt, work->parents.column_count));
    worker->table = work;
    return NULL;
}

static struct error *send_slice(struct worker *worker, struct chunk_outcome *outcome)
{
    uint64_t start_ms = clock_ms();
    TRY(buf_error(&worker->out));
    TRY(sink_copy_send(worker->sink, worker->out.ptr, worker->out.len));
    outcome->bytes += worker->out.len;
    atomic_fetch_add(&worker->pool->job->progress->sink_wait_ms, clock_ms() - start_ms);
    buf_reset(&worker->out, 2 * LIMIT_COPY_SLICE);
    return NULL;
}

static struct error *interrupted(void)
{
    if (stop_reason() == STOP_DEADLINE)
        return error_new(PGC_DEADLINE, "the deadline cannot be kept");
    return error_new(PGC_INTERRUPTED, "stopped before the chunk was complete");
}

/* Shows rows as they go, but not row by row: an atomic word shared by all threads is not free. */
static void show_progress(struct worker *worker, struct table_work *work,
                          struct chunk_outcome *outcome)
{
    uint64_t rows = outcome->rows + outcome->rows_aside - outcome->shown;
    atomic_fetch_add_explicit(&work->progress->rows_done, rows, memory_order_relaxed);
    atomic_fetch_add_explicit(&worker->pool->job->progress->rows_done, rows, memory_order_relaxed);
    outcome->shown = outcome->rows + outcome->rows_aside;
}

/* What was shown as moved and then undone is taken back, so that progress tells the truth. */
static void take_back_progress(struct worker *worker, struct table_work *work,
                               struct chunk_outcome *outcome)
{
    atomic_fetch_sub(&work->progress->rows_done, outcome->shown);
    atomic_fetch_sub(&worker->pool->job->progress->rows_done, outcome->shown);
    outcome->shown = 0;
}

static struct error *begin_rows(struct worker *worker, const struct table_work *work)
{
    TRY(sink_copy_begin(worker->sink, &work->planned->target, work->target_columns,
                        work->column_count));
    buf_reset(&worker->out, 2 * LIMIT_COPY_SLICE);
    converter_begin_stream(&worker->out);
    return NULL;
}

/* The rows so far are with the server, and those set aside as well, in one transaction. */
static struct error *end_rows(struct worker *worker, struct table_work *work,
                              struct chunk_outcome *outcome)
{
    uint64_t rows = 0;

    converter_end_stream(&worker->out);
    TRY(send_slice(worker, outcome));
    show_progress(worker, work, outcome);
    crash_point("chunk-sent");
    TRY(sink_copy_end(worker->sink, &rows));
    outcome->rows_server += rows;
    return aside_send(&worker->aside, worker->sink);
}

/* The limit is of the whole run, and the server's to check; but no more than that is ever kept. */
static struct error *check_limit(const struct worker *worker)
{
    uint64_t allowed = worker->pool->job->plan->options->max_quarantined;

    if (worker->aside.total <= allowed)
        return NULL;
    return error_new(PGC_QUARANTINE_FULL,
                     "%" PRIu64 " rows would be set aside in one chunk alone, %" PRIu64
                     " are allowed in the run",
                     worker->aside.total, allowed);
}

/*
 * Keeps a row that shall not be written. When many are kept they go out in between: the stream of
 * good rows is ended and begun again, all in the chunk's transaction.
 */
static struct error *set_row_aside(struct worker *worker, struct table_work *work,
                                   const struct aside_row *row, struct chunk_outcome *outcome)
{
    TRY(aside_add(&worker->aside, row));
    outcome->rows_aside = worker->aside.total;
    struct error *full = check_limit(worker);
    if (full != NULL)
        return row_name(full, work, row->row, row->column, worker->pool->job->show_values);
    if (worker->aside.rows.len < LIMIT_ASIDE)
        return NULL;
    TRY(end_rows(worker, work, outcome));
    if (stop_requested())
        return interrupted();
    return begin_rows(worker, work);
}

/* What a policy had done: the row is not in the stream, or some of its values are others there. */
static struct error *heed_policies(struct worker *worker, struct table_work *work,
                                   const struct row *row, const struct convert_result *result,
                                   struct chunk_outcome *outcome)
{
    const struct copy_job *job = worker->pool->job;

    if (!result->set_aside) {
        outcome->rows++;
        aside_count(&worker->aside, work, row, result, job->show_values);
        return NULL;
    }
    struct aside_row aside = {.work = work,
                              .row = row,
                              .column = result->column,
                              .value_class = result->value_class,
                              .reason = result->reason->text,
                              .run_id = job->sink->run_id};
    struct error *error = set_row_aside(worker, work, &aside, outcome);
    error_free(result->reason);
    return error;
}

/*
 * A row of a table with policies for its references: as it shall be for the converter, and as it
 * was for everything that is said or kept of it.
 */
static struct error *add_referring_row(struct worker *worker, struct table_work *work,
                                       const struct row *row, struct chunk_outcome *outcome)
{
    bool show_values = worker->pool->job->show_values;
    struct convert_result respelt, result = {0};

    parents_heed(&work->parents, row, &worker->respelt, &respelt);
    if (respelt.set_aside)
        return heed_policies(worker, work, row, &respelt, outcome);
    struct error *error = converter_add_row(worker->converter, row, &worker->out, &result);
    parents_restore(row, &worker->respelt);
    if (error != NULL)
        return row_name(error, work, row, result.column, show_values);
    if (!result.set_aside)
        aside_count(&worker->aside, work, row, &respelt, show_values);
    return heed_policies(worker, work, row, &result, outcome);
}

static struct error *add_row(struct worker *worker, struct table_work *work, const struct row *row,
                             struct chunk_outcome *outcome)
{
    struct convert_result result;

    if (UNLIKELY(work->parents.key_count > 0))
        return add_referring_row(worker, work, row, outcome);
    struct error *error = converter_add_row(worker->converter, row, &worker->out, &result);
    if (UNLIKELY(error != NULL))
        return row_name(error, work, row, result.column, worker->pool->job->show_values);
    if (UNLIKELY(result.set_aside || result.change_count > 0))
        return heed_policies(worker, work, row, &result, outcome);
    outcome->rows++;
    return NULL;
}

static struct error *move_rows(struct worker *worker, struct source_cursor *cursor,
                               struct table_work *work, struct chunk_outcome *outcome)
{
    for (;;) {
        const struct row *row = NULL;
        TRY(source_next_row(cursor, &row));
        if (row == NULL)
            return NULL;
        TRY(add_row(worker, work, row, outcome));
        if (worker->out.len >= LIMIT_COPY_SLICE) {
            TRY(send_slice(worker, outcome));
            show_progress(worker, work, outcome);
            if (stop_requested())
                return interrupted();
        }
    }
}

static struct error *record_chunk(struct worker *worker, const struct chunk *chunk,
                                  const struct chunk_outcome *outcome)
{
    struct ledger_outcome done = {.rows = outcome->rows,
                                  .bytes = outcome->bytes,
                                  .rows_quarantined = outcome->rows_aside,
                                  .changes = worker->aside.changes,
                                  .change_count = worker->aside.change_count};

    buf_reset(&worker->sql, 64 * KIB);
    ledger_chunk_done_sql(worker->pool->job->ledger, chunk, &done, &worker->sql);
    TRY(buf_error(&worker->sql));
    return sink_exec(worker->sink, buf_c_str(&worker->sql));
}

static struct error *write_chunk(struct worker *worker, struct chunk_ref ref,
                                 struct source_cursor *cursor, struct chunk_outcome *outcome)
{
    aside_begin_chunk(&worker->aside);
    TRY(sink_begin(worker->sink));
    TRY(begin_rows(worker, ref.work));
    TRY(move_rows(worker, cursor, ref.work, outcome));
    TRY(end_rows(worker, ref.work, outcome));
    if (outcome->rows_aside > 0)
        crash_point("chunk-set-aside");
    if (outcome->rows_server != outcome->rows)
        return error_new(PGC_INTERNAL, "%" PRIu64 " rows were sent and PostgreSQL took %" PRIu64,
                         outcome->rows, outcome->rows_server);

    /* The ledger entry rides in the rows' own transaction: a crash can lose both, never one. */
    TRY(record_chunk(worker, ref.chunk, outcome));
    crash_point("chunk-before-commit");
    TRY(sink_commit(worker->sink, &outcome->commit_unknown));
    crash_point("chunk-after-commit");
    return NULL;
}

static struct error *copy_chunk(struct worker *worker, struct chunk_ref ref,
                                struct chunk_outcome *ret_outcome)
{
    CLEANUP(source_cursor_closep) struct source_cursor *cursor = NULL;

    *ret_outcome = (struct chunk_outcome){0};
    TRY(use_table(worker, ref.work));
    TRY(source_cursor_open(worker->source, &ref.work->read, ref.chunk, &cursor));
    struct error *error = write_chunk(worker, ref, cursor, ret_outcome);
    if (error != NULL && !ret_outcome->commit_unknown) {
        sink_copy_abort(worker->sink);
        sink_rollback(worker->sink);
    }
    return error;
}

/* ---- retries --------------------------------------------------------------------------------- */

/* The reply to COMMIT was lost: the ledger knows what happened, nobody else. */
static struct error *ask_ledger(struct worker *worker, struct chunk_ref ref, bool *ret_done)
{
    struct copy_pool *pool = worker->pool;
    pthread_mutex_lock(&pool->ledger_lock);
    struct error *error = ledger_chunk_is_done(pool->job->ledger, ref.chunk, ret_done);
    pthread_mutex_unlock(&pool->ledger_lock);
    return error;
}

static void drop_lost_sessions(struct worker *worker, const struct error *error)
{
    if (error->id == PGC_SOURCE_CONNECT || error->id == PGC_SOURCE_ROW_TOO_WIDE)
        close_source(worker);
}

/* Waits and connects again until it works, the time is up, or it makes no sense. */
static struct error *reconnect(struct worker *worker, struct error *error, uint64_t give_up_ms,
                               unsigned *attempt)
{
    while (error_is_temporary(error) && clock_ms() < give_up_ms) {
        log_warning("worker %u: %s; trying again", worker->number, error->text);
        atomic_fetch_add(&worker->pool->job->progress->retries, 1);
        uint64_t wait_ms = 250u << (*attempt < 5 ? *attempt : 5);
        (*attempt)++;
        if (!pool_sleep(wait_ms))
            return error;
        error_free(error);
        error = reopen_sessions(worker);
    }
    if (error != NULL)
        error->retried = true;
    return error;
}

enum chunk_fate { CHUNK_WRITTEN, CHUNK_TOO_WIDE, CHUNK_GIVEN_UP };

static struct error *copy_with_retries(struct worker *worker, struct chunk_ref ref,
                                       struct chunk_outcome *outcome, enum chunk_fate *ret_fate)
{
    uint64_t give_up_ms = 0;
    unsigned attempt = 0;
    for (;;) {
        struct error *error = copy_chunk(worker, ref, outcome);
        if (error == NULL) {
            *ret_fate = CHUNK_WRITTEN;
            return NULL;
        }
        bool unknown = outcome->commit_unknown;
        take_back_progress(worker, ref.work, outcome);
        drop_lost_sessions(worker, error);
        if (error->id == PGC_SOURCE_ROW_TOO_WIDE) {
            error_free(error);
            *ret_fate = CHUNK_TOO_WIDE;
            /* Worker 0 takes what MySQL can send at all. */
            return worker->number != 0 ? NULL
                                       : error_new(PGC_VALUE_TOO_BIG, "a row is above 1 GiB");
        }
        if (give_up_ms == 0)
            give_up_ms = clock_ms() + worker->pool->job->retry_ms;
        if (error->kind != ERROR_KIND_TEMPORARY)
            return error;
        TRY(reconnect(worker, error, give_up_ms, &attempt));
        if (unknown) {
            bool done = false;
            TRY(ask_ledger(worker, ref, &done));
            if (done) {
                show_progress(worker, ref.work, outcome);
                *ret_fate = CHUNK_WRITTEN;
                return NULL;
            }
        }
    }
}

/* ---- the thread ------------------------------------------------------------------------------ */

static struct error *do_chunk(struct worker *worker, struct chunk_ref ref,
                              enum chunk_fate *ret_fate)
{
    struct chunk_outcome outcome;
    const struct str table = ref.work->planned->source->name;
    uint64_t start_ms = clock_ms();

    if (worker->source == NULL) {
        struct error *error = reopen_sessions(worker);
        unsigned attempt = 0;
        TRY(reconnect(worker, error, start_ms + worker->pool->job->retry_ms, &attempt));
    }
    TRY_DOING(copy_with_retries(worker, ref, &outcome, ret_fate), "copy chunk %u of " STR_FMT,
              ref.chunk->id, STR_ARG(table));
    if (*ret_fate == CHUNK_WRITTEN) {
        atomic_fetch_add(&worker->pool->job->progress->bytes_done, outcome.bytes);
        atomic_fetch_add(&ref.work->progress->bytes_done, outcome.bytes);
        log_write(LOG_EVENT(.level = LOG_DEBUG, .event = "chunk.done", .phase = STR("copy"),
                            .table = table, .chunk = ref.chunk->id, .rows = (int64_t)outcome.rows,
                            .bytes = (int64_t)outcome.bytes,
                            .ms = (int64_t)(clock_ms() - start_ms)),
                  "chunk done");
    }
    return NULL;
}

static struct error *work_until_done(struct worker *worker)
{
    struct copy_pool *pool = worker->pool;
    struct chunk_ref ref;

    TRY_DOING(open_sink(worker), "connect worker %u to the target", worker->number);
    while (pool_take(pool, worker->number, &ref)) {
        enum chunk_fate fate = CHUNK_GIVEN_UP;
        struct error *error = do_chunk(worker, ref, &fate);
        if (error != NULL && worker->source == NULL &&
            (error->id == PGC_SOURCE_MOVED || error->id == PGC_SNAPSHOT) &&
            pool_retire(pool, ref)) {
            log_warning("worker %u lost its view of the snapshot; the others go on",
                        worker->number);
            error_free(error);
            return NULL;
        }
        TRY(error);
        if (fate == CHUNK_TOO_WIDE)
            pool_hand_to_wide(pool, ref);
        else
            pool_chunk_done(pool, ref);
    }
    return NULL;
}

void *worker_run(void *argument)
{
    struct worker *worker = argument;
    struct error *error = work_until_done(worker);
    if (error != NULL)
        pool_fail(worker->pool, error);
    source_thread_done();
    return NULL;
}
