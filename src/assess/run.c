/* The pass as a whole: readers of one moment where that can be proven, threads, results. */
#include "assess/internal.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/stop.h"

#define TICK_MS 10
/* A stop ends readers between two rows; one that waits for the source is cut off after this. */
#define STOP_PATIENCE_MS 1000
/* A source that is written all the time is not waited for: the copy will judge once more. */
#define AGREE_WAIT_MS 500

struct readers {
    struct source_session *sessions[LIMIT_WORKERS];
    unsigned count;
};

static void close_readers(struct readers *readers)
{
    for (unsigned i = 0; i < readers->count; i++)
        source_close(readers->sessions[i]);
    readers->count = 0;
}

static struct error *connect_readers(const struct assess_job *job, unsigned count,
                                     struct readers *readers)
{
    while (readers->count < count) {
        TRY(source_open(job->source, &readers->sessions[readers->count]));
        readers->count++;
    }
    return NULL;
}

static struct error *open_snapshots(struct readers *readers, bool *ret_one_moment)
{
    CLEANUP(arena_free) struct arena arena = ARENA_INIT(LIMIT_RUN_ARENA, "source token");
    struct source_token token;
    uint64_t wait_ms = readers->count > 1 ? AGREE_WAIT_MS : 0;

    struct error *error =
        source_snapshot_open(readers->sessions, readers->count, false, wait_ms, &arena, &token);
    *ret_one_moment = error == NULL;
    if (error == NULL || error->id != PGC_SNAPSHOT)
        return error;
    error_free(error);
    for (unsigned i = 0; i < readers->count; i++)
        TRY(source_snapshot_open(&readers->sessions[i], 1, false, 0, &arena, &token));
    return NULL;
}

/* No more of them than there is work for. */
static unsigned readers_needed(const struct assess_job *job, const struct scan_tables *tables)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < tables->count; i++)
        bytes += tables->items[i].planned->source->data_bytes;
    for (size_t i = 0; i < tables->reference_count; i++)
        bytes += tables->references[i].table->source->data_bytes;
    for (size_t i = 0; i < tables->entries_count; i++)
        bytes += tables->entries[i].table->source->data_bytes;
    uint64_t useful = bytes / (4 * MIB) + 1;
    if (job->chunk_rows > 0)
        useful = job->jobs;
    return useful < job->jobs ? (unsigned)useful : job->jobs;
}

/* ---- threads --------------------------------------------------------------------------------- */

struct thread {
    struct scan_worker worker;
    _Atomic unsigned *running;
};

static void *thread_main(void *argument)
{
    struct thread *thread = argument;

    scan_worker_run(&thread->worker);
    atomic_fetch_sub(thread->running, 1);
    return NULL;
}

static struct error *start_threads(struct thread *threads, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        atomic_fetch_add(threads[i].running, 1);
        if (pthread_create(&threads[i].worker.thread, NULL, thread_main, &threads[i]) != 0) {
            atomic_fetch_sub(threads[i].running, 1);
            return error_new(PGC_INTERNAL, "a thread could not be started");
        }
        threads[i].worker.started = true;
    }
    return NULL;
}

static void watch(struct scan_pool *pool, struct thread *threads, unsigned count)
{
    uint64_t cut_off_ms = 0;

    while (atomic_load(threads[0].running) > 0) {
        clock_sleep_ms(TICK_MS);
        if (!scan_pool_stopped(pool))
            continue;
        uint64_t now_ms = clock_ms();
        if (cut_off_ms == 0)
            cut_off_ms = now_ms + STOP_PATIENCE_MS;
        if (now_ms < cut_off_ms)
            continue;
        for (unsigned i = 0; i < count; i++)
            scan_worker_interrupt(&threads[i].worker);
        cut_off_ms = UINT64_MAX;
    }
}

static struct error *run_threads(struct scan_pool *pool, struct readers *readers,
                                 struct arena *arena)
{
    unsigned count = readers->count;
    struct thread *threads = ARENA_ARRAY(arena, count, struct thread);
    _Atomic unsigned running = 0;

    for (unsigned i = 0; i < count; i++) {
        threads[i].running = &running;
        scan_worker_init(&threads[i].worker, pool, i, readers->sessions[i]);
    }
    /* The sessions are the workers' from here on. */
    readers->count = 0;
    struct error *error = start_threads(threads, count);
    if (error != NULL)
        scan_pool_fail(pool, error);
    watch(pool, threads, count);
    for (unsigned i = 0; i < count; i++)
        if (threads[i].worker.started)
            pthread_join(threads[i].worker.thread, NULL);
    for (unsigned i = 0; i < count; i++)
        scan_worker_done(&threads[i].worker);
    /* What a stop made of the reads that it cut is not the news. */
    if (stop_requested())
        return error_new(stop_reason() == STOP_DEADLINE ? PGC_DEADLINE : PGC_INTERRUPTED,
                         "stopped while the source was looked through");
    error = pool->error;
    pool->error = NULL;
    return error;
}

/* ---- results --------------------------------------------------------------------------------- */

static void fill_tables(const struct scan_tables *tables, struct assess_result *result)
{
    for (size_t i = 0; i < tables->count; i++) {
        const struct scan_table *pass = &tables->items[i];
        struct assess_table *table = &result->tables[pass->planned->number];

        if (!pass->by_conditions)
            table->way = ASSESS_READ;
        else if (table->way == ASSESS_NOT_READ)
            table->way = ASSESS_BY_SERVER;
        table->rows += pass->rows;
        table->bytes += pass->bytes;
        table->session_ms += pass->session_ms;
        table->quarantined += pass->quarantined;
    }
}

/* The numbers were of this phase. */
static void reset_progress(struct copy_progress *progress)
{
    for (size_t i = 0; i < progress->table_count; i++) {
        struct copy_table_progress *table = &progress->tables[i];
        atomic_store(&table->rows_done, 0);
        atomic_store(&table->rows_total, 0);
        atomic_store(&table->bytes_done, 0);
        atomic_store(&table->done, false);
    }
    atomic_store(&progress->rows_done, 0);
    atomic_store(&progress->rows_total, 0);
    atomic_store(&progress->bytes_done, 0);
}

static struct error *scan_all(struct scan_pool *pool, struct readers *readers, struct arena *arena)
{
    TRY(connect_readers(pool->job, readers_needed(pool->job, &pool->tables), readers));
    TRY(open_snapshots(readers, &pool->one_moment));
    return run_threads(pool, readers, arena);
}

static bool has_work(const struct scan_tables *tables)
{
    return tables->count + tables->reference_count + tables->entries_count > 0;
}

static struct error *scan(struct scan_pool *pool, struct arena *arena, bool *ret_one_moment)
{
    const struct assess_job *job = pool->job;
    struct readers readers = {0};

    *ret_one_moment = true;
    struct error *error = connect_readers(job, 1, &readers);
    if (error == NULL)
        error = scan_prepare(job, readers.sessions[0], arena, &pool->tables);
    if (error == NULL && has_work(&pool->tables))
        error = scan_all(pool, &readers, arena);
    close_readers(&readers);
    *ret_one_moment = pool->one_moment;
    return error;
}

struct error *assess_run(const struct assess_job *job, struct arena *arena,
                         struct assess_result *ret_result)
{
    struct assess_result result = {0};
    struct scan_pool pool;
    uint64_t start_ms = clock_ms();

    result.tables = ARENA_ARRAY(arena, job->plan->table_count + 1, struct assess_table);
    scan_pool_init(&pool, job);
    struct error *error = scan(&pool, arena, &result.one_moment);
    if (error == NULL) {
        fill_tables(&pool.tables, &result);
        scan_make_findings(job, &pool.tables, arena, &result);
        result.wall_ms = clock_ms() - start_ms;
        *ret_result = result;
    }
    scan_pool_done(&pool);
    reset_progress(job->progress);
    return error;
}
