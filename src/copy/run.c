/* The whole of it, phase by phase. */
#include "base/clock.h"
#include "base/crash.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/stop.h"
#include "copy/copy.h"
#include "copy/prepare.h"
#include "copy/readers.h"
#include "copy/steps.h"
#include "copy/watch.h"
#include "copy/worker.h"

/* ---- phases ---------------------------------------------------------------------------------- */

struct phase {
    const char *name;
    uint64_t start_ms;
};

static struct error *phase_start(const struct copy_job *job, const char *name,
                                 struct phase *ret_phase)
{
    *ret_phase = (struct phase){name, clock_ms()};
    atomic_store(&job->progress->phase, name);
    log_write(LOG_EVENT(.level = LOG_INFO, .event = "phase.start", .phase = str_of(name)), "%s",
              name);
    return ledger_set_phase(job->ledger, str_of(name));
}

static struct error *phase_end(const struct copy_job *job, const struct phase *phase,
                               struct error *error)
{
    uint64_t duration_ms = clock_ms() - phase->start_ms;
    log_write(LOG_EVENT(.level = LOG_INFO, .event = error == NULL ? "phase.done" : "phase.fail",
                        .phase = str_of(phase->name), .ms = (int64_t)duration_ms),
              "%s: %s after %.1f s", phase->name, error == NULL ? "done" : "stopped",
              (double)duration_ms / 1000);
    /* Also when it failed or was interrupted: the time was spent. The first error is the news. */
    if (error != NULL)
        ledger_set_retry(job->ledger, 0);
    sink_shield(ledger_session(job->ledger), true);
    struct error *recording = ledger_phase_done(job->ledger, str_of(phase->name), duration_ms);
    sink_shield(ledger_session(job->ledger), false);
    ledger_set_retry(job->ledger, job->retry_ms);
    return error_first(error, recording);
}

typedef struct error *steps_maker(const struct plan *plan, struct arena *arena,
                                  struct step_list *ret_steps);

static struct error *run_steps_phase(const struct copy_job *job, const char *name,
                                     steps_maker *make, unsigned sessions, size_t *failed)
{
    CLEANUP(arena_free) struct arena arena = ARENA_INIT(LIMIT_RUN_ARENA, "steps of a phase");
    struct phase phase;
    struct step_list steps = {0};
    size_t failed_here = 0;
    TRY(phase_start(job, name, &phase));
    struct error *error = make(job->plan, &arena, &steps);
    if (error == NULL)
        error = steps_run(job, &steps, sessions, &arena, &failed_here);
    *failed += failed_here;
    return phase_end(job, &phase, error);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static struct error *record_token(const struct copy_job *job, const struct source_token *token)
{
    struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "source token");
    source_token_print(token, &text);
    struct error *error = buf_error(&text);
    if (error == NULL)
        error = ledger_set_token(job->ledger, buf_str(&text));
    buf_free(&text);
    return error;
}

/*
 * Every table's COUNT(*) in the snapshot, asked without the chunks' conditions, equals its rows:
 * those written and those set aside.
 */
static struct error *compare_counts(const struct copy_job *job, struct arena *arena,
                                    struct copy_outcome *outcome)
{
    struct ledger_table *tables = NULL;
    size_t count = 0;
    outcome->rows_written = outcome->rows_quarantined = 0;
    TRY(ledger_read_tables(job->ledger, arena, &tables, &count));
    for (size_t i = 0; i < count; i++) {
        const struct ledger_table *table = &tables[i];
        if (!table->split || table->chunks_done != table->chunk_count)
            return error_new(PGC_INTERNAL, "chunks of " STR_FMT " are missing",
                             STR_ARG(table->source_name));
        if (table->rows_counted != (int64_t)(table->rows_copied + table->rows_quarantined))
            return error_with_object(
                error_new(PGC_COUNT_MISMATCH,
                          "the source counted %lld rows in the snapshot, %llu were written and "
                          "%llu set aside",
                          (long long)table->rows_counted, (unsigned long long)table->rows_copied,
                          (unsigned long long)table->rows_quarantined),
                STR_FMT, STR_ARG(table->source_name));
        outcome->rows_written += table->rows_copied;
        outcome->rows_quarantined += table->rows_quarantined;
    }
    struct ledger_change *changes = NULL;
    TRY(ledger_read_changes(job->ledger, arena, &changes, &count));
    outcome->values_changed = 0;
    for (size_t i = 0; i < count; i++)
        outcome->values_changed += changes[i].count;
    return NULL;
}

static struct error *copy_rows(struct copy_pool *pool, struct source_session *control,
                               struct arena *arena, struct copy_outcome *outcome)
{
    bool needed = true;
    TRY(prepare_tables(pool, control, arena, &needed));
    outcome->snapshot = SNAPSHOT_NOT_NEEDED;
    /* Without rows to read the token is still what later starts compare the source with. */
    if (needed || pool->job->run_token.len == 0) {
        struct readers readers = {0};
        struct error *error = readers_open(pool, arena, &readers, &outcome->snapshot);
        if (error == NULL)
            error = record_token(pool->job, &pool->token);
        if (error == NULL)
            error = watch_copy(pool, &readers, arena);
        readers_close(&readers);
        TRY(error);
    }
    return compare_counts(pool->job, arena, outcome);
}

static struct error *copy_phase(const struct copy_job *job, struct source_session *control,
                                struct copy_outcome *outcome)
{
    CLEANUP(arena_free) struct arena arena = ARENA_INIT(LIMIT_RUN_ARENA, "tables being copied");
    struct phase phase;
    struct copy_pool pool;
    TRY(phase_start(job, "copy", &phase));
    pool_init(&pool, job);
    struct error *error = copy_rows(&pool, control, &arena, outcome);
    pool_done(&pool);
    return phase_end(job, &phase, error);
}

/* ---- the end --------------------------------------------------------------------------------- */

#define STILL_WAIT_MS 5000

static struct error *check_definitions(const struct copy_job *job, struct source_session *control)
{
    /* As large as the run's own catalog and plan, and of no use a moment later. */
    CLEANUP(arena_free) struct arena arena = ARENA_INIT(LIMIT_RUN_ARENA, "definitions read again");
    struct source_catalog catalog = {0};
    struct plan plan = {0};
    struct plan_options options = *job->plan->options;
    TRY(source_read_catalog(control, job->plan->catalog->database, &arena, &catalog));
    TRY(plan_make(&catalog, job->facts, &options, &arena, &plan));
    if (str_equal(plan.digest, job->plan->digest))
        return NULL;
    /* What a user may not see any more looks as if it had been dropped. */
    TRY(source_check_privileges(control, job->plan->catalog->database));
    return error_new(PGC_SOURCE_CHANGED_DEFINITION,
                     "definitions in the source changed while the run was under way");
}

/* How the source stands now against the snapshot; definitions are read again as well. */
static struct error *check_source(const struct copy_job *job, struct source_session *control,
                                  const struct source_token *token, struct arena *arena,
                                  struct copy_outcome *outcome)
{
    TRY_DOING(check_definitions(job, control), "read the source's definitions again");
    return source_check_still(control, token, STILL_WAIT_MS, arena, &outcome->moved);
}

static struct error *token_of_run(const struct copy_job *job, struct arena *arena,
                                  struct source_token *ret_token)
{
    struct ledger_run run = {0};
    bool found = false;
    TRY(ledger_read_run(job->ledger, arena, &run, &found));
    if (!found || !source_token_parse(run.token, arena, ret_token))
        return error_new(PGC_LEDGER, "the ledger holds no source token for this run");
    return NULL;
}

/* Between two attempts at what no worker retries by itself. */
#define RETRY_WAIT_MS 1000

static struct error *open_control(const struct copy_job *job, struct source_session **ret_session)
{
    uint64_t give_up_ms = clock_ms() + job->retry_ms;
    struct error *error;
    while (error_is_temporary(error = source_open(job->source, ret_session)) &&
           clock_ms() < give_up_ms) {
        log_warning("%s; trying again", error->text);
        if (!pool_sleep(RETRY_WAIT_MS))
            break;
        error_free(error);
    }
    if (error != NULL)
        error->retried = true;
    return error;
}

static struct error *finish_rest(const struct copy_job *job, struct copy_outcome *outcome)
{
    size_t *failed = &outcome->failed_steps;
    TRY(run_steps_phase(job, "indexes", steps_for_indexes, job->jobs, failed));
    TRY(run_steps_phase(job, "foreign keys", steps_for_constraints, 1, failed));
    TRY(run_steps_phase(job, "validation", steps_for_validation, job->jobs, failed));
    TRY(run_steps_phase(job, "finish", steps_for_the_rest, job->jobs, failed));
    TRY(run_steps_phase(job, "views", steps_for_views, 1, failed));
    crash_point("finish");
    return NULL;
}

static struct error *run_once(const struct copy_job *job, struct arena *arena,
                              struct copy_outcome *ret_outcome)
{
    struct copy_outcome outcome = {0};
    struct source_token token = {0};
    CLEANUP(source_closep) struct source_session *control = NULL;
    size_t ignored = 0;

    TRY(open_control(job, &control));
    TRY(run_steps_phase(job, "schema", steps_for_schema, 1, &ignored));
    TRY(copy_phase(job, control, &outcome));
    /* An idle connection may be gone by the time the indexes stand. */
    source_close(control);
    control = NULL;
    TRY(finish_rest(job, &outcome));
    TRY(open_control(job, &control));
    TRY(token_of_run(job, arena, &token));
    TRY(check_source(job, control, &token, arena, &outcome));
    *ret_outcome = outcome;
    return NULL;
}

/* ---- again ----------------------------------------------------------------------------------- */

/* As a new process of the same command would do it: from what the ledger says. */
static struct error *run_again(const struct copy_job *job, struct arena *arena,
                               struct copy_outcome *ret_outcome)
{
    struct copy_job again = *job;
    struct ledger_run run = {0};
    bool found = false;
    TRY(ledger_read_run(job->ledger, arena, &run, &found));
    if (!found)
        return error_new(PGC_LEDGER, "the run is not in the ledger any more");
    again.run_token = run.token;
    atomic_store(&job->progress->rows_done, 0);
    atomic_store(&job->progress->rows_total, 0);
    atomic_store(&job->progress->bytes_done, 0);
    return run_once(&again, arena, ret_outcome);
}

/* What workers and steps cannot mend by themselves: a connection lost while a table was split. */
static bool may_run_again(const struct copy_job *job, const struct error *error,
                          uint64_t give_up_ms)
{
    if (!error_is_temporary(error) || clock_ms() >= give_up_ms)
        return false;
    stop_forget_error();
    log_warning("%s; going on from the last checkpoint", error->text);
    atomic_fetch_add(&job->progress->retries, 1);
    return pool_sleep(RETRY_WAIT_MS);
}

/* A stop that came while something was tried again is the news, and decides the exit code. */
static struct error *why_not(const struct copy_job *job, struct error *error)
{
    enum stop_reason reason = stop_reason();
    if (error->kind != ERROR_KIND_TEMPORARY)
        return error;
    bool lost = error->id == PGC_SOURCE_CONNECT || error->id == PGC_TARGET_CONNECT;
    if (reason == STOP_NONE || reason == STOP_ERROR)
        return !lost ? error
                     : error_add_context(error, "try again for %llu s",
                                         (unsigned long long)job->retry_ms / 1000);
    struct error *stopped =
        error_new(reason == STOP_DEADLINE ? PGC_DEADLINE : PGC_INTERRUPTED,
                  "stopped while it tried again what had failed: %s", error->text);
    error_free(error);
    return stopped;
}

struct error *copy_run(const struct copy_job *job, struct arena *arena,
                       struct copy_outcome *ret_outcome)
{
    uint64_t rows_before = 0, give_up_ms = clock_ms() + job->retry_ms;
    ledger_set_retry(job->ledger, job->retry_ms);
    struct error *error = run_once(job, arena, ret_outcome);
    while (error != NULL) {
        uint64_t rows = atomic_load(&job->progress->rows_done);
        if (rows > rows_before) /* it had been going on: the time begins anew */
            give_up_ms = clock_ms() + job->retry_ms;
        rows_before = rows;
        if (!may_run_again(job, error, give_up_ms))
            break;
        error_free(error);
        struct arena attempt = ARENA_INIT(LIMIT_RUN_ARENA, "another attempt");
        error = run_again(job, &attempt, ret_outcome);
        arena_free(&attempt);
    }
    if (error == NULL)
        return NULL;
    ledger_set_retry(job->ledger, 0); /* the report of a failure waits for nobody */
    return why_not(job, error);
}
