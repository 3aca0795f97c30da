/*
 * assess/assess.h: the door to the room that looks before anything moves: one read-only pass over
 * the source that says what would happen to every value, and what it would take.
 *
 * The verdict on a value is convert's own, so that the copy refuses exactly what is found here. The
 * source's SQL only picks the rows to look at, where it can say so for certain (assess/decide.c);
 * other columns are read in full. Policies are not applied: what they would do is said.
 *
 * Threads: assess_run() makes its own, one a session. Any thread may read the progress meanwhile.
 */
#pragma once

#include "model/progress.h"
#include "plan/plan.h"
#include "source/source.h"

/* Keys of rows kept for each thing that is found. */
#define ASSESS_SAMPLES 5

enum assess_extent {
    ASSESS_FULL,
    ASSESS_CONSTRAINTS, /* references alone: what the copy itself does not see */
};

struct assess_job {
    const struct plan *plan;
    enum assess_extent extent;
    const struct source_options *source;
    unsigned jobs;
    uint64_t chunk_rows; /* 0: by size */
    bool show_values;    /* values may stand beside the keys of rows */
    uint64_t retry_ms;   /* how long a lost connection is retried */
    struct copy_progress *progress;
};

struct assess_finding {
    struct finding finding;
    const char *value_class;         /* "zero_date" …; "" for what is no class of values */
    const char *policy;              /* "refuse" …; "" likewise */
    uint32_t table;                  /* number of the planned table; UINT32_MAX: of none */
    struct str column;               /* "" where the finding is of no one column */
    struct str rows[ASSESS_SAMPLES]; /* "id = 9014": the first in the order of the table's key */
    size_t row_count;
};

/* How much of a table was looked at. */
enum assess_way {
    ASSESS_NOT_READ,  /* nothing in it can be refused */
    ASSESS_BY_SERVER, /* the server picked out the rows */
    ASSESS_READ,      /* columns were read and converted */
};

struct assess_table {
    enum assess_way way;
    uint64_t rows;        /* that were looked at here */
    uint64_t bytes;       /* their values', as read */
    uint64_t session_ms;  /* of all readers together */
    uint64_t quarantined; /* rows that policies would set aside */
};

struct assess_result {
    struct assess_finding *findings; /* by severity, table, column */
    size_t count, capacity;
    struct assess_table *tables; /* parallel to the plan's */
    bool one_moment;             /* all readers saw the same; else several moments close together */
    uint64_t wall_ms;
};

/* What a run would take, phase by phase. Of a model: see assess/estimate.c. */
struct assess_estimate {
    unsigned jobs;
    uint64_t data_bytes, index_bytes; /* by the source's statistics */
    double read_bytes_s;              /* of one reader */
    bool read_measured;               /* by this pass; else assumed */
    double write_bytes_s;             /* of one worker, assumed */
    uint64_t pre_scan_ms;             /* measured */
    uint64_t copy_ms, index_ms, compare_ms;
};

/* Errors: as source/ gives them; PGC_INTERRUPTED. What is found is no error. */
struct error *assess_run(const struct assess_job *job, struct arena *arena,
                         struct assess_result *ret_result) CHECKED;
/* What was found out elsewhere, to its place among the others. */
void assess_add_finding(struct assess_result *result, const struct plan *plan,
                        const struct finding *finding, struct arena *arena);
struct assess_estimate assess_estimate(const struct plan *plan, const struct assess_result *result,
                                       unsigned jobs);
size_t assess_count(const struct assess_result *result, enum severity severity);
/* The blockers alone, as many as fit max_bytes, then how many more there are. */
struct error *assess_print_blockers(const struct assess_result *result, size_t max_bytes,
                                    struct buf *text) CHECKED;
/* The findings in words for a terminal, grouped by severity, then table. */
struct error *assess_print_findings(const struct assess_result *result, struct buf *text) CHECKED;
