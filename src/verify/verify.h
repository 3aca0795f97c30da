/*
 * verify/verify.h: the door to the room that compares what both sides hold: every value of every
 * table, by code that shares nothing with the converters and over paths that the copy does not use.
 *
 * Both sides are streamed as the servers print their values, each value is brought to one canonical
 * form (verify/canonical.h), the rows are hashed and added up in buckets by their keys' hashes.
 * What
 * differs is read again until each row that differs is named. Nothing is written to either side.
 *
 * Threads: verify_run() makes its own (jobs readers). Any thread may read the progress meanwhile.
 */
#pragma once

#include "ledger/ledger.h"
#include "model/progress.h"
#include "plan/plan.h"
#include "source/source.h"
#include "verify/structure.h"

struct verify_job {
    const struct plan *plan;
    const struct source_options *source;
    const struct sink_options *sink;
    /* Taken, with the run adopted: readers register, verified tables are recorded. Or NULL. */
    struct ledger *ledger;
    struct str
        token;    /* of the copy's snapshot, to be told how the source stands to it; "" without */
    bool has_run; /* the target's ledger knows the run: rows that it set aside are found there */
    const struct str *include; /* globs of source tables; none: all */
    size_t include_count;
    const struct str *exclude;
    size_t exclude_count;
    unsigned jobs;
    bool lock; /* hold a global read lock on the source while the snapshots open */
    bool show_values;
    uint64_t deadline_ms; /* of the monotonic clock; 0 without */
    uint64_t retry_ms;    /* how long lost connections are retried */
    uint64_t
        source_bytes_s; /* at most so many bytes a second are read from the source; 0: no bound */
    struct copy_progress *progress;
};

struct verify_table {
    const struct planned_table *planned;
    bool skipped;                      /* left out by include or exclude */
    bool compared;                     /* every value was; else a finding says why not */
    uint64_t source_rows, target_rows; /* the target's with those set aside */
    uint64_t set_aside;                /* rows in pgconverge.quarantine */
    /* Rows that differ; at least so many when `more` is set. */
    uint64_t missing, extra, different;
    bool more;
};

struct verify_outcome {
    struct verify_table *tables; /* those of the plan that are created */
    size_t table_count;
    struct finding_list findings;
    struct finding_list structure; /* PGC-52xx: the target is not built as planned */
    uint64_t rows;                 /* of the source, compared */
    size_t tables_compared, tables_different;
    struct str token_text; /* of the moment that was compared */
    /* How the source stood against job->token; TOKEN_SAME without one. */
    enum token_verdict moved;
};

/*
 * An error is what kept it from finishing; differences are findings (PGC-5xxx) in the outcome,
 * which
 * lives in `arena`.
 */
struct error *verify_run(const struct verify_job *job, struct arena *arena,
                         struct verify_outcome *ret_outcome) CHECKED;
