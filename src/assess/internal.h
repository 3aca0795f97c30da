/*
 * assess/internal.h: what the files of this room share.
 */
#pragma once

#include <pthread.h>

#include "assess/assess.h"
#include "convert/convert.h"

/* What is counted of a column: the classes of values, and what is none of them. */
enum {
    SCAN_TOO_BIG = CLASS_COUNT, /* above PostgreSQL's field */
    SCAN_REFUSED,               /* in a way that has no class, or in spite of a policy */
    SCAN_TWICE_ENCODED,         /* UTF-8 that was taken for latin1 and encoded again */
    SCAN_CLASSES,
};

/* ---- decide.c: how a column has to be looked at. Pure ---------------------------------------- */

enum scan_need {
    NEED_NOTHING,   /* every value of the source type fits */
    NEED_CONDITION, /* the server can pick out the rows */
    NEED_LENGTH,    /* likewise; by the length of values too long to be read for that */
    NEED_READ,
};

#define SCAN_CONDITIONS 3 /* at most, a column */

/* Conditions for every value that convert might refuse; *ret_count of them, for both NEED_… */
enum scan_need scan_decide(const struct planned_table *planned, size_t column,
                           struct source_condition ret_conditions[SCAN_CONDITIONS],
                           size_t *ret_count);

/* ---- tables ---------------------------------------------------------------------------------- */

struct scan_column {
    size_t position; /* in the planned table; SIZE_MAX: read for the rows' keys alone */
    bool has_policy; /* one that does more than refuse */
    bool may_be_twice_encoded;
    bool may_be_uuid;              /* text of 36 characters that stays text */
    struct convert_column convert; /* as the copy has it */
};

struct scan_sample {
    uint32_t chunk;
    struct str text;
};

struct tally {
    uint64_t count;
    struct scan_sample samples[ASSESS_SAMPLES]; /* by chunk, then as they came */
    size_t sample_count;
    enum error_id id; /* of SCAN_REFUSED, of the first one */
    struct str text;  /* likewise */
};

struct uuid_tally {
    uint64_t uuids, others;
};

/* One pass over a table. A table may have two: columns that are read, and lengths. */
struct scan_table {
    const struct planned_table *planned;
    struct scan_column *columns;
    struct source_read read; /* parallel to `columns` */
    struct copy_table_progress *progress;
    bool by_conditions;
    /* Guarded by the pool's lock. */
    struct tally *tallies; /* column by column, SCAN_CLASSES each */
    struct uuid_tally *uuids;
    uint64_t rows, bytes, session_ms, quarantined;
    size_t chunks_left;
};

/* A foreign key, whose children are looked up as PostgreSQL will compare. */
struct scan_reference {
    const struct planned_table *table;
    const struct planned_foreign_key *key;
    struct source_reference reference;
    struct reference_scan found; /* guarded by the pool's lock; texts in its arena */
};

/* Indexes of a table whose entries may be too wide for PostgreSQL's. */
struct scan_entries {
    const struct planned_table *table;
    struct source_entries entries;
    const struct planned_index **indexes; /* parallel to them */
    struct source_entry_scan *found; /* parallel; guarded by the pool's lock; texts in its arena */
};

struct scan_tables {
    struct scan_table *items;
    size_t count, capacity;
    struct scan_reference *references;
    size_t reference_count, reference_capacity;
    struct scan_entries *entries;
    size_t entries_count, entries_capacity;
};

/* The passes that the plan needs, the biggest table first; its references and wide indexes. */
struct error *scan_prepare(const struct assess_job *job, struct source_session *session,
                           struct arena *arena, struct scan_tables *ret_tables) CHECKED;

/* ---- entries.c ------------------------------------------------------------------------------- */

/* Taken for the text of what is neither text nor bytes. */
#define SCAN_SHORT_TEXT 72

/*
 * Whether a value could make an entry too wide, and what of it is to be measured: at most one part
 * for each of the index' own in `parts`. False of what cannot be measured, too: expressions.
 */
bool entry_may_be_too_wide(const struct planned_table *planned, const struct planned_index *index,
                           struct source_entry_part *parts, struct source_entry *ret_entry);
void entries_prepare(const struct plan *plan, const struct planned_table *planned,
                     struct arena *arena, struct scan_tables *tables);

/* ---- tally.c --------------------------------------------------------------------------------- */

/* Room for another sample? */
static inline bool tally_wants_sample(const struct tally *tally)
{
    return tally->sample_count < ASSESS_SAMPLES;
}
/* Adds what one chunk gave; texts are copied to `arena`. */
void tally_merge(struct tally *into, const struct tally *from, struct arena *arena);

/* ---- twice.c --------------------------------------------------------------------------------- */

/*
 * Whether UTF-8 text looks as if it had been UTF-8 once, was taken for latin1 (cp1252, as MySQL's
 * latin1 is) and encoded again: all its characters above ASCII are bytes of that set, and those
 * bytes are characters of UTF-8. A migration does not change such text; it is wrong on both sides.
 */
bool text_twice_encoded(struct str text);
/* 8-4-4-4-12 hexadecimal digits. */
bool text_is_uuid(struct str text);

/* ---- pool.c: what the readers share ---------------------------------------------------------- */

struct scan_unit {
    struct scan_table *table;
    const struct chunk *chunk;        /* NULL: the table is still to be split */
    struct scan_reference *reference; /* instead of both … */
    struct scan_entries *entries;     /* … or these */
};

struct scan_pool {
    const struct assess_job *job;
    struct scan_tables tables;

    pthread_mutex_t lock; /* guards all that follows */
    pthread_cond_t changed;
    size_t next_table, next_reference, next_entries; /* those before them were taken */
    struct scan_unit *units;
    size_t unit_count, unit_capacity;
    struct scan_unit *wide; /* with a very wide row: for worker 0 alone */
    size_t wide_count, wide_capacity;
    size_t in_flight;
    struct error *error; /* the first one */
    bool one_moment;
    struct arena arena;
};

void scan_pool_init(struct scan_pool *pool, const struct assess_job *job);
void scan_pool_done(struct scan_pool *pool);
/* Keeps the first error and frees others. */
void scan_pool_fail(struct scan_pool *pool, struct error *error);
/* Waits for something to do; false when there is nothing more for this worker. */
bool scan_pool_take(struct scan_pool *pool, unsigned worker, struct scan_unit *ret_unit);
/* The unit is done; or it becomes these chunks; or worker 0 has to do it. */
void scan_pool_finish(struct scan_pool *pool, struct scan_unit unit);
void scan_pool_split(struct scan_pool *pool, struct scan_unit unit, struct key_bound *bounds,
                     size_t bound_count);
void scan_pool_hand_to_wide(struct scan_pool *pool, struct scan_unit unit);
/* Whether everybody should come to an end. */
bool scan_pool_stopped(struct scan_pool *pool);

/* ---- worker.c -------------------------------------------------------------------------------- */

struct scan_worker {
    struct scan_pool *pool;
    unsigned number;
    pthread_t thread;
    bool started;
    pthread_mutex_t source_lock; /* guards the pointer, for scan_worker_interrupt() */
    struct source_session *source;
    const struct scan_table *table; /* that the converters are of */
    struct converter **judges;      /* one a column, that names every class and mends nothing … */
    struct converter **mending; /* … and one that does as the policies say; NULL without policies */
    size_t converter_count;
    struct buf out;
    struct arena arena;  /* of one chunk */
    struct arena bounds; /* of the tables that it split; others read by them */
    struct tally *tallies;
    struct uuid_tally *uuids;
};

void scan_worker_init(struct scan_worker *worker, struct scan_pool *pool, unsigned number,
                      struct source_session *source);
void *scan_worker_run(void *argument); /* struct scan_worker */
/* Ends a read that hangs. */
void scan_worker_interrupt(struct scan_worker *worker);
void scan_worker_done(struct scan_worker *worker);

/* ---- findings.c ------------------------------------------------------------------------------ */

/* From the tallies, and from the plan's own findings. */
void scan_make_findings(const struct assess_job *job, const struct scan_tables *tables,
                        struct arena *arena, struct assess_result *result);
