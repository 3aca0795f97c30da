/*
 * model/reference.h: how a column of a foreign key finds its parent on the target, against how it
 * did on the source.
 */
#pragma once

#include "model/catalog.h"

enum reference_match {
    MATCH_VALUE,  /* what is equal on the source is equal there */
    MATCH_BYTES,  /* texts by their bytes */
    MATCH_FOLDED, /* texts by their lower-case forms */
    MATCH_NEAR, /* texts by a collation much like the source's, to which spaces at the end count */
};

/* A foreign key within one database. All is borrowed. */
struct source_reference {
    struct str database;
    const struct source_table *child, *parent;
    const struct source_foreign_key *key;
    const enum reference_match *matches; /* one for each of its columns */
};

/*
 * What one column of a reference will be in the parent on the target: NULL where there is no
 * parent. Its cell is of the form of the parent's column, in the child's character set.
 */
struct source_taken;
struct source_lookup {
    const struct source_reference *reference;
    size_t column; /* of the reference's */
    const struct source_taken
        *above; /* how the parent's own column takes its value; NULL: it is its own */
};

/* A column that takes its value from a parent. */
struct source_taken {
    struct source_lookup from;
    bool respelt;      /* it is what the parent has; else it keeps its own value … */
    bool null_without; /* … and becomes NULL where there is no parent */
};
