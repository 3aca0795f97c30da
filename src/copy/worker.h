/*
 * copy/worker.h: one pair of hands. A worker owns a session on either side, takes chunks until
 * there are none, and writes each with its ledger entry in one transaction.
 */
#pragma once

#include "base/limits.h"
#include "copy/aside.h"
#include "copy/pool.h"

/* Only worker 0 takes rows wider than this; see pool_hand_to_wide(). */
#define WORKER_NARROW_PACKET (2 * LIMIT_NARROW_ROW)

struct worker {
    struct copy_pool *pool;
    unsigned number;
    pthread_t thread;
    bool started;
    pthread_mutex_t source_lock;    /* guards `source` against worker_interrupt() */
    struct source_session *source;  /* in the snapshot; NULL when lost */
    struct sink_session *sink;      /* opened by the thread itself */
    const struct table_work *table; /* whose converter is at hand */
    struct converter *converter;
    struct buf out; /* rows in COPY form, sent in slices */
    struct buf sql;
    struct aside aside;            /* of the chunk at hand */
    struct parent_changes respelt; /* of the row at hand */
};

/* Takes over `source`, which is in the snapshot. */
void worker_init(struct worker *worker, struct copy_pool *pool, unsigned number,
                 struct source_session *source);
void worker_done(struct worker *worker);
/* Any thread: a read that hangs returns with an error. */
void worker_interrupt(struct worker *worker);
/* The thread: NULL is returned always; what failed is in the pool. */
void *worker_run(void *argument);
