/*
 * How long it would take: a model. Bytes are the source's own statistics, the speed of reading is
 * what this pass measured where it read enough, all else is assumed and said to be.
 */
#include "assess/internal.h"

#include "base/limits.h"

/* Below this a measured speed is noise. */
#define MEASURED_LEAST (8 * MIB)
/* A worker's, on a machine of today with a disk that keeps up; slower than what bench/ measures. */
#define ASSUMED_READ_BYTES_S ((double)(60 * MIB))
#define ASSUMED_WRITE_BYTES_S ((double)(60 * MIB))
#define ASSUMED_INDEX_BYTES_S ((double)(30 * MIB))

static void add_sizes(const struct plan *plan, struct assess_estimate *estimate)
{
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *table = &plan->tables[i];
        if (table->disposition != DISPOSITION_CREATED)
            continue;
        estimate->data_bytes += table->source->data_bytes;
        estimate->index_bytes += table->source->index_bytes;
    }
}

static uint64_t time_ms(uint64_t bytes, double bytes_per_s)
{
    return (uint64_t)((double)bytes / bytes_per_s * 1000);
}

struct assess_estimate assess_estimate(const struct plan *plan, const struct assess_result *result,
                                       unsigned jobs)
{
    struct assess_estimate estimate = {.jobs = jobs};
    uint64_t bytes = 0, session_ms = 0;

    for (size_t i = 0; i < plan->table_count; i++) {
        if (result->tables[i].way != ASSESS_READ)
            continue;
        bytes += result->tables[i].bytes;
        session_ms += result->tables[i].session_ms;
    }
    add_sizes(plan, &estimate);
    estimate.read_measured = bytes >= MEASURED_LEAST && session_ms > 0;
    estimate.read_bytes_s =
        estimate.read_measured ? (double)bytes * 1000 / (double)session_ms : ASSUMED_READ_BYTES_S;
    estimate.write_bytes_s = ASSUMED_WRITE_BYTES_S;
    double slower = estimate.read_bytes_s < estimate.write_bytes_s ? estimate.read_bytes_s
                                                                   : estimate.write_bytes_s;
    estimate.pre_scan_ms = result->wall_ms;
    estimate.copy_ms = time_ms(estimate.data_bytes, slower * jobs);
    /* The primary key stands among the rows in MySQL, and is an index of its own in PostgreSQL. */
    estimate.index_ms =
        time_ms(estimate.index_bytes + estimate.data_bytes / 10, ASSUMED_INDEX_BYTES_S * jobs);
    estimate.compare_ms = time_ms(estimate.data_bytes, estimate.read_bytes_s * jobs);
    return estimate;
}
