/*
 * copy/parents.h: what policies make of rows whose parent the target will not find: children
 * without one, and those whose parent is spelt otherwise. The source looks the parent up beside
 * each row; what it will be called on the target decides.
 *
 * Threads: struct parents is read by all, struct parent_changes belongs to a worker.
 */
#pragma once

#include "convert/convert.h"
#include "copy/copy.h"

struct parent_column {
    size_t cell;     /* of the row's own value */
    size_t found;    /* of the parent's; SIZE_MAX where it is not looked up */
    bool is_spelt;   /* the spelling matters */
    bool takes_null; /* becomes NULL where there is no parent */
};

/* A foreign key with a policy. */
struct parent_key {
    const struct planned_foreign_key *key;
    struct parent_column *columns;
};

struct parents {
    struct parent_key *keys;
    size_t key_count;
    struct source_lookup *lookups; /* for source_read */
    size_t lookup_count;
    size_t column_count; /* of all keys together: a row has no more changes */
};

/*
 * Finds the keys of a table that need it. Cells are numbered by `columns`, the source's positions
 * of those that are read; keys over a column that is not read are left to the foreign key itself.
 */
void parents_prepare(const struct plan *plan, const struct planned_table *table, const int *columns,
                     size_t column_count, struct arena *arena, struct parents *ret_parents);

struct parent_changes {
    struct convert_change *changes;
    struct cell *before;
    size_t count, capacity;
};

struct error *parent_changes_reserve(struct parent_changes *changes, size_t count) CHECKED;
void parent_changes_done(struct parent_changes *changes);

/*
 * Puts other values into the row's cells, or says in *ret_result that the row is to be set aside
 * and why; then nothing in the row was changed. parents_restore() takes the values back, which has
 * to be done before the row is shown or kept.
 */
void parents_heed(const struct parents *parents, const struct row *row,
                  struct parent_changes *changes, struct convert_result *ret_result);
void parents_restore(const struct row *row, const struct parent_changes *changes);
