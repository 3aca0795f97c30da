/*
 * verify/table.h: one table on its way through the passes.
 *
 *   sums   every row of both sides is added up, in buckets by the hash of its key
 *   marks  where buckets differ: two hashes for each of their rows, sorted and matched
 *   rows   the rows that have no match are read once more and kept, to be named
 *
 * A bucket is compared, never a range of one side: the sides are read in pieces that have nothing
 * to
 * do with each other (source: ranges of an integer key; target: ranges of blocks), so that a hole
 * anywhere shows.
 */
#pragma once

#include "base/limits.h"
#include "plan/plan.h"
#include "source/source.h"
#include "verify/canonical.h"
#include "verify/hash.h"
#include "verify/verify.h"

#define BUCKET_BITS 10
#define BUCKETS ((size_t)1 << BUCKET_BITS)
/* Rows that are marked at once, of both sides together, 16 bytes each. */
#define LIMIT_MARKS ((size_t)2 * 1024 * 1024)
/* Passes over a table in search of what differs; behind them it is "at least so many". */
#define LIMIT_MARK_PASSES 8
/* Rows of a table that are named, and what keeping them may take. */
#define LIMIT_ROWS_NAMED 100
#define LIMIT_ROWS_KEPT (16 * MIB)

struct sum {
    uint64_t rows, low, high;
};

struct mark {
    uint64_t key, row;
};

struct mark_list {
    struct mark *items;
    size_t count, capacity;
};

enum pass { PASS_SUMS, PASS_MARKS, PASS_ROWS, PASS_DONE };

struct kept_row {
    uint64_t key;
    struct str bytes;
};

struct table_side {
    unsigned pieces;   /* at least 1 */
    unsigned next;     /* piece to be taken */
    unsigned finished; /* pieces read to their end in this pass */
    struct sum *sums;  /* BUCKETS of them */
    struct mark_list marks;
    struct kept_row *rows;
    size_t row_count, row_capacity;
};

enum row_verdict { ROW_MISSING, ROW_EXTRA, ROW_DIFFERENT };

struct work_table {
    struct verify_table *result;
    const struct planned_table *planned;
    struct canonical_column *columns;  /* the key's first */
    int *source_columns;               /* the same, by position in the source table */
    const struct source_taken **taken; /* parallel: by policies for references; NULLs elsewhere */
    size_t column_count, key_count;    /* key_count 0: rows are their own key */
    struct str target_select;          /* up to FROM and the table, without WHERE */
    /* Pieces of the source: bounds[i] is the upper bound of piece i, the last is open. */
    int range_column;
    int64_t *bounds;
    unsigned target_pieces; /* by blocks; one piece more reads what was set aside, if anything */
    uint64_t blocks_per_piece;
    struct str aside_select;

    enum pass pass;
    bool advancing;     /* a reader is between two passes with it */
    bool done;          /* recorded, too; the main thread's */
    struct sum content; /* of the target, all buckets together */
    struct table_side sides[SIDE_COUNT];
    bool *looked_at; /* PASS_MARKS: the buckets of this pass; PASS_ROWS: those of the rows wanted */
    bool *different; /* buckets that differ and were not looked into yet */
    unsigned mark_passes;
    uint64_t part, parts;              /* of a bucket that is too large for one pass */
    uint64_t wanted[LIMIT_ROWS_NAMED]; /* keys' hashes, sorted */
    size_t wanted_count;
    struct arena kept; /* of rows */
    bool kept_all;
};

/* What one piece of one side gathers; merged into the table when the piece is read to its end. */
struct gathering {
    struct sum *sums; /* BUCKETS of them, PASS_SUMS */
    struct mark_list marks;
    struct kept_row *rows;
    size_t row_count, row_capacity;
    struct arena kept;
    bool kept_all;
};

/* Sets columns and target_select; false (and *ret_reason) when it cannot be compared. */
/* Rows set aside: result->set_aside is known, and generated columns are left out then. */
bool work_table_shape(struct work_table *table, const struct charset *const *charsets,
                      struct arena *arena, struct str *ret_reason);
/* Back to the first pass, with nothing known. */
void work_table_reset(struct work_table *table);
void work_table_free(struct work_table *table);

/* One row, canonical in `row`: what this pass wants of it. False: no memory. */
bool gather_row(const struct work_table *table, enum canonical_side side,
                struct gathering *gathering, struct str row, size_t key_len, uint64_t seed);
/* A piece is read to its end; under the work's lock. */
struct error *gather_merge(struct work_table *table, enum canonical_side side,
                           struct gathering *gathering) CHECKED;
void gathering_reset(struct gathering *gathering);
void gathering_free(struct gathering *gathering);

/* Both sides are read: to the next pass. */
struct error *work_table_advance(struct work_table *table) CHECKED;

/* findings.c: what the passes found, as findings. */
void findings_of_table(const struct work_table *of, struct str database, bool show_values,
                       bool unproven, struct arena *arena, struct finding_list *findings);
void findings_add(struct finding_list *findings, struct arena *arena, struct finding finding);
