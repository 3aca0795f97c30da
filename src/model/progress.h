/*
 * model/progress.h: how far the work on the tables is: written by the workers of copy/ or verify/,
 * read by whoever shows it. Threads: all fields that change are atomic; `tables` is set before the
 * first thread starts.
 */
#pragma once

#include <stdatomic.h>

#include "base/str.h"

struct copy_table_progress {
    struct str name;
    _Atomic uint64_t rows_done;
    _Atomic uint64_t rows_total; /* an estimate until the table is counted */
    _Atomic uint64_t bytes_done;
    _Atomic bool done;
};

struct copy_progress {
    _Atomic(const char *) phase; /* "schema", "copy", "indexes", …, "verify"; NULL before */
    _Atomic uint64_t rows_done, rows_total, bytes_done;
    _Atomic uint64_t steps_done, steps_total;      /* of the phase, where it is not one of rows */
    _Atomic uint64_t source_wait_ms, sink_wait_ms; /* all workers together: who is the slow one */
    _Atomic uint64_t retries;
    struct copy_table_progress *tables; /* set before the first thread starts */
    size_t table_count;
};
