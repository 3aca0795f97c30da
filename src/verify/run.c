/*
 * The whole of it: sessions of one moment on both sides, readers, again when a connection is
 * lost.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "verify/prepare.h"
#include "verify/record.h"
#include "verify/structure_internal.h"

/* How long a busy source is given to stand still between two commits. */
#define AGREE_WAIT_MS 10000
#define STILL_WAIT_MS 5000
#define TICK_MS 10
#define HEARTBEAT_MS 5000
/* A stop ends readers between two rows; one that waits for the source is cut off after this. */
#define STOP_PATIENCE_MS 4000
#define RETRY_WAIT_MS 1000

struct run {
    const struct verify_job *job;
    struct arena *arena;
    struct verify_outcome outcome;
    struct work work;
    bool prepared;
    struct source_token token; /* of the first attempt's snapshot */
};

/* One attempt: its sessions and threads. */
struct attempt {
    struct run *run;
    struct source_session *sources[LIMIT_WORKERS];
    size_t source_count;
    struct sink_session *sink; /* holds the target's snapshot open */
    struct str xid;            /* transaction ids from here on are not in it */
    struct reader readers[LIMIT_WORKERS];
    size_t reader_count;
};

/* ---- one moment on each side ----------------------------------------------------------------- */

static void close_sources(struct attempt *attempt)
{
    for (size_t i = 0; i < attempt->source_count; i++)
        source_close(attempt->sources[i]);
    attempt->source_count = 0;
}

static struct error *open_sources(struct attempt *attempt, size_t count,
                                  struct source_token *ret_token)
{
    const struct verify_job *job = attempt->run->job;
    struct error *error = NULL;

    for (; attempt->source_count < count && error == NULL; attempt->source_count += error == NULL)
        error = source_open(job->source, &attempt->sources[attempt->source_count]);
    if (error == NULL)
        error = source_snapshot_open(attempt->sources, count, job->lock, AGREE_WAIT_MS,
                                     attempt->run->arena, ret_token);
    if (error != NULL)
        close_sources(attempt);
    return error;
}

/* How the source stands to the moment that was copied, if one was told. */
static struct error *judge_source(struct attempt *attempt, const struct source_token *now)
{
    struct run *run = attempt->run;
    struct source_token before;
    struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "source token");

    source_token_print(now, &text);
    run->outcome.token_text = arena_str(run->arena, buf_str(&text));
    buf_free(&text);
    run->outcome.moved = TOKEN_SAME;
    if (run->job->token.len == 0)
        return NULL;
    if (!source_token_parse(run->job->token, run->arena, &before))
        return error_new(PGC_LEDGER, "the source token in the ledger cannot be read");
    return source_check_still(attempt->sources[0], &before, STILL_WAIT_MS, run->arena,
                              &run->outcome.moved);
}

/*
 * Tables that an earlier attempt has compared stay compared while the source stands where it
 * stood.
 */
static struct error *keep_or_forget(struct attempt *attempt, const struct source_token *now)
{
    struct run *run = attempt->run;
    enum token_verdict verdict = TOKEN_SAME;

    if (run->prepared)
        TRY(source_check_still(attempt->sources[0], &run->token, STILL_WAIT_MS, run->arena,
                               &verdict));
    for (size_t i = 0; i < run->work.table_count; i++) {
        struct work_table *table = &run->work.tables[i];
        if (table->pass != PASS_DONE || verdict != TOKEN_SAME)
            work_table_reset(table);
    }
    run->token = *now;
    run->work.first_open = 0;
    run->work.deep = NULL;
    return NULL;
}

static struct error *open_source_side(struct attempt *attempt)
{
    struct source_token token = {0};
    unsigned jobs = attempt->run->job->jobs;
    struct error *error = open_sources(attempt, jobs, &token);

    if (error != NULL && error->id == PGC_SNAPSHOT && !attempt->run->job->lock && jobs > 1) {
        log_warning("%s: comparing with one reader of the source", error->text);
        error_free(error);
        error = open_sources(attempt, 1, &token);
    }
    TRY(error);
    TRY(judge_source(attempt, &token));
    return keep_or_forget(attempt, &token);
}

static const char begin_reading[] = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

static struct error *open_target_side(struct attempt *attempt, struct str *ret_snapshot)
{
    struct sink_rows rows = {0};

    TRY(sink_open(attempt->run->job->sink, "verify", &attempt->sink));
    TRY(sink_exec(attempt->sink, begin_reading));
    TRY(sink_query(attempt->sink,
                   "SELECT pg_catalog.pg_export_snapshot(),"
                   " pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())",
                   0, NULL, attempt->run->arena, &rows));
    if (rows.row_count != 1)
        return error_new(PGC_INTERNAL, "PostgreSQL told no snapshot");
    *ret_snapshot = sink_cell(&rows, 0, 0);
    attempt->xid = sink_cell(&rows, 0, 1);
    return NULL;
}

static struct error *open_reader(struct attempt *attempt, unsigned number, struct str snapshot)
{
    const struct verify_job *job = attempt->run->job;
    struct reader *reader = &attempt->readers[number];
    CLEANUP(buf_free) struct buf sql = BUF_INIT(64 * KIB, "SQL statement");
    char what[32];

    TRY(reader_init(reader, &attempt->run->work, number));
    attempt->reader_count++;
    snprintf(what, sizeof what, "verify %u", number);
    TRY(sink_open(job->sink, what, &reader->sink));
    if (job->ledger != NULL)
        TRY(ledger_register_backend(job->ledger, reader->sink));
    TRY(sink_exec(reader->sink, begin_reading));
    buf_add_c(&sql, "SET TRANSACTION SNAPSHOT ");
    sink_quote_literal(&sql, snapshot);
    return sink_exec(reader->sink, buf_c_str(&sql));
}

static struct error *open_all(struct attempt *attempt)
{
    struct run *run = attempt->run;
    struct str snapshot = STR_NULL;

    TRY(open_source_side(attempt));
    TRY(open_target_side(attempt, &snapshot));
    if (!run->prepared) {
        TRY(tables_prepare(&run->work, attempt->sources[0], attempt->sink, run->arena,
                           &run->outcome));
        TRY(record_take(&run->work, attempt->sink, run->arena));
    }
    run->prepared = true;
    for (unsigned i = 0; i < run->job->jobs; i++)
        TRY(open_reader(attempt, i, snapshot));
    run->work.readers = attempt->source_count;
    for (size_t i = 0; i < attempt->source_count; i++)
        attempt->readers[i].source = attempt->sources[i];
    attempt->source_count = 0;
    return NULL;
}

/* ---- watching -------------------------------------------------------------------------------- */

static void count_done(struct run *run, size_t *ret_left)
{
    size_t left = 0;

    pthread_mutex_lock(&run->work.lock);
    for (size_t i = 0; i < run->work.table_count; i++) {
        struct work_table *table = &run->work.tables[i];
        bool done = table->pass == PASS_DONE && !table->advancing;
        left += !done;
        if (done)
            atomic_store(&run->job->progress->tables[table->planned->number].done, true);
    }
    pthread_mutex_unlock(&run->work.lock);
    *ret_left = left;
}

static void watch(struct attempt *attempt)
{
    struct run *run = attempt->run;
    uint64_t next_heartbeat_ms = clock_ms() + HEARTBEAT_MS, cut_off_ms = 0;
    size_t left = 1;

    for (;;) {
        count_done(run, &left);
        struct error *recording = record_put(&run->work, attempt->xid, run->arena);
        if (recording != NULL)
            work_fail(&run->work, recording);
        if (left == 0 || run->work.stopping)
            return;
        clock_sleep_ms(TICK_MS);
        uint64_t now_ms = clock_ms();
        if (run->job->deadline_ms != 0 && now_ms >= run->job->deadline_ms)
            stop_request(STOP_DEADLINE);
        if (stop_requested()) {
            cut_off_ms = cut_off_ms == 0 ? now_ms + STOP_PATIENCE_MS : cut_off_ms;
            if (now_ms >= cut_off_ms)
                return;
            continue;
        }
        if (run->job->ledger == NULL || now_ms < next_heartbeat_ms)
            continue;
        next_heartbeat_ms = now_ms + HEARTBEAT_MS;
        struct error *error = ledger_heartbeat(run->job->ledger);
        if (error != NULL)
            work_fail(&run->work, error);
    }
}

/* Workers see the end by themselves, unless they wait for a source that says nothing. */
static void join_readers(struct attempt *attempt)
{
    bool unfinished = attempt->run->work.stopping || stop_requested();

    for (size_t i = 0; i < attempt->reader_count; i++) {
        struct reader *reader = &attempt->readers[i];
        if (!reader->started)
            continue;
        if (unfinished)
            reader_interrupt(reader);
        pthread_join(reader->thread, NULL);
    }
}

static struct error *why_stopped(struct run *run)
{
    size_t left = 0;

    count_done(run, &left);
    if (left == 0)
        return NULL;
    return error_new(stop_reason() == STOP_DEADLINE ? PGC_DEADLINE : PGC_INTERRUPTED,
                     "stopped before all tables were compared");
}

static struct error *run_readers(struct attempt *attempt)
{
    struct run *run = attempt->run;

    for (size_t i = 0; i < attempt->reader_count; i++) {
        struct reader *reader = &attempt->readers[i];
        if (pthread_create(&reader->thread, NULL, reader_main, reader) != 0) {
            work_fail(&run->work, error_new(PGC_INTERNAL, "a thread could not be started"));
            break;
        }
        reader->started = true;
    }
    watch(attempt);
    join_readers(attempt);
    struct error *error = run->work.error;
    run->work.error = NULL;
    if (error != NULL && stop_requested()) {
        error_free(error);
        error = NULL;
    }
    return error != NULL ? error : why_stopped(run);
}

static struct error *run_once(struct run *run)
{
    struct attempt *attempt = calloc(1, sizeof *attempt);
    struct error *error;

    if (attempt == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for the readers");
    attempt->run = run;
    run->work.stopping = false;
    error = open_all(attempt);
    if (error == NULL)
        error = run_readers(attempt);
    for (size_t i = 0; i < attempt->reader_count; i++)
        reader_done(&attempt->readers[i]);
    close_sources(attempt);
    sink_close(attempt->sink);
    free(attempt);
    return error;
}

/* ---- the outcome ----------------------------------------------------------------------------- */

static void conclude(struct run *run)
{
    struct verify_outcome *outcome = &run->outcome;
    bool unproven = outcome->moved != TOKEN_SAME;

    for (size_t i = 0; i < run->work.table_count; i++)
        findings_of_table(&run->work.tables[i], run->job->plan->catalog->database,
                          run->job->show_values, unproven, run->arena, &outcome->findings);
    for (size_t i = 0; i < outcome->table_count; i++) {
        const struct verify_table *table = &outcome->tables[i];
        outcome->rows += table->source_rows;
        outcome->tables_compared += table->compared;
        outcome->tables_different += table->missing + table->extra + table->different > 0;
    }
}

static uint64_t random_seed(void)
{
    char id[33];

    clock_random_id(id);
    id[16] = '\0';
    return strtoull(id, NULL, 16);
}

static bool sleep_and_go_on(void)
{
    for (unsigned i = 0; i < RETRY_WAIT_MS / 50 && !stop_requested(); i++)
        clock_sleep_ms(50);
    return !stop_requested();
}

struct error *verify_run(const struct verify_job *job, struct arena *arena,
                         struct verify_outcome *ret_outcome)
{
    struct run *run = ARENA_NEW(arena, struct run);
    uint64_t give_up_ms = clock_ms() + job->retry_ms;
    struct error *error;

    *run = (struct run){.job = job, .arena = arena};
    work_init(&run->work, job);
    run->work.seed = random_seed();
    while (error_is_temporary(error = run_once(run)) && clock_ms() < give_up_ms) {
        log_warning("%s; comparing on", error->text);
        atomic_fetch_add(&job->progress->retries, 1);
        if (!sleep_and_go_on())
            break;
        error_free(error);
    }
    if (error == NULL)
        error = structure_verify(job, arena, &run->outcome.structure);
    if (error == NULL) {
        conclude(run);
        *ret_outcome = run->outcome;
    }
    work_done(&run->work);
    return error;
}
