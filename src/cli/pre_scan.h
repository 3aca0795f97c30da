/*
 * cli/pre_scan.h: the look through the source's data that assess shows and migrate begins with.
 */
#pragma once

#include "assess/assess.h"
#include "cli/prepare.h"
#include "sink/sink.h"

/* The positions of --pre-scan. */
enum cli_pre_scan { PRE_SCAN_FULL, PRE_SCAN_CONSTRAINTS, PRE_SCAN_NONE };

/* As given; else full, and constraints alone inside a window, that is with --deadline. */
enum cli_pre_scan cli_pre_scan_of(const struct cli_options *options);
/* The tables' names and empty numbers, in the options' arena. */
void cli_progress_init(const struct cli_options *options, const struct plan *plan,
                       struct copy_progress *shown);

struct pre_scan_job {
    const struct cli_options *options;
    const struct prepared *prepared;
    const struct sink_options *sink; /* NULL: without a target some things cannot be known */
    enum assess_extent extent;
    const char *phase;           /* "assess", "pre-scan" */
    struct copy_progress *shown; /* its numbers are zero again afterwards */
};

/* Shows its progress. What is found is no error; all lives in the options' arena. */
struct error *cli_pre_scan(const struct pre_scan_job *job, struct assess_result *ret_result)
    CHECKED;
/* One error that tells all blockers with their rows; NULL when there are none. */
struct error *cli_refuse_found(const struct assess_result *result) CHECKED;
