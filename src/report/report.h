/*
 * report/report.h: the door to the room that tells how a run went: report.json and report.txt, both
 * from one model, verdict first. It meets the other rooms in the ledger and in the plan.
 */
#pragma once

#include "base/arena.h"
#include "ledger/ledger.h"
#include "model/catalog.h"
#include "plan/plan.h"

struct report_input {
    const struct plan *plan;
    struct ledger *ledger; /* read: run, tables, steps, findings, phases */
    const struct source_facts *source;
    struct str source_text; /* "user@host:port/database" */
    const struct sink_facts *target;
    struct str target_text;
    struct str verdict;        /* "DONE", "SOURCE MOVED", "NOT FINISHED" … */
    struct str verdict_reason; /* one or two sentences */
    int exit_code;
    struct str snapshot;       /* "one moment, seen by 4 readers, without locks" */
    struct str source_state;   /* "stood still from the snapshot to the end", "moved", … */
    unsigned jobs;
    bool rehearsal;            /* --allow-moving-source */
    bool visible_only;
    uint64_t wall_ms;          /* of this call, from connecting to the verdict */
    const struct error *error; /* what ended an unfinished run; NULL */
};

/* The whole document, for --format json and report.json. */
struct error *report_make_json(const struct report_input *input, struct arena *arena,
                               struct buf *json) CHECKED;
/* For people: at most 100 columns wide. */
struct error *report_make_text(const struct report_input *input, struct arena *arena,
                               struct buf *text) CHECKED;
/*
 * Both files into `dir` (made 0700 with its parents when missing; files 0600, whole or not at all).
 * Errors: PGC_FILE.
 */
struct error *report_write(const struct report_input *input, const char *dir,
                           struct arena *arena) CHECKED;
