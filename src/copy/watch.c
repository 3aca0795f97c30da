#include "copy/watch.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "copy/prepare.h"
#include "copy/worker.h"

/* Short enough that a copy of a tiny table is not kept waiting for its end. */
#define TICK_MS 10
#define HEARTBEAT_MS 5000
/* A stop ends workers between two slices; one that waits for the source is cut off after this. */
#define STOP_PATIENCE_MS 4000
/* No go/no-go before this much is moved: earlier rates are noise. */
#define GO_FRACTION 0.05
#define GO_LINE_MS 10000

struct preparer {
    struct copy_pool *pool;
    struct source_session *session;
    struct arena arena;
};

struct watch {
    struct copy_pool *pool;
    struct worker *workers;
    unsigned worker_count;
    struct preparer preparer;
    pthread_t preparer_thread;
    bool preparer_started;
    _Atomic unsigned running;
    uint64_t start_ms;
    uint64_t rows_before; /* moved by earlier attempts */
    uint64_t next_heartbeat_ms, next_go_line_ms, cut_off_ms;
};

/* ---- threads --------------------------------------------------------------------------------- */

struct thread_argument {
    struct watch *watch;
    struct worker *worker; /* NULL: the preparer */
};

static void *thread_main(void *argument)
{
    struct thread_argument *thread = argument;
    struct watch *watch = thread->watch;
    if (thread->worker != NULL) {
        worker_run(thread->worker);
    } else {
        struct error *error =
            prepare_chunks(watch->pool, watch->preparer.session, &watch->preparer.arena);
        if (error != NULL)
            pool_fail(watch->pool, error);
        source_thread_done();
    }
    atomic_fetch_sub(&watch->running, 1);
    return NULL;
}

static struct error *start_thread(struct watch *watch, struct worker *worker, struct arena *arena,
                                  pthread_t *ret_thread)
{
    struct thread_argument *argument = ARENA_NEW(arena, struct thread_argument);
    *argument = (struct thread_argument){watch, worker};
    atomic_fetch_add(&watch->running, 1);
    if (pthread_create(ret_thread, NULL, thread_main, argument) != 0) {
        atomic_fetch_sub(&watch->running, 1);
        return error_new(PGC_INTERNAL, "a thread could not be started");
    }
    return NULL;
}

static struct error *start_workers(struct watch *watch, struct arena *arena)
{
    for (unsigned i = 0; i < watch->worker_count; i++) {
        TRY(start_thread(watch, &watch->workers[i], arena, &watch->workers[i].thread));
        watch->workers[i].started = true;
    }
    return NULL;
}

/* ---- watching -------------------------------------------------------------------------------- */

static void heartbeat(struct watch *watch, uint64_t now_ms)
{
    struct copy_pool *pool = watch->pool;
    if (now_ms < watch->next_heartbeat_ms || pthread_mutex_trylock(&pool->ledger_lock) != 0)
        return;
    struct error *error = ledger_heartbeat(pool->job->ledger);
    pthread_mutex_unlock(&pool->ledger_lock);
    watch->next_heartbeat_ms = now_ms + HEARTBEAT_MS;
    if (error != NULL)
        pool_fail(pool, error);
}

static void check_deadline(struct watch *watch, uint64_t now_ms)
{
    const struct copy_job *job = watch->pool->job;
    if (job->deadline_ms == 0 || now_ms < watch->next_go_line_ms)
        return;
    watch->next_go_line_ms = now_ms + (now_ms - watch->start_ms > 2000 ? GO_LINE_MS : 500);
    if (now_ms >= job->deadline_ms) {
        stop_request(STOP_DEADLINE);
        return;
    }
    uint64_t done = atomic_load(&job->progress->rows_done);
    uint64_t total = atomic_load(&job->progress->rows_total);
    if (total <= watch->rows_before || done <= watch->rows_before)
        return;
    double fraction = (double)(done - watch->rows_before) / (double)(total - watch->rows_before);
    if (fraction < GO_FRACTION || fraction > 1)
        return;
    double left_ms = (double)(now_ms - watch->start_ms) * (1 - fraction) / fraction;
    bool go = (double)now_ms + left_ms <= (double)job->deadline_ms;
    log_write(LOG_EVENT(.level = LOG_INFO, .event = "deadline", .phase = STR("copy")),
              "%s: the rows need about %.0f s more, the deadline is in %.0f s", go ? "GO" : "NO-GO",
              left_ms / 1000, (double)(job->deadline_ms - now_ms) / 1000);
    if (!go)
        stop_request(STOP_DEADLINE);
}

/* Reads that hang keep nobody waiting: their connections are ended under them. */
static void cut_off(struct watch *watch, uint64_t now_ms)
{
    if (watch->cut_off_ms == 0)
        watch->cut_off_ms = now_ms + STOP_PATIENCE_MS;
    if (now_ms < watch->cut_off_ms)
        return;
    for (unsigned i = 0; i < watch->worker_count; i++)
        worker_interrupt(&watch->workers[i]);
    if (watch->preparer.session != NULL)
        source_interrupt(watch->preparer.session);
    watch->cut_off_ms = UINT64_MAX;
}

static void watch_until_done(struct watch *watch)
{
    while (atomic_load(&watch->running) > 0) {
        clock_sleep_ms(TICK_MS);
        uint64_t now_ms = clock_ms();
        if (stop_requested()) {
            cut_off(watch, now_ms);
            continue;
        }
        heartbeat(watch, now_ms);
        check_deadline(watch, now_ms);
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void make_workers(struct watch *watch, struct readers *readers, struct arena *arena)
{
    watch->worker_count = readers->count > 1 ? (unsigned)readers->count - 1 : 1;
    watch->workers = ARENA_ARRAY(arena, watch->worker_count, struct worker);
    for (unsigned i = 0; i < watch->worker_count; i++) {
        if (i != 0)
            source_set_packet_limit(readers->sessions[i], WORKER_NARROW_PACKET);
        worker_init(&watch->workers[i], watch->pool, i, readers->sessions[i]);
    }
    watch->preparer.session = readers->sessions[readers->count - 1];
    watch->pool->workers_alive = watch->worker_count;
    /* The workers own theirs from here on; the preparer's stays with the readers. */
    if (readers->count > 1) {
        readers->sessions[0] = watch->preparer.session;
        readers->count = 1;
    } else {
        readers->count = 0;
    }
}

static void join_preparer(struct watch *watch)
{
    if (watch->preparer_started)
        pthread_join(watch->preparer_thread, NULL);
    watch->preparer_started = false;
}

/* One session cannot do two things at once: it splits and counts first, then it reads rows. */
static void wait_for_preparer(struct watch *watch)
{
    watch_until_done(watch);
    join_preparer(watch);
    watch->preparer.session = NULL;
}

static struct error *run_all(struct watch *watch, bool one_reader, struct arena *arena)
{
    struct error *error = start_thread(watch, NULL, arena, &watch->preparer_thread);
    watch->preparer_started = error == NULL;
    if (error == NULL && one_reader)
        wait_for_preparer(watch);
    if (error == NULL && watch->pool->error == NULL)
        error = start_workers(watch, arena);
    if (error != NULL)
        pool_fail(watch->pool, error);
    watch_until_done(watch);
    for (unsigned i = 0; i < watch->worker_count; i++) {
        if (watch->workers[i].started)
            pthread_join(watch->workers[i].thread, NULL);
    }
    join_preparer(watch);
    error = watch->pool->error;
    watch->pool->error = NULL;
    return error;
}

/* Workers that were told to stop leave without an error of their own. */
static struct error *why_stopped(const struct watch *watch)
{
    if (!stop_requested())
        return NULL;
    const struct copy_pool *pool = watch->pool;
    for (size_t i = 0; i < pool->table_count; i++) {
        if (i >= pool->published || pool->tables[i].left > 0)
            return error_new(stop_reason() == STOP_DEADLINE ? PGC_DEADLINE : PGC_INTERRUPTED,
                             "stopped before all chunks were copied");
    }
    return NULL;
}

struct error *watch_copy(struct copy_pool *pool, struct readers *readers, struct arena *arena)
{
    struct watch watch = {.pool = pool, .start_ms = clock_ms()};
    bool one_reader = readers->count == 1;
    watch.rows_before = atomic_load(&pool->job->progress->rows_done);
    watch.preparer.arena = ARENA_INIT(LIMIT_RUN_ARENA, "chunk lists");
    make_workers(&watch, readers, arena);

    struct error *error = run_all(&watch, one_reader, arena);
    if (error == NULL)
        error = why_stopped(&watch);
    for (unsigned i = 0; i < watch.worker_count; i++)
        worker_done(&watch.workers[i]);
    arena_free(&watch.preparer.arena);
    return error;
}
