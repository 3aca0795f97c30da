/*
 * report/report.h: the door to the room that writes down how a run went: report.json for machines,
 * report.txt for people, from the same facts. It only reads: the plan, the ledger, and what the
 * caller knows of this process. It takes no clock, so the same input gives the same bytes.
 *
 * Names and texts of the servers are hostile: in the text everything that is not printable is
 * escaped, in the JSON everything is a JSON string.
 */
#pragma once

#include "ledger/ledger.h"
#include "plan/plan.h"

struct report_input {
    const struct plan *plan;
    struct ledger *ledger; /* open; its run is read */
    const struct source_facts *source;
    struct str source_text; /* "user@host:port/database", without password */
    const struct sink_facts *target;
    struct str target_text;
    struct str verdict;        /* "DONE", "SOURCE MOVED" … */
    struct str verdict_reason; /* a sentence or two */
    struct str source_state;   /* "stood still from the snapshot to the end" … */
    struct str snapshot;       /* how one moment was seen: "one reader" … */
    const struct error *error; /* what ended a run that is not finished; NULL without */
    int exit_code;
    unsigned jobs;
    bool values_compared; /* every value was, not only the number of rows */
    struct str
        values_text;   /* what was, or why not: a sentence; "" for a run that is not finished */
    bool moved;        /* the source was written since, or nothing proves that it was not */
    bool rehearsal;    /* --allow-moving-source */
    bool visible_only; /* --visible-only, with rights missing: not everything may have been seen */
    uint64_t wall_ms;  /* this process' part; with resumptions the run took longer */
};

/*
 * The whole document, appended to `json` or `text`; what is read from the ledger lives in `arena`.
 * JSON has sorted keys and ends with a line end; lines of the text have at most 100 columns.
 * Errors: those of reading the ledger; PGC_NO_MEMORY when the buffer is full.
 */
struct error *report_make_json(const struct report_input *input, struct arena *arena,
                               struct buf *json) CHECKED;
struct error *report_make_text(const struct report_input *input, struct arena *arena,
                               struct buf *text) CHECKED;
/* The first page of it, for the terminal: verdict, times, rows, findings, what is left to do. */
struct error *report_make_summary(const struct report_input *input, struct arena *arena,
                                  struct buf *text) CHECKED;
/*
 * Makes the folder as report_write() does, and tries that files can be written there: to be asked
 * before hours of work. Errors: PGC_FILE with the path.
 */
struct error *report_try_folder(const char *dir) CHECKED;
/*
 * report.json, report.txt and, when something is not translated, objects.sql (plan_print_objects())
 * in the folder `dir`, which is made (0700, and the folders above it) when missing. Each file
 * (0600) appears whole or not at all, in place of an older one.
 * Errors: as above; PGC_FILE with the path.
 */
struct error *report_write(const struct report_input *input, const char *dir, struct arena *arena)
    CHECKED;
