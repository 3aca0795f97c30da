/*
 * model/chunk.h: a part of a table, by ranges of a key.
 *
 * A bound is the whole tuple of the chunk key's values of one real row. A chunk holds the rows
 * with lower < key <= upper; no lower bound means from the beginning, no upper one to the end. The
 * chunks of a table cover every row once whatever is written meanwhile, because the first and the
 * last are open.
 */
#pragma once

#include "base/str.h"

/*
 * Values are the column's raw bytes as the text protocol sends them (integers and dates as text,
 * character columns in their own charset, binary columns as they are).
 */
struct key_bound {
    struct str *values;
    size_t value_count; /* 0: open */
};

struct chunk {
    uint32_t table; /* number of the planned table */
    uint32_t id;    /* from 0 within its table */
    struct key_bound lower;
    struct key_bound upper;
};

struct chunk_list {
    struct chunk *chunks;
    size_t count;
};
