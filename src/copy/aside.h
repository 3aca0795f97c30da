/*
 * copy/aside.h: what policies did to the rows of one chunk: those that are set aside, kept until
 * they go into pgconverge.quarantine in the chunk's own transaction, and counts of changed values.
 *
 * Threads: it belongs to a worker.
 */
#pragma once

#include "copy/pool.h"

struct aside {
    struct buf rows;    /* as ledger_quarantine_add() writes them */
    uint64_t row_count; /* in `rows` */
    uint64_t total;     /* of the chunk, with those that are out already */
    struct buf values;  /* of the row at hand */
    struct arena arena; /* of what stands below; the chunk's */
    struct ledger_change *changes;
    size_t change_count, change_capacity;
};

void aside_init(struct aside *aside);
void aside_done(struct aside *aside);
/* Forgets the chunk before. */
void aside_begin_chunk(struct aside *aside);

/* A row that shall not be written: for which column, of which class, and why. */
struct aside_row {
    const struct table_work *work;
    const struct row *row;
    size_t column; /* of `work` */
    enum value_class value_class;
    const char *reason;
    const char *run_id; /* may be NULL */
};

/* Keeps the whole row. PGC_NO_MEMORY when it is beyond LIMIT_ROW. */
struct error *aside_add(struct aside *aside, const struct aside_row *row) CHECKED;
/* Sends the rows kept so far into pgconverge.quarantine, in the session's transaction. */
struct error *aside_send(struct aside *aside, struct sink_session *session) CHECKED;
/* Counts what was changed in a row that was written. */
void aside_count(struct aside *aside, const struct table_work *work, const struct row *row,
                 const struct convert_result *result, bool show_values);
