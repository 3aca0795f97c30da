/*
 * source/split_internal.h: what split.c and split_dive.c share.
 */
#pragma once

#include "source/session_internal.h"

struct bound_list {
    struct key_bound *bounds;
    size_t count, capacity;
};

/* The table to be split, and by what. */
struct split_job {
    struct source_session *session;
    struct str database;
    const struct source_table *table;
    struct source_key key;
    uint64_t rows_per_chunk;
    struct arena *arena;
    struct buf sql;
    struct bound_list list;
};

void split_add_bound(struct split_job *job, const struct str *values, size_t value_count);

/*
 * Bounds found by looking into the key's index at places computed from its values: a few statements
 * a chunk instead of a walk over all rows. *ret_done is false, and nothing was added, where the key
 * is of more than one column or its values do not lend themselves to that.
 */
struct error *split_by_dives(struct split_job *job, bool *ret_done) CHECKED;

/*
 * A value about half-way between two of the column's, for looking there; it need not exist. false
 * when there is none. Pure.
 */
bool split_probe(const struct source_type *type, struct str low, struct str high,
                 struct arena *arena, struct str *ret_probe);
