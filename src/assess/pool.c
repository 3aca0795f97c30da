#include "assess/internal.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/stop.h"

/* Signals only set a word: whoever waits looks at it so often. */
#define LOOK_AGAIN_MS 200

void scan_pool_init(struct scan_pool *pool, const struct assess_job *job)
{
    *pool = (struct scan_pool){.job = job, .one_moment = true};
    pool->arena = ARENA_INIT(LIMIT_RUN_ARENA, "what is found in the source");
    pthread_mutex_init(&pool->lock, NULL);
    clock_condition_init(&pool->changed);
}

void scan_pool_done(struct scan_pool *pool)
{
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    error_free(pool->error);
    pool->error = NULL;
    arena_free(&pool->arena);
}

void scan_pool_fail(struct scan_pool *pool, struct error *error)
{
    pthread_mutex_lock(&pool->lock);
    if (pool->error == NULL)
        pool->error = error;
    else
        error_free(error);
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

bool scan_pool_stopped(struct scan_pool *pool)
{
    if (stop_requested())
        return true;
    pthread_mutex_lock(&pool->lock);
    bool failed = pool->error != NULL;
    pthread_mutex_unlock(&pool->lock);
    return failed;
}

static bool take_any(struct scan_pool *pool, unsigned worker, struct scan_unit *ret_unit)
{
    if (worker == 0 && pool->wide_count > 0) {
        *ret_unit = pool->wide[--pool->wide_count];
        return true;
    }
    if (pool->unit_count > 0) {
        *ret_unit = pool->units[--pool->unit_count];
        return true;
    }
    if (pool->next_table < pool->tables.count) {
        *ret_unit = (struct scan_unit){.table = &pool->tables.items[pool->next_table++]};
        return true;
    }
    if (pool->next_reference < pool->tables.reference_count) {
        *ret_unit =
            (struct scan_unit){.reference = &pool->tables.references[pool->next_reference++]};
        return true;
    }
    if (pool->next_entries < pool->tables.entries_count) {
        *ret_unit = (struct scan_unit){.entries = &pool->tables.entries[pool->next_entries++]};
        return true;
    }
    return false;
}

static void wait_a_moment(struct scan_pool *pool)
{
    clock_wait_ms(&pool->changed, &pool->lock, LOOK_AGAIN_MS);
}

bool scan_pool_take(struct scan_pool *pool, unsigned worker, struct scan_unit *ret_unit)
{
    bool taken = false;

    pthread_mutex_lock(&pool->lock);
    while (!stop_requested() && pool->error == NULL) {
        taken = take_any(pool, worker, ret_unit);
        if (taken) {
            pool->in_flight++;
            break;
        }
        if (pool->in_flight == 0 && pool->wide_count == 0)
            break;
        wait_a_moment(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    return taken;
}

void scan_pool_finish(struct scan_pool *pool, struct scan_unit unit)
{
    pthread_mutex_lock(&pool->lock);
    pool->in_flight--;
    if (unit.table != NULL && unit.table->chunks_left > 0)
        unit.table->chunks_left--;
    if (unit.table != NULL && unit.table->chunks_left == 0)
        atomic_store(&unit.table->progress->done, true);
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

void scan_pool_split(struct scan_pool *pool, struct scan_unit unit, struct key_bound *bounds,
                     size_t bound_count)
{
    pthread_mutex_lock(&pool->lock);
    struct chunk *chunks = ARENA_ARRAY(&pool->arena, bound_count + 1, struct chunk);
    unit.table->chunks_left = bound_count + 1;
    /* The last is taken first: from the end, so that the table is read from its beginning. */
    for (size_t i = bound_count + 1; i-- > 0;) {
        chunks[i].table = unit.table->planned->number;
        chunks[i].id = (uint32_t)i;
        if (i > 0)
            chunks[i].lower = bounds[i - 1];
        if (i < bound_count)
            chunks[i].upper = bounds[i];
        *ARENA_PUSH(&pool->arena, pool->units, pool->unit_count, pool->unit_capacity) =
            (struct scan_unit){.table = unit.table, .chunk = &chunks[i]};
    }
    pool->in_flight--;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

void scan_pool_hand_to_wide(struct scan_pool *pool, struct scan_unit unit)
{
    pthread_mutex_lock(&pool->lock);
    pool->in_flight--;
    *ARENA_PUSH(&pool->arena, pool->wide, pool->wide_count, pool->wide_capacity) = unit;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}
