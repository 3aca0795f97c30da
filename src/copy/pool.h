/*
 * copy/pool.h: what the threads of one copy share: the list of chunks, the first error, the ledger.
 *
 * Everything in struct copy_pool is guarded by `lock`, unless its comment says otherwise. The
 * ledger is one connection and used under `ledger_lock` alone.
 */
#pragma once

#include <pthread.h>

#include "convert/convert.h"
#include "copy/copy.h"
#include "copy/parents.h"

/* A table's part in the copy. All but `next` and `left` is fixed before it is published. */
struct table_work {
    const struct planned_table *planned;
    struct copy_table_progress *progress;
    struct convert_column *converts; /* of the columns that are copied, in order */
    struct source_read read;         /* the columns run parallel to `converts` */
    struct parents parents;          /* foreign keys with policies */
    size_t *target_columns;          /* positions in the target table */
    size_t column_count;
    struct chunk *chunks; /* those not done yet; in the preparing thread's arena */
    size_t chunk_count;
    size_t next;         /* the first one that nobody took */
    size_t left;         /* not committed yet */
    bool split, counted; /* as the ledger says at the start */
};

struct chunk_ref {
    struct table_work *work;
    const struct chunk *chunk;
};

struct copy_pool {
    const struct copy_job *job;
    struct table_work *tables; /* in the order of the copy: the biggest first */
    size_t table_count;
    struct source_token token; /* of the snapshot; fixed before the threads start */
    bool token_known;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t published; /* tables[0 … published-1] have their chunks */
    bool all_published;
    size_t scan_from;       /* tables before it have no chunk left to take */
    size_t in_flight;       /* chunks taken and not yet given back as done */
    struct chunk_ref *wide; /* chunks with a very wide row: for worker 0 alone */
    size_t wide_count, wide_capacity;
    struct chunk_ref *returned; /* chunks of a worker that had to retire */
    size_t returned_count, returned_capacity;
    unsigned workers_alive;
    struct error *error; /* the first one */
    struct arena arena;  /* of the two lists above; under `lock` */

    pthread_mutex_t ledger_lock;
};

void pool_init(struct copy_pool *pool, const struct copy_job *job);
void pool_done(struct copy_pool *pool);
/* Keeps the first error, frees others, and asks every thread to stop. Takes ownership. */
void pool_fail(struct copy_pool *pool, struct error *error);
/* tables[published] has its chunks now. */
void pool_publish(struct copy_pool *pool);
void pool_publish_end(struct copy_pool *pool);
/* Waits for a chunk; false when there will be none for this worker. */
bool pool_take(struct copy_pool *pool, unsigned worker, struct chunk_ref *ret_ref);
/* The chunk is committed. */
void pool_chunk_done(struct copy_pool *pool, struct chunk_ref ref);
/* The chunk holds a very wide row: worker 0 shall do it. */
void pool_hand_to_wide(struct copy_pool *pool, struct chunk_ref ref);
/*
 * The worker cannot see the snapshot any more. True: its chunk was given back and others go on;
 * false: it was the last one.
 */
bool pool_retire(struct copy_pool *pool, struct chunk_ref ref);

/* Sleeps up to wait_ms; false as soon as a stop is requested. */
bool pool_sleep(uint64_t wait_ms);
