/* Runs steps: each once, each in a transaction with its ledger entry, several side by side. */
#include "copy/steps.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/map.h"
#include "base/stop.h"
#include "copy/pool.h"
#include "copy/references.h"
#include "copy/violations.h"

struct step_run {
    const struct copy_job *job;
    const struct step **open; /* those still to do, in order */
    size_t open_count;
    unsigned session_count;
    pthread_mutex_t lock; /* guards next, failed, error */
    pthread_mutex_t ledger_lock;
    size_t next;
    size_t failed;
    struct error *error;
};

struct step_thread {
    struct step_run *run;
    unsigned number;
    pthread_t thread;
    struct sink_session *session;
};

/* ---- one step -------------------------------------------------------------------------------- */

/* One or several, each with its entry, in one transaction and one round trip. */
static struct error *run_together(struct step_thread *thread, const struct step *const *steps,
                                  size_t count)
{
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    buf_add_c(&sql, "BEGIN;\n");
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&sql, steps[i]->sql);
        buf_add_c(&sql, ";\n");
        ledger_step_done_sql(thread->run->job->ledger, steps[i]->kind, steps[i]->name, &sql);
        buf_add_c(&sql, ";\n");
    }
    buf_add_c(&sql, "COMMIT");
    struct error *error = buf_error(&sql);
    if (error == NULL)
        error = sink_exec(thread->session, buf_c_str(&sql));
    buf_free(&sql);
    if (error != NULL)
        sink_rollback(thread->session);
    for (size_t i = 0; error == NULL && i < count; i++)
        if (steps[i]->crash_point != NULL)
            crash_point(steps[i]->crash_point);
    return error;
}

static struct error *run_once(struct step_thread *thread, const struct step *step)
{
    return run_together(thread, &step, 1);
}

static struct error *connect_thread(struct step_thread *thread)
{
    char what[32];
    snprintf(what, sizeof what, "ddl %u", thread->number);
    TRY(sink_open(thread->run->job->sink, what, &thread->session));
    pthread_mutex_lock(&thread->run->ledger_lock);
    struct error *error = ledger_register_backend(thread->run->job->ledger, thread->session);
    pthread_mutex_unlock(&thread->run->ledger_lock);
    return error;
}

/* The reply may have been lost behind the COMMIT. */
static struct error *is_done(struct step_run *run, const struct step *step, bool *ret_done)
{
    pthread_mutex_lock(&run->ledger_lock);
    struct error *error = ledger_step_is_done(run->job->ledger, step->kind, step->name, ret_done);
    pthread_mutex_unlock(&run->ledger_lock);
    return error;
}

/* A step is tried again while the world is in the way, and never twice when it worked unseen. */
static struct error *run_with_retries(struct step_thread *thread, const struct step *step)
{
    uint64_t give_up_ms = clock_ms() + thread->run->job->retry_ms;
    uint64_t wait_ms = 250;
    struct error *error = thread->session == NULL ? connect_thread(thread) : NULL;
    if (error == NULL)
        error = run_once(thread, step);
    while (error_is_temporary(error) && clock_ms() < give_up_ms) {
        bool done = false;
        log_warning("%s; trying again", error->text);
        if (!pool_sleep(wait_ms))
            return error;
        wait_ms = wait_ms < 8000 ? wait_ms * 2 : wait_ms;
        error_free(error);
        error = NULL;
        if (thread->session == NULL || sink_is_dead(thread->session)) {
            sink_close(thread->session);
            thread->session = NULL;
            error = connect_thread(thread);
        }
        if (error == NULL)
            error = is_done(thread->run, step, &done);
        if (error == NULL && !done)
            error = run_once(thread, step);
    }
    if (error != NULL)
        error->retried = true;
    return error;
}

/* ---- failures that are findings -------------------------------------------------------------- */

/* The object is refused for what the data or the object is, not for the state of the world. */
static bool is_finding(const struct error *error)
{
    if (error->id == PGC_TARGET_SPACE)
        return false;
    return error->kind == ERROR_KIND_TARGET || error->kind == ERROR_KIND_DATA ||
           error->kind == ERROR_KIND_FINDINGS;
}

/* The rows are to blame, and can be asked for. */
static bool is_violation(const struct step *step, const struct error *error)
{
    return (step->foreign_key != NULL && error->id == PGC_ORPHANS) ||
           (step->check != NULL && strcmp(error->sqlstate, "23514") == 0);
}

/* A value too wide for an index entry: which row's, and what an operator can do. */
static struct error *tell_wide_row(struct step_thread *thread, const struct step *step,
                                   struct arena *scratch, struct finding *finding)
{
    struct str row = STR_NULL;
    if (!str_equal_c(step->kind, "index"))
        return NULL;
    TRY(violations_locate(thread->session, step, finding->detail, scratch, &row));
    if (row.ptr != NULL)
        finding->detail = row;
    finding->text = arena_format(scratch, STR_FMT "; the table is complete, without this index",
                                 STR_ARG(finding->text));
    finding->fix = STR("index the beginning of the value, left(column, 600), or a digest of it, "
                       "md5(column), by hand; queries have to name the same expression");
    return NULL;
}

static struct error *note_failure(struct step_thread *thread, const struct step *step,
                                  const struct error *failure, struct arena *scratch)
{
    struct step_run *run = thread->run;
    struct finding finding = {
        .id = failure->id == PGC_TARGET_QUERY ? PGC_OBJECT_FAILED : failure->id,
        .severity = SEVERITY_CHANGES,
        .object =
            arena_format(scratch, STR_FMT " " STR_FMT, STR_ARG(step->kind), STR_ARG(step->name)),
        .text = arena_str_c(scratch, failure->text),
        .fix = arena_str_c(scratch, failure->fix != NULL ? failure->fix : ""),
        .detail = arena_str_c(scratch, failure->row != NULL ? failure->row : ""),
        .rows = -1,
    };
    if (step->source_text.len > 0) {
        finding.detail = step->source_text;
        finding.fix = STR("write it for PostgreSQL by hand; its source text is in the report");
    }
    if (step->needs != NULL && finding.fix.len == 0)
        finding.fix = arena_format(scratch, "mend what it says, then: " STR_FMT,
                                   STR_ARG(str_trim(step->sql)));
    if (strcmp(failure->sqlstate, "54000") == 0)
        TRY(tell_wide_row(thread, step, scratch, &finding));
    struct finding misspelt = {.rows = 0};
    if (is_violation(step, failure)) {
        TRY(violations_describe(thread->session, step, scratch, &finding));
        if (step->foreign_key != NULL)
            TRY(references_split(run->job, step, scratch, &finding, &misspelt));
    }
    log_warning(STR_FMT ": " STR_FMT, STR_ARG(finding.object), STR_ARG(finding.text));
    pthread_mutex_lock(&run->ledger_lock);
    struct error *error =
        ledger_step_failed(run->job->ledger, step->kind, step->name, finding.text);
    if (error == NULL)
        error = ledger_add_finding(run->job->ledger, &finding);
    if (error == NULL && misspelt.rows > 0)
        error = ledger_add_finding(run->job->ledger, &misspelt);
    pthread_mutex_unlock(&run->ledger_lock);
    return error;
}

static struct error *do_step(struct step_thread *thread, const struct step *step)
{
    struct error *error = run_with_retries(thread, step);
    if (error == NULL)
        return NULL;
    if (step->essential || !is_finding(error))
        return error_add_context(error, "make " STR_FMT " " STR_FMT, STR_ARG(step->kind),
                                 STR_ARG(step->name));
    struct arena scratch = ARENA_INIT(LIMIT_RUN_ARENA, "finding");
    struct error *noting = note_failure(thread, step, error, &scratch);
    arena_free(&scratch);
    error_free(error);
    if (noting != NULL)
        return noting;
    pthread_mutex_lock(&thread->run->lock);
    thread->run->failed++;
    pthread_mutex_unlock(&thread->run->lock);
    return NULL;
}

/* ---- several steps --------------------------------------------------------------------------- */

/*
 * All in one transaction; where that fails each by itself, so that what failed is known and the
 * others are done. The failure may have been the reply's to a COMMIT that worked.
 */
static struct error *do_steps(struct step_thread *thread, const struct step *const *steps,
                              size_t count)
{
    struct error *error = NULL;
    if (count == 1)
        return do_step(thread, steps[0]);
    if (thread->session == NULL)
        error = connect_thread(thread);
    if (error == NULL)
        error = run_together(thread, steps, count);
    if (error == NULL)
        return NULL;
    if (thread->session != NULL && sink_is_dead(thread->session)) {
        sink_close(thread->session);
        thread->session = NULL;
    }
    error_free(error);
    for (size_t i = 0; i < count; i++) {
        bool done = false;
        TRY(is_done(thread->run, steps[i], &done));
        if (!done)
            TRY(do_step(thread, steps[i]));
    }
    return NULL;
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* Many small tables take their time in round trips and commits; a large one in its own work. */
#define STEPS_TOGETHER 32
#define LIGHT_TABLE_BYTES MIB

/* A partitioned table locks each of its partitions: enough for one transaction. */
static bool is_light(const struct step *step)
{
    return step->table != NULL && step->table->source->data_bytes < LIGHT_TABLE_BYTES &&
           step->table->target.partition_count == 0;
}

/* How many of the steps from `next` on are done together: one where few are left for each. */
static size_t count_together(const struct step_run *run)
{
    size_t left = run->open_count - run->next;
    size_t most = left / (8 * (size_t)run->session_count);
    size_t count = 1;
    if (most > STEPS_TOGETHER)
        most = STEPS_TOGETHER;
    while (count < most && is_light(run->open[run->next]) && is_light(run->open[run->next + count]))
        count++;
    return count;
}

static size_t take_steps(struct step_run *run, const struct step *const **ret_steps)
{
    size_t count = 0;
    /* A step under way goes to its end: half an index is worth nothing. */
    if (run->job->deadline_ms != 0 && clock_ms() >= run->job->deadline_ms)
        stop_request(STOP_DEADLINE);
    pthread_mutex_lock(&run->lock);
    if (run->error == NULL && !stop_requested() && run->next < run->open_count) {
        count = count_together(run);
        *ret_steps = &run->open[run->next];
        run->next += count;
    }
    pthread_mutex_unlock(&run->lock);
    return count;
}

static void *step_thread_run(void *argument)
{
    struct step_thread *thread = argument;
    const struct step *const *steps;
    size_t count;
    while ((count = take_steps(thread->run, &steps)) > 0) {
        struct error *error = do_steps(thread, steps, count);
        if (error != NULL) {
            pthread_mutex_lock(&thread->run->lock);
            if (thread->run->error == NULL)
                thread->run->error = error;
            else
                error_free(error);
            pthread_mutex_unlock(&thread->run->lock);
            break;
        }
        atomic_fetch_add(&thread->run->job->progress->steps_done, count);
    }
    sink_close(thread->session);
    thread->session = NULL;
    return NULL;
}

static struct error *run_threads(struct step_run *run, unsigned sessions, struct arena *arena)
{
    unsigned count = sessions < run->open_count ? sessions : (unsigned)run->open_count;
    struct step_thread *threads = ARENA_ARRAY(arena, count + 1, struct step_thread);
    unsigned started = 0;
    run->session_count = count > 0 ? count : 1;
    for (; started < count; started++) {
        threads[started].run = run;
        threads[started].number = started;
        if (pthread_create(&threads[started].thread, NULL, step_thread_run, &threads[started]) != 0)
            break;
    }
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i].thread, NULL);
    if (run->error != NULL)
        return run->error;
    if (started == 0 && run->open_count > 0)
        return error_new(PGC_INTERNAL, "no thread could be started");
    if (run->next < run->open_count)
        return error_new(stop_reason() == STOP_DEADLINE ? PGC_DEADLINE : PGC_INTERRUPTED,
                         "stopped with %zu steps of this phase left", run->open_count - run->next);
    return NULL;
}

static struct str step_key(struct arena *arena, struct str kind, struct str name)
{
    return arena_format(arena, STR_FMT ":" STR_FMT, STR_ARG(kind), STR_ARG(name));
}

/*
 * Leaves out what the ledger calls done, and what is about something that could not be made. A
 * failed one is tried again: it may have been mended.
 */
static struct error *find_open(struct step_run *run, const struct step_list *steps,
                               struct arena *arena)
{
    struct ledger_step *known = NULL;
    size_t known_count = 0;
    struct map done;
    TRY(ledger_read_steps(run->job->ledger, arena, &known, &known_count));
    map_init(&done, arena);
    for (size_t i = 0; i < known_count; i++) {
        if (str_equal(known[i].state, STR("done")))
            map_add(&done, step_key(arena, known[i].kind, known[i].name), &known[i]);
    }
    run->open = ARENA_ARRAY(arena, steps->count + 1, const struct step *);
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->items[i];
        bool missing = step->needs != NULL &&
                       map_get(&done, step_key(arena, str_of(step->needs), step->name)) == NULL;
        if (!missing && map_get(&done, step_key(arena, step->kind, step->name)) == NULL)
            run->open[run->open_count++] = step;
    }
    return NULL;
}

struct error *steps_run(const struct copy_job *job, const struct step_list *steps,
                        unsigned sessions, struct arena *arena, size_t *ret_failed)
{
    struct step_run run = {.job = job};
    TRY(find_open(&run, steps, arena));
    atomic_store(&job->progress->steps_done, 0);
    atomic_store(&job->progress->steps_total, run.open_count);
    pthread_mutex_init(&run.lock, NULL);
    pthread_mutex_init(&run.ledger_lock, NULL);
    struct error *error = run_threads(&run, sessions, arena);
    pthread_mutex_destroy(&run.lock);
    pthread_mutex_destroy(&run.ledger_lock);
    *ret_failed = run.failed;
    return error;
}
