/* Rows that were set aside, tried again. */
#include <inttypes.h>

#include "base/limits.h"
#include "base/stop.h"
#include "copy/prepare.h"

struct retry {
    const struct copy_retry *job;
    struct ledger_run run;
    struct sink_session *sink;
    struct map charsets;
    struct arena *arena;
    struct table_work *works; /* by number of the planned table; made when first needed */
    struct converter **converters;
    struct buf out, sql;
};

/* ---- what a table needs ---------------------------------------------------------------------- */

static struct error *refuse_table(const struct ledger_row *row)
{
    return error_with_fix(
        error_with_object(error_new(PGC_LEDGER, "the table is not planned now as it was then"),
                          STR_FMT, STR_ARG(row->source_table)),
        "give the options and types that the run was made with; policies may be others. What "
        "cannot be written so is in pgconverge quarantine export");
}

static struct error *use_table(struct retry *retry, const struct ledger_row *row,
                               struct table_work *work)
{
    const struct plan *plan = retry->job->plan;

    if (work->planned != NULL)
        return NULL;
    const struct planned_table *planned = &plan->tables[row->table];
    if (planned->disposition != DISPOSITION_CREATED ||
        !str_equal(planned->source->name, row->source_table) ||
        !plan_table_is_as_in(plan, planned, retry->run.plan_json))
        return refuse_table(row);
    work->planned = planned;
    TRY(prepare_columns(work, plan, retry->job->source, &retry->charsets, retry->arena));
    return converter_new(work->converts, work->column_count, &retry->converters[row->table]);
}

static struct error *read_cells(const struct table_work *work, const struct ledger_row *row,
                                struct arena *arena, struct row *ret_row)
{
    struct cell *cells = ARENA_ARRAY(arena, row->value_count + 1, struct cell);

    if (row->value_count != work->column_count)
        return refuse_table(row);
    for (size_t i = 0; i < row->value_count; i++) {
        const struct source_column *column = &work->planned->source->columns[work->read.columns[i]];
        if (!str_equal(column->name, row->names[i]) ||
            !convert_cell_read(row->values[i], &column->type, &cells[i]))
            return refuse_table(row);
    }
    *ret_row = (struct row){.cells = cells, .cell_count = row->value_count};
    return NULL;
}

/* ---- one row --------------------------------------------------------------------------------- */

static struct error *write_row(struct retry *retry, const struct table_work *work)
{
    uint64_t rows = 0;
    bool unknown = false;

    TRY(sink_begin(retry->sink));
    TRY(sink_copy_begin(retry->sink, &work->planned->target, work->target_columns,
                        work->column_count));
    TRY(sink_copy_send(retry->sink, retry->out.ptr, retry->out.len));
    TRY(sink_copy_end(retry->sink, &rows));
    if (rows != 1)
        return error_new(PGC_INTERNAL, "one row was sent and PostgreSQL took %" PRIu64, rows);
    TRY(sink_exec(retry->sink, buf_c_str(&retry->sql)));
    /* Where its reply is lost, the row is written and gone from there, or neither. */
    return sink_commit(retry->sink, &unknown);
}

static struct error *compose(struct retry *retry, const struct table_work *work,
                             const struct ledger_row *row, const struct convert_result *result,
                             struct arena *scratch)
{
    struct ledger_change *changes =
        ARENA_ARRAY(scratch, result->change_count + 1, struct ledger_change);

    for (size_t i = 0; i < result->change_count; i++) {
        size_t column = result->changes[i].column;
        enum value_class value_class = result->changes[i].value_class;
        changes[i] =
            (struct ledger_change){.column = row->names[column],
                                   .value_class = value_class,
                                   .policy = work->converts[column].policies.of[value_class]};
    }
    converter_end_stream(&retry->out);
    buf_reset(&retry->sql, LIMIT_COPY_SLICE);
    ledger_quarantine_retried_sql(row, changes, result->change_count, &retry->sql);
    TRY(buf_error(&retry->out));
    return buf_error(&retry->sql);
}

/* *ret_reason when the row is still refused: by a converter, a policy, or the target. */
static struct error *try_row(struct retry *retry, const struct ledger_row *row,
                             struct arena *scratch, struct error **ret_reason)
{
    struct convert_result result = {0};
    struct row cells = {0};

    if (row->table >= retry->job->plan->table_count)
        return refuse_table(row);
    struct table_work *work = &retry->works[row->table];
    TRY(use_table(retry, row, work));
    TRY(read_cells(work, row, scratch, &cells));
    buf_reset(&retry->out, LIMIT_COPY_SLICE);
    converter_begin_stream(&retry->out);
    struct error *error =
        converter_add_row(retry->converters[row->table], &cells, &retry->out, &result);
    if (error != NULL || result.set_aside) {
        *ret_reason = error != NULL ? error : result.reason;
        return error != NULL && error->kind != ERROR_KIND_DATA ? error : NULL;
    }
    TRY(compose(retry, work, row, &result, scratch));
    error = write_row(retry, work);
    if (error == NULL)
        return NULL;
    sink_copy_abort(retry->sink);
    sink_rollback(retry->sink);
    if (error->kind != ERROR_KIND_TARGET && error->kind != ERROR_KIND_DATA &&
        error->kind != ERROR_KIND_FINDINGS)
        return error;
    *ret_reason = error;
    return NULL;
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* Once over what is there. Those that stay are told only when `is_last`. */
static struct error *pass(struct retry *retry, bool is_last, struct copy_retried *retried)
{
    uint64_t number = 0;
    bool found = true;

    retried->refused = 0;
    while (found) {
        CLEANUP(arena_free) struct arena scratch = ARENA_INIT(4 * LIMIT_ROW, "a row set aside");
        CLEANUP(error_freep) struct error *reason = NULL;
        struct ledger_row row = {0};
        if (stop_requested())
            return error_new(PGC_INTERRUPTED, "stopped before all rows were tried again");
        TRY(ledger_quarantine_next(retry->job->ledger, number, NULL, &scratch, &row, &found));
        if (!found)
            break;
        number = row.number;
        struct error *error = try_row(retry, &row, &scratch, &reason);
        if (error != NULL) {
            reason = NULL;
            return error;
        }
        if (reason == NULL)
            retried->written++;
        else
            retried->refused++;
        if (reason != NULL && is_last)
            retry->job->tell(retry->job->context, &row, reason->text);
    }
    return NULL;
}

/* A row may wait for its parent: as long as some come in, the rest is tried again. */
static struct error *passes(struct retry *retry, struct copy_retried *retried)
{
    uint64_t before;

    do {
        before = retried->written;
        TRY(pass(retry, false, retried));
    } while (retried->written > before && retried->refused > 0);
    return retried->refused > 0 ? pass(retry, true, retried) : NULL;
}

static void done(struct retry *retry)
{
    for (size_t i = 0; i < retry->job->plan->table_count; i++)
        converter_free(retry->converters[i]);
    buf_free(&retry->out);
    buf_free(&retry->sql);
    sink_close(retry->sink);
}

struct error *copy_retry_quarantine(const struct copy_retry *job, struct arena *arena,
                                    struct copy_retried *ret_retried)
{
    size_t count = job->plan->table_count;
    struct retry retry = {.job = job,
                          .arena = arena,
                          .out = BUF_INIT(LIMIT_ROW, "a row in COPY form"),
                          .sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement")};
    bool found = false;

    *ret_retried = (struct copy_retried){0};
    TRY(ledger_read_run(job->ledger, arena, &retry.run, &found));
    if (!found)
        return error_new(PGC_LEDGER, "the target holds no run");
    if (retry.run.state != RUN_DONE && retry.run.state != RUN_DONE_FINDINGS)
        return error_with_fix(error_new(PGC_LEDGER, "the run is not finished"),
                              "finish it with the same pgconverge migrate command first");
    map_init(&retry.charsets, arena);
    retry.works = ARENA_ARRAY(arena, count + 1, struct table_work);
    retry.converters = ARENA_ARRAY(arena, count + 1, struct converter *);
    /* What is written here is ours, and no reason to say later that somebody else wrote. */
    struct error *written = copy_check_digests(job->ledger, arena);
    bool untouched = written == NULL;
    error_free(written);
    struct error *error = sink_open(job->sink, "retry", &retry.sink);
    if (error == NULL)
        error = passes(&retry, ret_retried);
    done(&retry);
    if (untouched && ret_retried->written > 0)
        error = error_first(error, copy_record_digests(job->ledger, true, arena));
    return error;
}
