/*
 * cli/doctor.h: between cmd_doctor.c and the two sides. A check looks at one thing and says ok,
 * what deserves attention, or what must be mended; it changes nothing.
 */
#pragma once

#include "cli/connect.h"

enum check_status { CHECK_OK, CHECK_WARN, CHECK_FAIL };

struct check {
    const char *side; /* "source", "target" */
    const char *name; /* "privileges": a stable word */
    enum check_status status;
    struct str text;
    struct str fix; /* the statement or the step; "" without */
};

struct doctor {
    const struct cli_options *options;
    struct arena *arena;
    struct check *checks;
    size_t count, capacity;
    uint64_t source_bytes; /* data and indexes of the source database; 0 unknown */
};

/* Adds a line about one thing; the check's fix is "" until doctor_fix(). */
void doctor_add(struct doctor *doctor, const char *side, enum check_status status, const char *name,
                const char *format, ...) PRINTF(5, 6);
/* Of the check that was added last. */
void doctor_fix(struct doctor *doctor, const char *format, ...) PRINTF(2, 3);
/* An error as a check that failed; frees it. */
void doctor_add_error(struct doctor *doctor, const char *side, const char *name,
                      struct error *error);

/*
 * All checks of a side. What is wrong there becomes a check; an error is returned only for wrong
 * usage and for a stop.
 */
struct error *doctor_source(struct doctor *doctor) CHECKED;
struct error *doctor_target(struct doctor *doctor) CHECKED;
