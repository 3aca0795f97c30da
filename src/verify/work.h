/*
 * verify/work.h: what the readers share: the tables and how far each is, under one lock.
 *
 * A reader takes one piece of one side of one table, reads it to its end, and merges what it
 * gathered. Whoever finishes the last piece of a pass takes the table to the next.
 */
#pragma once

#include <pthread.h>

#include "verify/table.h"

struct work {
    const struct verify_job *job;
    struct work_table *tables;
    size_t table_count;
    size_t readers; /* readers that have a session on the source */
    uint64_t seed;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t first_open;             /* tables before this one are done */
    const struct work_table *deep; /* behind its sums: one table at a time, memory is bounded */
    struct error *error;           /* the first */
    _Atomic bool stopping;
    /* --throttle: bytes that may be read from the source by now. */
    uint64_t start_ms;
    _Atomic uint64_t source_bytes;
};

struct piece {
    struct work_table *table;
    enum canonical_side side;
    unsigned number;
};

struct reader {
    struct work *work;
    unsigned number;
    pthread_t thread;
    bool started;
    pthread_mutex_t source_lock; /* of `source`, which the main thread may cut off */
    struct source_session *source;
    struct sink_session *sink;
    struct canonical_row row;
    struct gathering gathering;
    struct str *fields;
    size_t field_count;
};

void work_init(struct work *work, const struct verify_job *job);
void work_done(struct work *work);
/* Keeps the first error, frees others, and stops the readers. */
void work_fail(struct work *work, struct error *error);
/* Waits for work; false when there is none any more, or the work is to stop. */
bool work_take(struct work *work, bool has_source, enum canonical_side preferred,
               struct piece *ret_piece);
/* Merges, and takes the table to its next pass when this was the last piece. */
struct error *work_finish(struct work *work, const struct piece *piece, struct gathering *gathering)
    CHECKED;

struct error *reader_init(struct reader *reader, struct work *work, unsigned number) CHECKED;
void reader_done(struct reader *reader);
/* The thread of a struct reader: until there is no more work. */
void *reader_main(void *argument);
/* Any thread: ends a read that hangs. */
void reader_interrupt(struct reader *reader);
