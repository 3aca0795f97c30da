/* The list of chunks that workers share: everything is handed out once, and everybody goes home. */
#include <pthread.h>

#include "base/stop.h"
#include "copy/pool.h"
#include "tap.h"

#define TABLES 40
#define CHUNKS 25
#define WORKERS 6

static struct copy_pool pool;
static struct table_work works[TABLES];
static struct copy_table_progress shown[TABLES];
static struct chunk chunks[TABLES][CHUNKS];
static _Atomic int taken[TABLES][CHUNKS];
static _Atomic int wide_by_others;

static void fill_pool(void)
{
    static struct copy_job job;
    pool_init(&pool, &job);
    pool.tables = works;
    pool.table_count = TABLES;
    pool.workers_alive = WORKERS;
    for (unsigned t = 0; t < TABLES; t++) {
        works[t] = (struct table_work){
            .progress = &shown[t], .chunks = chunks[t], .chunk_count = CHUNKS, .left = CHUNKS};
        for (unsigned c = 0; c < CHUNKS; c++) {
            chunks[t][c] = (struct chunk){.table = t, .id = c};
            atomic_store(&taken[t][c], 0);
        }
    }
}

/* Every 7th chunk is very wide, and only worker 0 may do those. */
static void *work(void *argument)
{
    unsigned number = *(unsigned *)argument;
    struct chunk_ref ref;
    while (pool_take(&pool, number, &ref)) {
        bool wide = ref.chunk->id % 7 == 0;
        if (wide && number != 0) {
            pool_hand_to_wide(&pool, ref);
            continue;
        }
        if (wide && number != 0)
            atomic_fetch_add(&wide_by_others, 1);
        atomic_fetch_add(&taken[ref.chunk->table][ref.chunk->id], 1);
        pool_chunk_done(&pool, ref);
    }
    return NULL;
}

static void test_all_once(void)
{
    pthread_t threads[WORKERS];
    unsigned numbers[WORKERS];
    fill_pool();
    for (unsigned i = 0; i < WORKERS; i++) {
        numbers[i] = i;
        pthread_create(&threads[i], NULL, work, &numbers[i]);
    }
    for (unsigned t = 0; t < TABLES; t++)
        pool_publish(&pool);
    pool_publish_end(&pool);
    for (unsigned i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    int wrong = 0, not_done = 0;
    for (unsigned t = 0; t < TABLES; t++) {
        not_done += !atomic_load(&shown[t].done);
        for (unsigned c = 0; c < CHUNKS; c++)
            wrong += atomic_load(&taken[t][c]) != 1;
    }
    is_number(wrong, 0, "every chunk was done exactly once by %d workers", WORKERS);
    is_number(not_done, 0, "every table says that it is done");
    is_number(atomic_load(&wide_by_others), 0, "wide chunks were done by worker 0 alone");
    pool_done(&pool);
}

static void test_retire(void)
{
    struct chunk_ref ref, again;
    fill_pool();
    pool.workers_alive = 2;
    pool_publish(&pool);
    ok(pool_take(&pool, 0, &ref), "a worker takes a chunk");
    ok(pool_retire(&pool, ref), "it may leave while another one is there");
    ok(pool_take(&pool, 1, &again) && again.chunk == ref.chunk, "its chunk goes to the other");
    ok(!pool_retire(&pool, again), "the last one may not leave");
    pool_done(&pool);
}

static void test_first_error(void)
{
    struct chunk_ref ref;
    fill_pool();
    pool_publish(&pool);
    pool_fail(&pool, error_new(PGC_VALUE_NUL, "first"));
    pool_fail(&pool, error_new(PGC_INTERRUPTED, "second"));
    is_number(pool.error->id, PGC_VALUE_NUL, "the first error is kept");
    ok(stop_requested(), "everybody is told to stop");
    ok(!pool_take(&pool, 0, &ref), "no chunk is handed out any more");
    pool_done(&pool);
    stop_reset();
}

int main(void)
{
    test_all_once();
    test_retire();
    test_first_error();
    return done_testing();
}
