#include "copy/pool.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/stop.h"

/* Signals only set a word: whoever waits looks at it so often. */
#define LOOK_AGAIN_MS 200

void pool_init(struct copy_pool *pool, const struct copy_job *job)
{
    *pool = (struct copy_pool){.job = job};
    pool->arena = ARENA_INIT(LIMIT_RUN_ARENA, "chunk queue");
    pthread_mutex_init(&pool->lock, NULL);
    pthread_mutex_init(&pool->ledger_lock, NULL);
    clock_condition_init(&pool->changed);
}

void pool_done(struct copy_pool *pool)
{
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    pthread_mutex_destroy(&pool->ledger_lock);
    error_free(pool->error);
    pool->error = NULL;
    arena_free(&pool->arena);
}

void pool_fail(struct copy_pool *pool, struct error *error)
{
    pthread_mutex_lock(&pool->lock);
    if (pool->error == NULL)
        pool->error = error;
    else
        error_free(error);
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    stop_request(STOP_ERROR);
}

void pool_publish(struct copy_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->published++;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

void pool_publish_end(struct copy_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->all_published = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

/* The next chunk that nobody took; the lock is held. */
static bool take_published(struct copy_pool *pool, struct chunk_ref *ret_ref)
{
    for (; pool->scan_from < pool->published; pool->scan_from++) {
        struct table_work *work = &pool->tables[pool->scan_from];
        if (work->next < work->chunk_count) {
            *ret_ref = (struct chunk_ref){work, &work->chunks[work->next++]};
            return true;
        }
    }
    return false;
}

static bool take_any(struct copy_pool *pool, unsigned worker, struct chunk_ref *ret_ref)
{
    if (worker == 0 && pool->wide_count > 0) {
        *ret_ref = pool->wide[--pool->wide_count];
        return true;
    }
    if (pool->returned_count > 0) {
        *ret_ref = pool->returned[--pool->returned_count];
        return true;
    }
    return take_published(pool, ret_ref);
}

/* Nothing will come any more: all is published, and nobody can hand anything on. */
static bool is_over(const struct copy_pool *pool)
{
    return pool->all_published && pool->scan_from >= pool->published && pool->in_flight == 0 &&
           pool->wide_count == 0 && pool->returned_count == 0;
}

bool pool_take(struct copy_pool *pool, unsigned worker, struct chunk_ref *ret_ref)
{
    bool taken = false;
    pthread_mutex_lock(&pool->lock);
    while (!stop_requested() && pool->error == NULL) {
        if (take_any(pool, worker, ret_ref)) {
            pool->in_flight++;
            taken = true;
            break;
        }
        if (is_over(pool))
            break;
        clock_wait_ms(&pool->changed, &pool->lock, LOOK_AGAIN_MS);
    }
    pthread_mutex_unlock(&pool->lock);
    return taken;
}

void pool_chunk_done(struct copy_pool *pool, struct chunk_ref ref)
{
    pthread_mutex_lock(&pool->lock);
    pool->in_flight--;
    if (--ref.work->left == 0)
        atomic_store(&ref.work->progress->done, true);
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

void pool_hand_to_wide(struct copy_pool *pool, struct chunk_ref ref)
{
    pthread_mutex_lock(&pool->lock);
    pool->in_flight--;
    *ARENA_PUSH(&pool->arena, pool->wide, pool->wide_count, pool->wide_capacity) = ref;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

bool pool_retire(struct copy_pool *pool, struct chunk_ref ref)
{
    bool others;
    pthread_mutex_lock(&pool->lock);
    others = pool->workers_alive > 1;
    if (others) {
        pool->workers_alive--;
        pool->in_flight--;
        *ARENA_PUSH(&pool->arena, pool->returned, pool->returned_count, pool->returned_capacity) =
            ref;
    }
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    return others;
}

bool pool_sleep(uint64_t wait_ms)
{
    uint64_t until = clock_ms() + wait_ms;
    while (!stop_requested()) {
        uint64_t now = clock_ms();
        if (now >= until)
            return true;
        clock_sleep_ms(until - now < 100 ? until - now : 100);
    }
    return false;
}
